"""FastTrackML's SQLite store, filled directly. It also numbers runs and points."""

from tests.bench.seeds.rows import Inserts

INSERTS = Inserts(
    run=(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id,"
        " status, start_time, end_time, source_version, lifecycle_stage, artifact_uri,"
        " experiment_id, row_num)"
        " VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', ?, ?,"
        " (SELECT coalesce(max(row_num) + 1, 0) FROM runs))"
    ),
    param="INSERT INTO params (run_uuid, key, value_str) VALUES (?, ?, ?)",
    tag="INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, ?)",
    point=(
        "INSERT INTO metrics (run_uuid, key, step, timestamp, value, is_nan, iter, context_id)"
        " VALUES (?1, ?2, ?3, ?4, ?5, 0, ?3 + 1, 1)"
    ),
    latest=(
        "INSERT INTO latest_metrics"
        " (run_uuid, key, step, timestamp, value, is_nan, last_iter, context_id)"
        " VALUES (?1, ?2, ?3, ?4, ?5, 0, ?3 + 1, 1)"
    ),
)
