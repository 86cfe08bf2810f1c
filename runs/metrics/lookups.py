"""Values of one metric at the steps of another."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from runs.database.cursors import LIST, PAIRS, Cursor, open_cursor
from runs.metrics.arrays import Floats, Ints
from runs.metrics.meanings import Direction
from runs.metrics.points import unpack
from runs.metrics.reading import group_heads, read_heads, read_parts
from runs.metrics.summaries import NAN, rank
from runs.metrics.tables import METRIC, SEGMENT, SERIES
from runs.tracking.tables import RUN
from runs.tracking.texts import INT64_MAX, INT64_MIN

# The segments that may hold a point of series a at step b.
READ_AT = (
    f"SELECT pair.a, pair.b, data FROM {PAIRS} JOIN {SEGMENT} ON series_id = pair.a"
    " AND (low_step IS NULL OR low_step <= pair.b AND high_step >= pair.b)"
)
READ_BEST = f"""
SELECT found.run_id, key, found.id, min, min_step, max, max_step, last, last_step FROM {RUN}
JOIN {METRIC} ON {METRIC}.experiment_id = {RUN}.experiment_id
JOIN {SERIES} found ON found.run_id = {RUN}.id AND found.metric_id = {METRIC}.id
WHERE {RUN}.id {LIST} AND key {LIST} AND "column" = ''
"""


class Best(NamedTuple):
    """A series of a run, with its extremes and its last value."""

    run_id: int
    key: str
    series_id: int
    min: float | None
    min_step: int | None
    max: float | None
    max_step: int | None
    last: float | None
    last_step: int

    def best_step(self, goal: Direction) -> int | None:
        """Return the step of the least or greatest value; None where that is no finite number."""
        value, step = (self.min, self.min_step) if goal == "min" else (self.max, self.max_step)
        return None if value is None or math.isinf(value) else step


def values_at_steps(steps: Mapping[int, Ints]) -> dict[int, Floats]:
    """Return for each series id its values at the steps given for it; NaN where it has no point at
    exactly that step; of several points the latest. Two queries for up to a million points."""
    answer = {series_id: np.full(len(wanted), NAN) for series_id, wanted in steps.items()}
    with open_cursor() as cursor:
        for group in group_heads(read_heads(cursor, list(steps)).values()):
            for part in read_parts(cursor, group, "step", INT64_MIN, INT64_MAX):
                x, points = part.arrange("step", INT64_MIN, INT64_MAX)
                answer[part.series_id] = _look_up(x, points["value"], steps[part.series_id])
    return answer


def _look_up(x: Ints, value: Floats, steps: Ints) -> Floats:
    at = np.searchsorted(x, steps, side="right") - 1
    return np.where((at >= 0) & (x[at] == steps), value[at], NAN)


def value_at_best(
    *,
    run_ids: Sequence[int],
    goal_metric_key: str,
    goal: Direction,
    keys: Sequence[str],
) -> dict[tuple[int, str], float]:
    """Return the value of each metric at the step where the run's goal metric is best.

    A metric without a point at that step is left out, and so is a run whose least or greatest value
    is NaN or infinite: it has no best step. Of several points at the step the latest counts, but of
    the goal metric itself the best. Two queries.
    """
    with open_cursor() as cursor:
        all_keys = sorted({goal_metric_key, *keys})
        rows = [
            Best(*r) for r in cursor.read(READ_BEST, (cursor.list(run_ids), cursor.list(all_keys)))
        ]
        goals = {row.run_id: row for row in rows if row.key == goal_metric_key}
        steps = {run_id: row.best_step(goal) for run_id, row in goals.items()}
        others = [row for row in rows if row.key != goal_metric_key]
        found = _read_at_steps(cursor, others, steps)
    if goal_metric_key in keys:
        found |= {
            (run_id, goal_metric_key): getattr(row, goal)
            for run_id, row in goals.items()
            if steps[run_id] is not None
        }
    return found


def _read_at_steps(
    cursor: Cursor, rows: Sequence[Best], steps: Mapping[int, int | None]
) -> dict[tuple[int, str], float]:
    """Return the value of each series at the step given for its run. One query, for those whose
    last value it is not."""
    found: dict[tuple[int, str], float] = {}
    wanted: dict[tuple[int, str], tuple[int, int]] = {}
    for row in rows:
        step = steps.get(row.run_id)
        if step is None:
            continue
        if step == row.last_step:
            found[row.run_id, row.key] = NAN if row.last is None else row.last
        else:
            wanted[row.run_id, row.key] = (row.series_id, step)
    values = _read_latest_at(cursor, list(wanted.values()))
    return found | {name: values[pair] for name, pair in wanted.items() if pair in values}


def _read_latest_at(
    cursor: Cursor, pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], float]:
    """Return the latest value of each (series id, step) that has a point. One query."""
    rows = cursor.read(READ_AT, cursor.pairs(pairs))
    latest: dict[tuple[int, int], tuple[int, int, bool, float]] = {}
    for series_id, step, data in rows:
        points = unpack(data)
        for _, ms, value in points[points["step"] == step].tolist():
            place = rank(step, ms, value)
            latest[series_id, step] = max(place, latest.get((series_id, step), place))
    return {pair: NAN if is_nan else value for pair, (_, _, is_nan, value) in latest.items()}
