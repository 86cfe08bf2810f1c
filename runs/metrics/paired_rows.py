"""Two columns of a table, paired row by row."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from runs.database.cursors import open_cursor
from runs.metrics.arrays import Floats, Ints
from runs.metrics.points import Points, empty_points
from runs.metrics.reading import group_heads, read_heads, read_parts
from runs.tracking.texts import INT64_MAX, INT64_MIN


class ColumnPair(NamedTuple):
    """Two columns of the same rows, in the order of their steps; `series_id` is that of y."""

    series_id: int
    x: Floats
    y: Floats


def pair_rows(x_of: Mapping[int, int]) -> Iterator[ColumnPair]:
    """Yield for each series y of `x_of` its values with those of x in the same rows of their table;
    a row that lacks either cell is left out. Two queries for up to a million rows.

    A row is a step and a time. Rows that share both are told apart by the order they came in.
    """
    with open_cursor() as cursor:
        for group in group_heads(read_heads(cursor, list(x_of)).values()):
            ids = sorted({*group, *(x_of[y] for y in group)})
            parts = read_parts(cursor, ids, "index", INT64_MIN, INT64_MAX)
            points = {part.series_id: part.points for part in parts}
            for y in group:
                x_points = points.get(x_of[y], empty_points())
                yield ColumnPair(y, *match_rows(x_points, points.get(y, empty_points())))


def match_rows(x: Points, y: Points) -> tuple[Floats, Floats]:
    """Return the values of the points that are of the same row. Both come as they arrived."""
    rows = [number_rows(points) for points in (x, y)]
    step, ms, turn, value = (np.concatenate(fields) for fields in zip(*rows, strict=True))
    side = np.repeat([0, 1], [len(x), len(y)])
    order = np.lexsort((side, turn, ms, step))
    step, ms, turn, value = (field[order] for field in (step, ms, turn, value))
    same = (step[1:] == step[:-1]) & (ms[1:] == ms[:-1]) & (turn[1:] == turn[:-1])
    return value[:-1][same], value[1:][same]


def number_rows(points: Points) -> tuple[Ints, Ints, Ints, Floats]:
    """Return points by (step, time), each with how many of its own step and time came before it."""
    points = points[np.lexsort((points["ms"], points["step"]))]
    step, ms, value = (np.ascontiguousarray(points[name]) for name in ("step", "ms", "value"))
    index = np.arange(len(points))
    starts = np.ones(len(points), bool)
    starts[1:] = (step[1:] != step[:-1]) | (ms[1:] != ms[:-1])
    return step, ms, index - np.maximum.accumulate(np.where(starts, index, 0)), value
