"""MLflow's SQLite store, filled directly: its own ways in take minutes for what is needed here."""

from tests.bench.seeds.rows import Inserts

INSERTS = Inserts(
    run=(
        "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id,"
        " status, start_time, end_time, source_version, lifecycle_stage, artifact_uri,"
        " experiment_id)"
        " VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', ?, ?)"
    ),
    param="INSERT INTO params (run_uuid, key, value) VALUES (?, ?, ?)",
    tag="INSERT INTO tags (run_uuid, key, value) VALUES (?, ?, ?)",
    point=(
        "INSERT INTO metrics (run_uuid, key, step, timestamp, value, is_nan)"
        " VALUES (?, ?, ?, ?, ?, 0)"
    ),
    latest=(
        "INSERT INTO latest_metrics (run_uuid, key, step, timestamp, value, is_nan)"
        " VALUES (?, ?, ?, ?, ?, 0)"
    ),
)
