"""The points of a group of requests, sorted out per series in a few vector operations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runs.metrics.arrays import Indices, Mask
from runs.metrics.points import Points, are_same, follow
from runs.metrics.summaries import Summary, of_point
from runs.tracking.texts import INT64_MAX


@dataclass(frozen=True, slots=True)
class NewPoints:
    """Points of several series, none twice, series after series, each in the order of arrival.

    `ids` numbers the series that have points; `starts` and `stops` say where they lie in `points`.
    """

    ids: list[int]
    starts: list[int]
    stops: list[int]
    points: Points
    summaries: list[Summary]


def find_new_points(
    codes: Indices,
    points: Points,
    is_stored: Mask | None = None,
    is_new: Mask | None = None,
) -> NewPoints:
    """Return the batch of points that are not there yet. `codes` says the series of each point;
    `is_stored` marks points that are in the database already: they come first and are left out,
    and so is every new point that equals one of them or an earlier new one. A point that `is_new`
    marks is not left out: it is put a millisecond later than the one it equals."""
    if len(points) == 1 and is_stored is None:
        return _single_points(codes, points)
    grouped = np.argsort(codes, kind="stable")
    codes, points = codes[grouped], points[grouped]
    if is_new is not None and is_new.any():
        points = _told_apart(codes, points, is_new[grouped])
    if is_stored is None and (codes[1:] != codes[:-1]).all():
        return _single_points(codes, points)
    ascending = follow(points) | (codes[1:] != codes[:-1])
    if ascending.all():
        ranked = np.arange(len(points))
        fresh = None if is_stored is None else ~is_stored[grouped]
    else:
        ranked = np.lexsort((points["value"], points["ms"], points["step"], codes))
        fresh = _mark_first(codes, points, ranked)
        if is_stored is not None:
            fresh &= ~is_stored[grouped]
    if fresh is not None and not fresh.all():
        ranked = (np.cumsum(fresh) - 1)[ranked[fresh[ranked]]]
        codes, points = codes[fresh], points[fresh]
    return _summed_up(codes, points, ranked)


def _told_apart(codes: Indices, points: Points, is_new: Mask) -> Points:
    """Return the points, each marked one that equals others at a time of its own."""
    if (follow(points) | (codes[1:] != codes[:-1])).all():
        return points
    points = points.copy()
    while True:
        ranked = np.lexsort((points["value"], points["ms"], points["step"], codes))
        equal = ~_mark_first(codes, points, ranked) & is_new
        if not equal.any():
            return points
        # Of equal ones the second is put 1 ms later, the third 2 ms, and so on.
        sorted_equal = equal[ranked]
        index = np.arange(len(ranked))
        last_other = np.maximum.accumulate(np.where(sorted_equal, -1, index))
        points["ms"][ranked] += np.where(sorted_equal, index - last_other, 0)


def _single_points(codes: Indices, points: Points) -> NewPoints:
    """Return the batch of one point per series, a step of a training loop: here setting vectors up
    costs more than there is to do."""
    starts = list(range(len(points)))
    summaries = [of_point(*point) for point in points.tolist()]
    return NewPoints(codes.tolist(), starts, [start + 1 for start in starts], points, summaries)


def _mark_first(codes: Indices, points: Points, ranked: Indices) -> Mask:
    """Mark the points that equal none before them. `ranked` sorts stably."""
    sorted_codes, sorted_points = codes[ranked], points[ranked]
    same = sorted_codes[1:] == sorted_codes[:-1]
    for field in ("step", "ms"):
        same &= sorted_points[field][1:] == sorted_points[field][:-1]
    same &= are_same(sorted_points["value"][1:], sorted_points["value"][:-1])
    first = np.ones(len(points), bool)
    first[ranked[1:][same]] = False
    return first


def _summed_up(codes: Indices, points: Points, ranked: Indices) -> NewPoints:
    if not len(points):
        return NewPoints([], [], [], points, [])
    borders = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    starts = np.concatenate(([0], borders))
    stops = np.concatenate((borders, [len(points)]))
    summaries = _summarise(points, ranked, starts, stops)
    return NewPoints(codes[starts].tolist(), starts.tolist(), stops.tolist(), points, summaries)


def _summarise(points: Points, ranked: Indices, starts: Indices, stops: Indices) -> list[Summary]:
    value = np.ascontiguousarray(points["value"])
    is_nan = np.isnan(value)
    lows, low_steps = _extremes_of_series(value, points["step"], starts, stops, np.fmin)
    highs, high_steps = _extremes_of_series(value, points["step"], starts, stops, np.fmax)
    in_order = np.concatenate(([True], follow(points)))
    in_order[starts] = True
    first, last = points[ranked[starts]], points[ranked[stops - 1]]
    with np.errstate(invalid="ignore", over="ignore"):  # Inf - Inf is NaN, as in the database
        sums = np.add.reduceat(np.where(is_nan, 0.0, value), starts)
    columns = (
        (stops - starts).tolist(),
        np.add.reduceat(is_nan, starts, dtype=np.int64).tolist(),
        first["value"].tolist(),
        first["step"].tolist(),
        first["ms"].tolist(),
        last["value"].tolist(),
        last["step"].tolist(),
        last["ms"].tolist(),
        lows,
        low_steps,
        highs,
        high_steps,
        sums.tolist(),
        np.logical_and.reduceat(in_order, starts).tolist(),
    )
    return [Summary(*row) for row in zip(*columns, strict=True)]


def _extremes_of_series(
    value: NDArray[np.float64],
    step: NDArray[np.int64],
    starts: Indices,
    stops: Indices,
    better: np.ufunc,
) -> tuple[list[float], list[int | None]]:
    """Return the least (or greatest) number of each series and the lowest step that has it."""
    best = better.reduceat(value, starts)
    is_best = value == np.repeat(best, stops - starts)
    steps = np.minimum.reduceat(np.where(is_best, step, INT64_MAX), starts)
    return best.tolist(), [
        None if nan else step
        for nan, step in zip(np.isnan(best).tolist(), steps.tolist(), strict=True)
    ]
