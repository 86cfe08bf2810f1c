"""Erasing the points of runs, a bounded number of rows at a time, in the caller's transaction."""

from collections.abc import Sequence

from runs.database.cursors import LIST, LOCK_TO_DELETE, Cursor, open_cursor
from runs.metrics.tables import (
    METRIC,
    METRIC_ARTIFACT,
    METRIC_BATCH,
    METRIC_SHAPE,
    METRIC_WRITER,
    SEGMENT,
    SERIES,
    TEXT_VALUE,
)
from runs.tracking.erasing import Erased, delete_in_turn, delete_rows

# A sealed segment is about as much work as so many plain rows.
ROWS_PER_SEGMENT = 10
BESIDE = (METRIC_SHAPE, METRIC_ARTIFACT, METRIC_BATCH, METRIC_WRITER)

DROP_SEGMENTS = f"""
DELETE FROM {SEGMENT} WHERE (series_id, seq) IN (
    SELECT series_id, seq FROM {SERIES}
    JOIN {SEGMENT} ON {SEGMENT}.series_id = {SERIES}.id WHERE run_id {LIST} LIMIT %s
) RETURNING n
"""
DROP_SERIES = f"""
DELETE FROM {SERIES} WHERE id IN (SELECT id FROM {SERIES} WHERE run_id {LIST} LIMIT %s)
RETURNING metric_id
"""
DROP_TEXTS = f"""
DELETE FROM {TEXT_VALUE} WHERE id IN (SELECT id FROM {TEXT_VALUE} WHERE run_id {LIST} LIMIT %s)
RETURNING metric_id
"""
LOCK_NAMES = f"SELECT id FROM {METRIC} WHERE id {LIST} ORDER BY id{LOCK_TO_DELETE}"
DROP_NAMES = f"""
DELETE FROM {METRIC} WHERE id {LIST}
AND NOT EXISTS (SELECT 1 FROM {SERIES} WHERE metric_id = {METRIC}.id)
AND NOT EXISTS (SELECT 1 FROM {TEXT_VALUE} WHERE metric_id = {METRIC}.id)
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


def erase_metric_names(experiment_pk: int, most: int) -> Erased:
    """Delete the names of metrics of an experiment without runs, at most `most` rows."""
    return Erased(rows=delete_rows(METRIC, [experiment_pk], most, owner="experiment_id"))


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
