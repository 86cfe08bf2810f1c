"""The value of a metric at the best step of a goal, for all runs at once.

Most values need no point: the row of a series holds its last one. The others stand in segments. A
series only grows, so what was read of one with `n` points stays true while it has `n`: this process
keeps it, and reads it anew for the series that have grown.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from runs.database.cursors import LIST, Cursor, open_cursor
from runs.metrics.arrays import Floats, Indices, Ints, Mask
from runs.metrics.known_ids import forget_with_ids
from runs.metrics.lookups import READ_AT
from runs.metrics.meanings import Direction
from runs.metrics.points import unpack
from runs.metrics.tables import SERIES

# Both are answered by the index `series_by_last` alone.
READ_GOALS = (
    f"SELECT run_id, {{goal}}_step FROM {SERIES} WHERE metric_id {LIST}"
    ' AND "{goal}" > %s AND "{goal}" < %s'
)
READ_LASTS = f'SELECT run_id, id, n, "last", last_step FROM {SERIES} WHERE metric_id {LIST}'
READ_EXTREMES = f'SELECT run_id, "{{name}}" FROM {SERIES} WHERE metric_id {LIST}'
PAIRS_AT_ONCE = 20_000
COLUMNS_KEPT = 6


class BestColumn(NamedTuple):
    """Runs with a value at the best step, ascending, and the values."""

    run_ids: Ints
    values: Floats

    def of(self, run_ids: Ints) -> tuple[Floats, Mask]:
        """Return the values of some runs, NaN where there is none, and which runs have one."""
        if not len(self.run_ids):
            return np.full(len(run_ids), np.nan), np.zeros(len(run_ids), bool)
        at = np.minimum(np.searchsorted(self.run_ids, run_ids), len(self.run_ids) - 1)
        has = self.run_ids[at] == run_ids
        return np.where(has, self.values[at], np.nan), has


class Seen(NamedTuple):
    """What was read of series with `n` points at a step: the value, and whether there is one. The
    ids of the series ascend."""

    series_ids: Ints
    n: Ints
    steps: Ints
    values: Floats
    has: Mask


NOTHING_SEEN = Seen(*(np.empty(0, kind) for kind in (np.int64, np.int64, np.int64, float, bool)))


class _SeenColumns:
    """What was seen last of a few columns."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._kept: OrderedDict[tuple, Seen] = OrderedDict()

    def get(self, name: tuple) -> Seen:
        with self._mutex:
            return self._kept.get(name, NOTHING_SEEN)

    def keep(self, name: tuple, seen: Seen) -> None:
        with self._mutex:
            self._kept[name] = seen
            self._kept.move_to_end(name)
            while len(self._kept) > COLUMNS_KEPT:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._mutex:
            self._kept.clear()


seen_columns = _SeenColumns()
forget_with_ids(seen_columns)


def read_best_column(
    goal_ids: Sequence[int], goal: Direction, metric_ids: Sequence[int]
) -> BestColumn:
    """Return the value of a metric at the step where its run's goal is best, of every run that has
    one; of several points at that step the latest. An infinite value of the goal is not its best.
    Both metrics are given by their ids, one of each experiment. Two queries, and one for every
    20,000 series not seen before."""
    with open_cursor() as cursor:
        statement = READ_GOALS.format(goal=goal)
        runs, steps = _read(cursor, statement, goal_ids, "qq", -math.inf, math.inf)
        goals = BestColumn(*_by_run(runs, steps))
        runs, ids, n, last, last_step = _read(cursor, READ_LASTS, metric_ids, "qqqdq")
        place = np.minimum(np.searchsorted(goals.run_ids, runs), max(len(goals.run_ids) - 1, 0))
        if not len(goals.run_ids) or not len(runs):
            return BestColumn(np.empty(0, np.int64), np.empty(0))
        chosen = np.flatnonzero(goals.run_ids[place] == runs)
        steps = goals.values[place]
        values, has = last.copy(), steps == last_step
        inner = chosen[~has[chosen]]
        name = (tuple(goal_ids), goal, tuple(metric_ids))
        values[inner], has[inner] = _look_up(cursor, name, ids[inner], n[inner], steps[inner])
    chosen = chosen[has[chosen]]
    return BestColumn(*_by_run(runs[chosen], values[chosen]))


def read_extreme_column(metric_ids: Sequence[int], extreme: Direction) -> BestColumn:
    """Return the least or greatest value of a metric of every run where it is a finite number. One
    query."""
    with open_cursor() as cursor:
        statement = READ_EXTREMES.format(name=extreme)
        runs, values = _read(cursor, statement, metric_ids, "qd")
    is_number = np.isfinite(values)
    return BestColumn(*_by_run(runs[is_number], values[is_number]))


def _read(
    cursor: Cursor, statement: str, ids: Sequence[int], kinds: str, *params: float
) -> list[np.ndarray]:
    """Return the columns of a query as arrays of these types; NULL is NaN."""
    rows = cursor.read(statement, (cursor.list(ids), *params))
    # Not by zip: a call with as many arguments as there are rows takes three times as long.
    return [np.array([*map(itemgetter(i), rows)], kind) for i, kind in enumerate(kinds)]


def _by_run(runs: Ints, values: np.ndarray) -> tuple[Ints, np.ndarray]:
    order = np.argsort(runs)
    return runs[order], values[order]


def _look_up(cursor: Cursor, name: tuple, ids: Ints, n: Ints, steps: Ints) -> tuple[Floats, Mask]:
    """Return the value of each series at its step, and whether there is one."""
    order = np.argsort(ids)
    ids, n, steps = ids[order], n[order], steps[order]
    seen = seen_columns.get(name)
    values, has = np.full(len(ids), np.nan), np.zeros(len(ids), bool)
    is_known = np.zeros(len(ids), bool)
    if len(seen.series_ids):
        at = np.minimum(np.searchsorted(seen.series_ids, ids), len(seen.series_ids) - 1)
        is_known = (seen.series_ids[at] == ids) & (seen.n[at] == n) & (seen.steps[at] == steps)
        values[is_known], has[is_known] = seen.values[at[is_known]], seen.has[at[is_known]]
    new = np.flatnonzero(~is_known)
    for start in range(0, len(new), PAIRS_AT_ONCE):
        part = new[start : start + PAIRS_AT_ONCE]
        values[part], has[part] = _read_points(cursor, ids[part], steps[part])
    if len(new):
        seen_columns.keep(name, Seen(ids, n, steps, values, has))
    back = np.empty(len(order), np.intp)
    back[order] = np.arange(len(order))
    return values[back], has[back]


def _read_points(cursor: Cursor, ids: Ints, steps: Ints) -> tuple[Floats, Mask]:
    """Return the latest value of each series at its step, from its segments. The ids ascend."""
    rows = cursor.read(READ_AT, cursor.pairs(list(zip(ids.tolist(), steps.tolist(), strict=True))))
    values, has = np.full(len(ids), np.nan), np.zeros(len(ids), bool)
    if not rows:
        return values, has
    found, _, blobs = zip(*rows, strict=True)
    points = unpack(*blobs)
    owners = np.searchsorted(ids, np.array(found))
    owners = np.repeat(owners, np.array([len(blob) for blob in blobs]) // points.itemsize)
    hits = np.flatnonzero(points["step"] == steps[owners])
    owners, points = owners[hits], points[hits]
    order = np.lexsort((points["value"], points["ms"], owners))
    owners, points = owners[order], points[order]
    # Of each owner the last one counts; NaN sorts behind all numbers.
    lasts: Indices = np.flatnonzero(np.append(owners[1:] != owners[:-1], True)[: len(owners)])
    values[owners[lasts]], has[owners[lasts]] = points["value"][lasts], True
    return values, has
