"""Curves: what of series a chart draws, at a cost that follows its pixels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runs.database.cursors import LIST, Cursor, open_cursor
from runs.metrics.arrays import Ints
from runs.metrics.downsampling import choose, split_range
from runs.metrics.points import Points, empty_points, unpack
from runs.metrics.reading import Axis, SeriesHead, group_heads, limit_range, read_heads, read_parts
from runs.metrics.rollups import place_rollups, read_rollups
from runs.metrics.segments import SEALED
from runs.metrics.tables import SEGMENT

# A longer stretch of a series is drawn from the summaries of its segments. Many series share a
# budget, so that 500 of them do not fetch gigabytes.
MAX_POINTS = 512 * SEALED
MIN_POINTS = 32 * SEALED
POINTS_OF_ALL = 8192 * SEALED
MAX_PIXELS = 20_000

READ_TIMES = (
    "SELECT series_id, low_ms, high_ms, CASE WHEN low_step IS NULL THEN data END"
    f" FROM {SEGMENT} WHERE series_id {LIST}"
)
NOTHING = (np.empty(0, np.int64), empty_points())


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Points of a series in the order of the axis asked for, and how many there are in `total`.

    `index` says which point of its series each one is (by arrival); only for that axis.
    """

    series_id: int
    step: Ints
    ms: Ints
    value: NDArray[np.float64]
    total: int
    index: Ints | None = None


def downsample(
    *,
    series_ids: Sequence[int],
    low: int | None = None,
    high: int | None = None,
    pixels: int,
    axis: Axis = "step",
    origins: Mapping[int, int] | None = None,
) -> list[Curve]:
    """Return a curve for each series that exists, in the order asked for.

    All share one axis ("step", "ms" since the epoch, or "index"), from `low` to `high`, by default
    from the first to the last point of all. A curve has about `pixels` points, at most 20,000: the
    first and the last in the range, and the least and greatest of each of `pixels / 2` buckets;
    `downsampling.choose` says how infinities and NaN are drawn. Two queries for up to a million
    points; one or two more for each series with over half a million in the range, which is drawn
    from the least and greatest of each 1024 of its points.

    `origins` maps series to where their axis begins: `low` and `high` count from there. The curves
    keep the times of their points.
    """
    with open_cursor() as cursor:
        heads = read_heads(cursor, series_ids)
        origins = {i: (origins or {}).get(i, 0) for i in heads}
        low, high = _find_range(cursor, heads, axis, low, high, origins)
        borders = split_range(low, high, min(max(2, pixels), MAX_PIXELS) // 2)
        plan = Plan(axis, low, high, borders, origins)
        limit = max(MIN_POINTS, min(MAX_POINTS, POINTS_OF_ALL // max(1, len(heads))))
        curves = {}
        for group in group_heads(head for head in heads.values() if head.n <= limit):
            curves |= {curve.series_id: curve for curve in _draw_points(cursor, group, plan)}
        for head in heads.values():
            if head.n > limit:
                curves[head.id] = _draw_long(cursor, head.id, plan, limit)
    return [curves.get(i) or _make_curve(i, *NOTHING, 0, plan) for i in series_ids if i in heads]


@dataclass(frozen=True, slots=True)
class Plan:
    """The part of an axis to draw, where its buckets begin, and where its 0 is for each series."""

    axis: Axis
    low: int
    high: int
    borders: Ints
    origins: Mapping[int, int]

    def span(self, *series_ids: int) -> tuple[int, int]:
        """Return the range of step, time or index that holds the part of all these series."""
        origins = [self.origins[i] for i in series_ids]
        return limit_range(self.low + min(origins), self.high + max(origins))

    def place(self, series_id: int, x: Ints) -> Ints | NDArray[np.float64]:
        """Return where points lie on the axis."""
        origin = self.origins[series_id]
        return x - float(origin) if origin else x


def _draw_points(cursor: Cursor, series_ids: Sequence[int], plan: Plan) -> Iterator[Curve]:
    for part in read_parts(cursor, series_ids, plan.axis, *plan.span(*series_ids)):
        x, points = part.arrange(plan.axis, *plan.span(part.series_id))
        yield _make_curve(part.series_id, x, points, len(x), plan)


def _draw_long(cursor: Cursor, series_id: int, plan: Plan, limit: int) -> Curve | None:
    span = plan.span(series_id)
    rollups = read_rollups(cursor, series_id, plan.axis, *span)
    if sum(row[1] for row in rollups) <= limit:
        return next(_draw_points(cursor, [series_id], plan), None)
    placed = place_rollups(cursor, series_id, rollups, plan.axis, *span)
    return _make_curve(series_id, *placed, plan)


def _make_curve(series_id: int, x: Ints, points: Points, total: int, plan: Plan) -> Curve:
    value = np.ascontiguousarray(points["value"])
    chosen = choose(plan.place(series_id, x), value, plan.borders)
    points = points[chosen]
    return Curve(
        series_id=series_id,
        step=np.ascontiguousarray(points["step"]),
        ms=np.ascontiguousarray(points["ms"]),
        value=np.ascontiguousarray(points["value"]),
        total=total,
        index=x[chosen] if plan.axis == "index" else None,
    )


def _find_range(
    cursor: Cursor,
    heads: Mapping[int, SeriesHead],
    axis: Axis,
    low: int | None,
    high: int | None,
    origins: Mapping[int, int],
) -> tuple[int, int]:
    """Return the range to draw: what was asked for, or from the first to the last point."""
    if heads and (low is None or high is None):
        extents = _find_extents(cursor, heads, axis)
        first = min(begin - origins[i] for i, begin, _ in extents)
        last = max(end - origins[i] for i, _, end in extents)
        low, high = first if low is None else low, last if high is None else high
    return limit_range(low, high)


def _find_extents(
    cursor: Cursor, heads: Mapping[int, SeriesHead], axis: Axis
) -> list[tuple[int, int, int]]:
    """Return (series id, first, last) on an axis, for one series perhaps in several portions."""
    if axis == "index":
        return [(head.id, 0, head.n - 1) for head in heads.values()]
    if axis == "step":
        return [(head.id, head.first_step, head.last_step) for head in heads.values()]
    extents = [(head.id, head.first_ms, head.last_ms) for head in heads.values()]
    if shuffled := [head.id for head in heads.values() if not head.ordered]:
        for series_id, low, high, data in cursor.read(READ_TIMES, (cursor.list(shuffled),)):
            times = unpack(data)["ms"] if data is not None else np.array([low, high])
            extents.append((series_id, int(times.min()), int(times.max())))
    return extents
