"""Fetching the segments of series and putting their points in order.

A sealed segment never changes, an open one may be gathered into another at any time. So what a
read needs of open segments comes from one statement; sealed ones may be fetched by later ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Literal, NamedTuple

import numpy as np

from runs.database.cursors import LIST, Cursor
from runs.metrics.arrays import Ints
from runs.metrics.points import Points, order_by_step, order_by_time, unpack
from runs.metrics.segments import SEALED
from runs.metrics.tables import SEGMENT, SERIES
from runs.tracking.texts import INT64_MAX, INT64_MIN

Axis = Literal["step", "ms", "index"]

POINTS_OF_A_QUERY = 1024 * SEALED

# Which segments may hold points of [low, high] of an axis. Open ones have no range.
IN_RANGE: dict[str, str] = {
    "step": "(low_step IS NULL OR high_step >= %s AND low_step <= %s)",
    "ms": "(low_step IS NULL OR high_ms >= %s AND low_ms <= %s)",
    "index": f"(seq + {SEGMENT}.n > %s AND seq <= %s)",
}


class SeriesHead(NamedTuple):
    """What a read must know of a series before it looks at points."""

    id: int
    n: int
    ordered: bool
    first_step: int
    last_step: int
    first_ms: int
    last_ms: int


READ_HEADS = f"SELECT {', '.join(SeriesHead._fields)} FROM {SERIES} WHERE id {LIST} ORDER BY id"


def read_heads(cursor: Cursor, series_ids: Sequence[int]) -> dict[int, SeriesHead]:
    """Return the heads of the series that exist. One query."""
    rows = cursor.read(READ_HEADS, (cursor.list(series_ids),))
    return {row[0]: SeriesHead(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a series: points as they arrived, the first of them number `seq`."""

    series_id: int
    seq: int
    ordered: bool
    points: Points

    def arrange(self, axis: Axis, low: int, high: int) -> tuple[Ints, Points]:
        """Return the points of [low, high] in the order of an axis, and where they lie on it."""
        points = self.points
        if axis == "index":
            x = np.arange(self.seq, self.seq + len(points))
        else:
            if not self.ordered:
                order = order_by_step if axis == "step" else order_by_time
                points = points[order(points)]
            x = np.ascontiguousarray(points[axis])
        start, stop = np.searchsorted(x, low), np.searchsorted(x, high, side="right")
        return x[start:stop], points[start:stop]


def read_parts(
    cursor: Cursor, series_ids: Sequence[int], axis: Axis, low: int, high: int
) -> Iterator[Stretch]:
    """Give a part of each series that has points near [low, high]. One query."""
    rows = cursor.read(
        f"SELECT series_id, seq, ordered, data FROM {SEGMENT}"
        f" JOIN {SERIES} ON {SERIES}.id = series_id WHERE series_id {LIST}"
        f" AND {IN_RANGE[axis]} ORDER BY series_id, seq",
        (cursor.list(series_ids), low, high),
    )
    for series_id, group in groupby(rows, itemgetter(0)):
        segments = list(group)
        _, seq, ordered, _ = segments[0]
        yield Stretch(series_id, seq, bool(ordered), unpack(*(row[3] for row in segments)))


def group_heads(heads: Iterable[SeriesHead]) -> Iterator[list[int]]:
    """Give the ids of series that one query may fetch together."""
    group, points = [], 0
    for head in heads:
        if group and points + head.n > POINTS_OF_A_QUERY:
            yield group
            group, points = [], 0
        group.append(head.id)
        points += head.n
    if group:
        yield group


def read_sealed(cursor: Cursor, series_id: int, seqs: Sequence[int]) -> list[tuple[int, bytes]]:
    """Return the data of sealed segments, each with the number of its first point. One query."""
    if not seqs:
        return []
    return cursor.read(
        f"SELECT seq, data FROM {SEGMENT} WHERE series_id = %s AND seq {LIST} ORDER BY seq",
        (series_id, cursor.list(seqs)),
    )


def limit_range(low: int | None, high: int | None) -> tuple[int, int]:
    """Return the range with its open ends filled, all of it within 64 bits."""
    low = INT64_MIN if low is None else max(low, INT64_MIN)
    high = INT64_MAX if high is None else min(high, INT64_MAX)
    return (low, high) if low <= high else (INT64_MAX, INT64_MIN)
