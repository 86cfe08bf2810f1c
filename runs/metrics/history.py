"""The whole history of a metric, page by page, in the order of MLflow: (time, step, value)."""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from runs.database.cursors import Cursor, open_cursor
from runs.metrics.points import Points, empty_points, follow, order_by_time, unpack
from runs.metrics.reading import read_sealed
from runs.metrics.tables import METRIC, SEGMENT, SERIES
from runs.tracking.models import ERASING
from runs.tracking.tables import RUN
from runs.tracking.texts import INT64_MIN

FIND_SERIES = f"""
SELECT {SERIES}.id FROM {RUN}
JOIN {METRIC} ON {METRIC}.experiment_id = {RUN}.experiment_id
JOIN {SERIES} ON {SERIES}.run_id = {RUN}.id AND metric_id = {METRIC}.id
WHERE {RUN}.id = %s AND key = %s AND "column" = %s AND lifecycle <> '{ERASING}'
"""
# The segments that may hold points at a (time, step) or later; of the open ones, their points.
READ_REST = f"""
SELECT low_ms, low_step, high_ms, high_step, seq, n, CASE WHEN low_step IS NULL THEN data END
FROM {SEGMENT} WHERE series_id = %s
AND (low_step IS NULL OR high_ms > %s OR (high_ms = %s AND high_step >= %s))
"""

# The step, time in ms and value of a point that a page ends with.
Place = tuple[int, int, float]
PLACE = (int, int, float)

BEFORE_ALL = (INT64_MIN, -1, -math.inf)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """A page of points in (time, step, value) order; `next` is where the next page begins."""

    points: Points
    next: Place | None


class Rest(NamedTuple):
    """A segment that may hold points of the pages to come; its data only where it is open."""

    low_ms: int
    low_step: int
    high_ms: int
    high_step: int
    seq: int
    n: int
    data: bytes | None

    @property
    def begin(self) -> tuple[int, int]:
        """Where a sealed segment begins in the order of a history: no point lies before."""
        return self.low_ms, self.low_step

    @property
    def end(self) -> tuple[int, int]:
        """Where a sealed segment ends: no point lies behind."""
        return self.high_ms, self.high_step


def read_history(
    *, run_id: int, key: str, column: str = "", after: Place | None = None, limit: int | None = None
) -> History:
    """Return a page of a metric's points, at most `limit`, after the point `after`.

    A run or metric that does not exist has no points. Three queries; a page reads
    the segments it needs and no others, whatever the order the points arrived in.
    """
    position = after or BEFORE_ALL
    with open_cursor() as cursor:
        series = cursor.read(FIND_SERIES, (run_id, key, column))
        if not series:
            return History(empty_points(), None)
        points = _read_after(cursor, series[0][0], position, limit)
    if limit is None or len(points) <= limit:
        return History(points, None)
    return History(points[:limit], points[limit - 1].item())


def _read_after(cursor: Cursor, series_id: int, position: Place, limit: int | None) -> Points:
    """Return the points after a position in order: all, or more than `limit` where there are."""
    step, ms, _ = position
    rest = [Rest(*row) for row in cursor.read(READ_REST, (series_id, ms, ms, step))]
    sealed = sorted(segment for segment in rest if segment.data is None)
    count = len(sealed) if limit is None else _count_needed(sealed, (ms, step), limit)
    seqs = [segment.seq for segment in sealed[:count]]
    taken = read_sealed(cursor, series_id, seqs)
    taken += sorted((segment.seq, segment.data) for segment in rest if segment.data is not None)
    points = unpack(*(data for _, data in taken))
    if not follow(points).all():
        points = points[order_by_time(points)]
    # Points before all unread segments have their final place.
    settled = _find(points, _lowest(sealed[count])) if count < len(sealed) else len(points)
    return points[_find(points, position) : settled]


def _count_needed(sealed: Sequence[Rest], position: tuple[int, int], limit: int) -> int:
    """Return how many of the segments, sorted by where they begin, must be read to have more than
    `limit` points after the position and before all other segments."""
    settled = 0
    ends: list[tuple[tuple[int, int], int]] = []
    for count, segment in enumerate(sealed):
        while ends and ends[0][0] < segment.begin:
            settled += heapq.heappop(ends)[1]
        if settled > limit:
            return count
        if segment.begin > position:
            heapq.heappush(ends, (segment.end, segment.n))
    return len(sealed)


def _lowest(segment: Rest) -> Place:
    """Return a point that comes before all of a segment."""
    return segment.low_step, segment.low_ms, -math.inf


def _find(points: Points, position: Place) -> int:
    """Return how many of the sorted points come before a position or at it."""
    step, ms, value = position
    start, stop = 0, len(points)
    for field, wanted in (("ms", ms), ("step", step)):
        part = points[field][start:stop]
        begin, end = np.searchsorted(part, wanted), np.searchsorted(part, wanted, side="right")
        start, stop = start + int(begin), start + int(end)
    return start + int(np.searchsorted(points["value"][start:stop], value, side="right"))
