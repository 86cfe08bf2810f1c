"""All reads of this room: histories, curves, summaries, names, texts."""

from collections.abc import Sequence
from typing import NamedTuple

from runs.database.cursors import LIST, Row, open_cursor
from runs.metrics.best_columns import BestColumn, read_best_column, read_extreme_column
from runs.metrics.curves import Curve, downsample
from runs.metrics.history import PLACE, History, read_history
from runs.metrics.lookups import value_at_best, values_at_steps
from runs.metrics.paired_rows import ColumnPair, pair_rows
from runs.metrics.points import Points, empty_points
from runs.metrics.reading import Axis, limit_range, read_parts
from runs.metrics.runs import RunRef, resolve_run
from runs.metrics.summaries import COLUMNS, Summary, from_row
from runs.metrics.tables import METRIC, SERIES, TEXT_VALUE
from runs.tracking.tables import RUN

__all__ = [
    "PLACE",
    "BestColumn",
    "ColumnPair",
    "CommonMetric",
    "Curve",
    "History",
    "RunRef",
    "Summary",
    "count_points",
    "downsample",
    "find_series_ids",
    "list_metrics",
    "list_metrics_of",
    "pair_rows",
    "read_best_column",
    "read_common",
    "read_extreme_column",
    "read_history",
    "read_points",
    "read_summaries",
    "read_texts",
    "resolve_run",
    "value_at_best",
    "values_at_steps",
]

# (run id, key, column)
SeriesName = tuple[int, str, str]

_ALL_KEYS = f"""
FROM {{table}} found JOIN {METRIC} ON {METRIC}.id = metric_id WHERE found.run_id {LIST}
"""
# By way of the experiment: of a run with thousands of metrics only those named are touched.
_SOME_KEYS = f"""
FROM {RUN} JOIN {METRIC} ON {METRIC}.experiment_id = {RUN}.experiment_id
JOIN {{table}} found ON found.run_id = {RUN}.id AND found.metric_id = {METRIC}.id
WHERE {RUN}.id {LIST} AND {METRIC}.key {LIST}
"""
_SUMMARY = ", ".join(f'found."{name}"' for name in COLUMNS)
_MOST_COUNTED = 20_000
_COMMON = f"""
SELECT key, SUM(runs), MAX(points), MIN(low), MAX(high) FROM (
    SELECT metric_id, COUNT(*) AS runs, MAX(n) AS points, MIN("min") AS low, MAX("max") AS high
    FROM (
        SELECT metric_id, n, "min", "max" FROM {SERIES} WHERE run_id {LIST}
        ORDER BY run_id DESC LIMIT %s
    ) newest GROUP BY metric_id
) counted JOIN {METRIC} ON {METRIC}.id = metric_id
WHERE "column" = '' GROUP BY key ORDER BY SUM(runs) DESC, key
"""


class CommonMetric(NamedTuple):
    """A metric of some runs: how many have it, the most points a run has, and the range of all of
    its values; `low` and `high` are None where none is a number."""

    key: str
    runs: int
    points: int
    low: float | None
    high: float | None

    @property
    def is_constant(self) -> bool:
        """Tell whether several values were logged and all are the same, or none is a number."""
        return self.low is None or (self.low == self.high and self.runs + self.points > 2)


class StoredText(NamedTuple):
    """A text value."""

    step: int
    ms: int
    value: str


def read_summaries(
    run_ids: Sequence[int], keys: Sequence[str] | None = None
) -> dict[SeriesName, Summary]:
    """Return the summaries of the metrics of runs: of all, or of those named. One query."""
    rows = _read_named(f'SELECT found.run_id, key, "column", {_SUMMARY}', SERIES, run_ids, keys)
    return {(row[0], row[1], row[2]): from_row(row[3:]) for row in rows}


def find_series_ids(
    run_ids: Sequence[int], keys: Sequence[str] | None = None
) -> dict[SeriesName, int]:
    """Return the ids of the series of runs: of all metrics, or of those named. One query."""
    rows = _read_named('SELECT found.run_id, key, "column", found.id', SERIES, run_ids, keys)
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def read_texts(
    run_ids: Sequence[int], keys: Sequence[str] | None = None
) -> dict[SeriesName, list[StoredText]]:
    """Return the text values of runs in (step, time) order, the latest last. One query."""
    rows = _read_named(
        'SELECT found.run_id, key, "column", step, ms, value',
        TEXT_VALUE,
        run_ids,
        keys,
        " ORDER BY step, ms, found.id",
    )
    texts: dict[SeriesName, list[StoredText]] = {}
    for run_id, key, column, *text in rows:
        texts.setdefault((run_id, key, column), []).append(StoredText(*text))
    return texts


def _read_named(
    select: str,
    table: str,
    run_ids: Sequence[int],
    keys: Sequence[str] | None,
    order: str = "",
) -> list[Row]:
    sql = select + (_ALL_KEYS if keys is None else _SOME_KEYS).format(table=table) + order
    with open_cursor() as cursor:
        named = [] if keys is None else [cursor.list(keys)]
        return cursor.read(sql, (cursor.list(run_ids), *named))


def list_metrics(experiment_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Return the (key, column) of all metrics with points in experiments, sorted. One query."""
    with open_cursor() as cursor:
        return cursor.read(
            f'SELECT DISTINCT key, "column" FROM {METRIC} WHERE experiment_id {LIST}'
            f" AND EXISTS (SELECT 1 FROM {SERIES} WHERE metric_id = {METRIC}.id)"
            " ORDER BY 1, 2",
            (cursor.list(experiment_ids),),
        )


def list_metrics_of(run_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Return the (key, column) of all metrics that these runs have points of. One query."""
    with open_cursor() as cursor:
        return cursor.read(
            f'SELECT DISTINCT key, "column" FROM {METRIC} WHERE id IN ('
            f"SELECT metric_id FROM {SERIES} WHERE run_id {LIST})",
            (cursor.list(run_ids),),
        )


def read_common(run_ids: Sequence[int]) -> list[CommonMetric]:
    """Return the metrics without columns that these runs have, those of most runs first; of runs
    with more than 20,000 metrics in all the newest ones tell. One query."""
    with open_cursor() as cursor:
        rows = cursor.read(_COMMON, (cursor.list(run_ids), _MOST_COUNTED))
    return [CommonMetric(key, int(runs), *others) for key, runs, *others in rows]


def count_points(run_ids: Sequence[int]) -> int:
    """Return how many points the runs have in all: it rises with every new one. One query."""
    with open_cursor() as cursor:
        sql = f"SELECT COALESCE(SUM(n), 0) FROM {SERIES} WHERE run_id {LIST}"
        return int(cursor.read(sql, (cursor.list(run_ids),))[0][0])


def read_points(
    series_id: int, low: int | None = None, high: int | None = None, axis: Axis = "step"
) -> Points:
    """Return the points of a series in [low, high] of an axis, in its order. One query."""
    low, high = limit_range(low, high)
    with open_cursor() as cursor:
        for part in read_parts(cursor, [series_id], axis, low, high):
            return part.arrange(axis, low, high)[1]
    return empty_points()
