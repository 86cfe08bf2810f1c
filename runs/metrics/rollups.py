"""Drawing a very long series from the summaries of its sealed segments, without their points."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from runs.metrics.database import Cursor
from runs.metrics.points import POINT, Points, order_by_step, order_by_time, unpack
from runs.metrics.reading import IN_RANGE, Axis, Ints, read_sealed

# Segments that only partly lie in the range are read, but not more than this.
MAX_READ = 512

Placed = tuple[Ints, Points]


class Rollup(NamedTuple):
    """A sealed segment without its points (`data` is None), or an open one with them."""

    seq: int
    n: int
    low_step: int
    high_step: int
    low_ms: int
    high_ms: int
    min: float | None
    min_step: int
    min_ms: int
    max: float | None
    max_step: int
    max_ms: int
    data: bytes | None

    def range_on(self, axis: Axis) -> tuple[int, int]:
        """Return where a sealed segment begins and ends on an axis."""
        if axis == "index":
            return self.seq, self.seq + self.n - 1
        return (self.low_step, self.high_step) if axis == "step" else (self.low_ms, self.high_ms)


READ_ROLLUPS = (
    f"SELECT {', '.join(Rollup._fields[:-1])}, CASE WHEN low_step IS NULL THEN data END"
    " FROM runs_segment WHERE series_id = %s AND "
)


def read_rollups(cursor: Cursor, series_id: int, axis: Axis, low: int, high: int) -> list[Rollup]:
    """Return the segments of a series that may hold points of [low, high]. One query."""
    sql = f"{READ_ROLLUPS}{IN_RANGE[axis]} ORDER BY seq"
    return [Rollup(*row) for row in cursor.read(sql, (series_id, low, high))]


def place_rollups(
    cursor: Cursor, series_id: int, rollups: Sequence[Rollup], axis: Axis, low: int, high: int
) -> tuple[Ints, Points, int]:
    """Return the extremes of the segments, in the order of an axis, where they lie on it, and how
    many points they stand for.

    All points are taken of open segments, of those that only partly lie in [low, high], and of
    those where the series begins and ends on the axis. At most one query.
    """
    sealed = [rollup for rollup in rollups if rollup.data is None]
    to_read = _choose_to_read(sealed, axis, low, high)
    summed = [rollup for rollup in sealed if rollup.seq not in to_read]
    whole = [(r.seq, unpack(r.data)) for r in rollups if r.data is not None]
    whole += read_sealed(cursor, series_id, sorted(to_read)) if to_read else []
    exact = _sort_and_cut(_place_points(whole, axis), axis, low, high)
    extremes = _place_extremes(summed, axis)
    placed = (np.concatenate((exact[0], extremes[0])), np.concatenate((exact[1], extremes[1])))
    x, points = _sort_and_cut(placed, axis, low, high)
    return x, points, len(exact[0]) + sum(rollup.n for rollup in summed)


def _choose_to_read(sealed: Sequence[Rollup], axis: Axis, low: int, high: int) -> set[int]:
    if not sealed:
        return set()
    ranges = [rollup.range_on(axis) for rollup in sealed]
    ends = {
        min(range(len(sealed)), key=lambda i: ranges[i][0]),
        max(range(len(sealed)), key=lambda i: ranges[i][1]),
    }
    cut = [i for i, (begin, end) in enumerate(ranges) if begin < low or end > high]
    return {sealed[i].seq for i in ends.union(cut[:MAX_READ])}


def _place_points(segments: Sequence[tuple[int, Points]], axis: Axis) -> Placed:
    points = np.concatenate([np.empty(0, POINT), *(points for _, points in segments)])
    if axis != "index":
        return points["step" if axis == "step" else "ms"], points
    places = [np.arange(seq, seq + len(points)) for seq, points in segments]
    return np.concatenate([np.empty(0, np.int64), *places]), points


def _place_extremes(rollups: Sequence[Rollup], axis: Axis) -> Placed:
    """Return the least and the greatest point of each segment, or one NaN. On the axis of indices
    they lie at the ends of their segment: their own place is not kept."""
    rows, places = [], []
    for r in rollups:
        begin, end = r.range_on(axis)
        if r.min is None:
            rows.append((r.low_step, r.low_ms, np.nan))
            places.append(begin)
            continue
        pair = [(r.min_step, r.min_ms, r.min), (r.max_step, r.max_ms, r.max)]
        rows += sorted(pair, key=lambda p: p[:2]) if axis == "index" else pair
        places += (begin, end) if axis == "index" else (p[axis == "time"] for p in pair)
    return np.array(places, np.int64), np.array(rows, POINT)


def _sort_and_cut(placed: Placed, axis: Axis, low: int, high: int) -> Placed:
    x, points = placed
    if axis == "index":
        order = np.argsort(x, kind="stable")
    else:
        order = order_by_step(points) if axis == "step" else order_by_time(points)
    x = x[order]
    inside = slice(np.searchsorted(x, low), np.searchsorted(x, high, side="right"))
    return x[inside], points[order][inside]
