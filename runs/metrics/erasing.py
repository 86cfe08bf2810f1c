"""Erasing the points of runs, a bounded number of rows at a time, in the caller's transaction."""

from collections.abc import Sequence

from runs.database.cursors import LIST, LOCK_TO_DELETE, Cursor, open_cursor
from runs.tracking.erasing import Erased, delete_in_turn

# A sealed segment is about as much work as so many plain rows.
ROWS_PER_SEGMENT = 10
BESIDE = ("runs_metricshape", "runs_metricartifact", "runs_metricbatch")

DROP_SEGMENTS = f"""
DELETE FROM runs_segment WHERE (series_id, seq) IN (
    SELECT series_id, seq FROM runs_series
    JOIN runs_segment ON runs_segment.series_id = runs_series.id WHERE run_id {LIST} LIMIT %s
) RETURNING n
"""
DROP_SERIES = f"""
DELETE FROM runs_series WHERE id IN (SELECT id FROM runs_series WHERE run_id {LIST} LIMIT %s)
RETURNING metric_id
"""
DROP_TEXTS = f"""
DELETE FROM runs_textvalue WHERE id IN (SELECT id FROM runs_textvalue WHERE run_id {LIST} LIMIT %s)
RETURNING metric_id
"""
LOCK_NAMES = f"SELECT id FROM runs_metric WHERE id {LIST} ORDER BY id{LOCK_TO_DELETE}"
DROP_NAMES = f"""
DELETE FROM runs_metric WHERE id {LIST}
AND NOT EXISTS (SELECT 1 FROM runs_series WHERE metric_id = runs_metric.id)
AND NOT EXISTS (SELECT 1 FROM runs_textvalue WHERE metric_id = runs_metric.id)
"""


def erase_metrics(run_pks: Sequence[int], most: int) -> Erased:
    """Delete segments, then series, texts and what else was logged, `most` rows' worth of work.

    The points count as erased with their segments. Names that no run uses any more go too.
    """
    with open_cursor() as cursor:
        runs = cursor.list(run_pks)
        limit = max(1, most // ROWS_PER_SEGMENT)
        segments = cursor.read(DROP_SEGMENTS, (runs, limit))
        points = sum(row[0] for row in segments)
        if len(segments) == limit:
            return Erased(points=points, rows=most)
        left = most - len(segments) * ROWS_PER_SEGMENT
        series = cursor.read(DROP_SERIES, (runs, left))
        left -= len(series)
        texts = cursor.read(DROP_TEXTS, (runs, left)) if left > 0 else []
        left -= len(texts)
        drop_names(cursor, {row[0] for row in (*series, *texts)})
    left -= delete_in_turn(BESIDE, run_pks, left)
    return Erased(points=points, rows=most - left)


def drop_names(cursor: Cursor, metric_ids: set[int]) -> None:
    """Delete the names among these that nothing is kept under.

    Locked first: a writer that begins a series under one of them waits, finds it gone when it
    commits, and begins anew with a name of its own.
    """
    if not metric_ids:
        return
    names = cursor.list(sorted(metric_ids))
    cursor.read(LOCK_NAMES, (names,))
    cursor.run(DROP_NAMES, (names,))
