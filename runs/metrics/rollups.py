"""Drawing a very long series from the summaries of its sealed segments, without their points."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runs.database.cursors import Cursor, Row
from runs.metrics.arrays import Ints
from runs.metrics.points import POINT, Points, order_by_step, order_by_time, unpack
from runs.metrics.reading import IN_RANGE, Axis, read_sealed
from runs.metrics.tables import SEGMENT

# Segments that only partly lie in the range are read, but not more than this.
MAX_READ = 512

ROLLUP = np.dtype(
    [(name, "<i8") for name in ("seq", "n", "low_step", "high_step", "low_ms", "high_ms")]
    + [("min_step", "<i8"), ("min_ms", "<i8"), ("min", "<f8")]
    + [("max_step", "<i8"), ("max_ms", "<i8"), ("max", "<f8")]
)
# A segment of nothing but NaN is drawn as one NaN where it begins.
READ_ROLLUPS = f"""
SELECT seq, n, low_step, high_step, low_ms, high_ms,
    COALESCE(min_step, low_step), COALESCE(min_ms, low_ms), min,
    COALESCE(max_step, low_step), COALESCE(max_ms, low_ms), max,
    CASE WHEN low_step IS NULL THEN data END
FROM {SEGMENT} WHERE series_id = %s AND
"""

# Where points lie on an axis, and the points.
Placed = tuple[Ints, Points]


def read_rollups(cursor: Cursor, series_id: int, axis: Axis, low: int, high: int) -> list[Row]:
    """Return the segments of a series that may hold points of [low, high], as `ROLLUP` and, of
    the open ones, the data. One query."""
    return cursor.read(f"{READ_ROLLUPS} {IN_RANGE[axis]} ORDER BY seq", (series_id, low, high))


def place_rollups(
    cursor: Cursor, series_id: int, rows: Sequence[Row], axis: Axis, low: int, high: int
) -> tuple[Ints, Points, int]:
    """Return the points to draw for [low, high] with their places on the axis, in its order, and
    how many points they stand for.

    All points are drawn of open segments, of those that the range cuts, and of those where the
    series may begin or end on the axis; of the others the least and the greatest. One query.
    """
    whole = [(row[0], row[-1]) for row in rows if row[-1] is not None]
    sealed = np.array([row[:-1] for row in rows if row[-1] is None], ROLLUP)
    is_read = _choose_to_read(sealed, axis, low, high)
    whole += read_sealed(cursor, series_id, sealed["seq"][is_read].tolist())
    exact = _sort_and_cut([_place_points(whole, axis)], axis, low, high)
    summed = sealed[~is_read]
    x, points = _sort_and_cut([exact, *_place_extremes(summed, axis)], axis, low, high)
    return x, points, len(exact[0]) + int(summed["n"].sum())


def _range_on(sealed: NDArray[np.void], axis: Axis) -> tuple[Ints, Ints]:
    """Return where sealed segments begin and end on an axis."""
    if axis == "index":
        return sealed["seq"], sealed["seq"] + sealed["n"] - 1
    return sealed[f"low_{axis}"], sealed[f"high_{axis}"]


def _choose_to_read(sealed: NDArray[np.void], axis: Axis, low: int, high: int) -> NDArray[np.bool_]:
    is_read = np.zeros(len(sealed), bool)
    if not len(sealed):
        return is_read
    begin, end = _range_on(sealed, axis)
    is_read[[0, -1]] = True
    for wanted in (begin == begin.min(), end == end.max(), (begin < low) | (end > high)):
        is_read[np.flatnonzero(wanted)[:MAX_READ]] = True
    return is_read


def _place_points(segments: Sequence[tuple[int, bytes]], axis: Axis) -> Placed:
    points = unpack(*(data for _, data in segments))
    if axis != "index":
        return points[axis], points
    counts = [len(data) // POINT.itemsize for _, data in segments]
    places = [np.arange(seq, seq + n) for (seq, _), n in zip(segments, counts, strict=True)]
    return np.concatenate([np.empty(0, np.int64), *places]), points


def _place_extremes(sealed: NDArray[np.void], axis: Axis) -> list[Placed]:
    """Return the least and the greatest point of each segment. Their indices are not kept: on that
    axis they are placed at the ends of their segment."""
    pairs = []
    for name in ("min", "max"):
        points = np.empty(len(sealed), POINT)
        for field in POINT.names:
            points[field] = sealed[name if field == "value" else f"{name}_{field}"]
        pairs.append(points)
    if axis == "index":
        return list(zip(_range_on(sealed, axis), pairs, strict=True))
    some = ~np.isnan(sealed["max"])
    return [(points[axis], points) for points in (pairs[0], pairs[1][some])]


def _sort_and_cut(parts: Sequence[Placed], axis: Axis, low: int, high: int) -> Placed:
    x = np.concatenate([place for place, _ in parts])
    points = np.concatenate([points for _, points in parts])
    if axis == "index":
        order = np.argsort(x, kind="stable")
    else:
        order = order_by_step(points) if axis == "step" else order_by_time(points)
    x = x[order]
    inside = slice(np.searchsorted(x, low), np.searchsorted(x, high, side="right"))
    return x[inside], points[order][inside]
