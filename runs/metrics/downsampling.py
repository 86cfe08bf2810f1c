"""Choosing the points of a curve that a screen can show. Pure NumPy; knows no database."""

import numpy as np

from runs.metrics.arrays import Floats, Indices, Ints, Mask


def split_range(low: int, high: int, buckets: int) -> Ints:
    """Return where the second and later of equal buckets of [low, high] begin. Exact for any
    64-bit range; fewer buckets where the range holds fewer whole numbers."""
    width = max(1, high - low + 1)
    buckets = max(1, min(buckets, width))
    return np.array([low + width * i // buckets for i in range(1, buckets)], np.int64)


def split_numbers(low: float, high: float, buckets: int) -> Floats:
    """Return where the second and later of equal buckets of [low, high], finite numbers, begin."""
    share = np.arange(1, max(1, buckets)) / max(1, buckets)
    return low * (1 - share) + high * share


def choose(x: Ints | Floats, value: Floats, borders: Ints | Floats) -> Indices:
    """Return which points to draw, in ascending order: the first, the last, and the least and the
    greatest of each bucket. `x` ascends; `borders` are those of `split_range` or `split_numbers`.

    Of a bucket's infinities the first of each sign is kept beside its least and greatest number.
    Where NaN lies between two of these points, one NaN is kept as a gap; inside a bucket only if
    there is none at its side, so that gaps narrower than a pixel do not take a spike its line.
    """
    starts, stops = _cut(x, borders)
    if len(x) <= 2 * len(starts):
        return np.arange(len(x))
    if np.isfinite(value).all():
        chosen = _extremes(value, starts, stops)
    else:
        chosen = _choose_from_all(value, starts, stops)
    is_chosen = np.zeros(len(x), bool)
    is_chosen[chosen] = True
    is_chosen[[0, -1]] = True
    return np.flatnonzero(is_chosen)


def _cut(x: Ints | Floats, borders: Ints | Floats) -> tuple[Indices, Indices]:
    """Return where the points of each bucket begin and end, without the empty buckets."""
    cuts = np.concatenate(([0], np.searchsorted(x, borders), [len(x)]))
    starts, stops = cuts[:-1], cuts[1:]
    filled = starts < stops
    return starts[filled], stops[filled]


def _extremes(value: Floats, starts: Indices, stops: Indices) -> Indices:
    """Return the least and the greatest of each bucket of numbers; the first of many equal ones."""
    counts = stops - starts
    lows = value == np.repeat(np.minimum.reduceat(value, starts), counts)
    highs = value == np.repeat(np.maximum.reduceat(value, starts), counts)
    hits = np.flatnonzero(lows | highs)
    if len(hits) <= 2 * len(starts):
        return hits
    return np.concatenate((_first_of_each(lows, starts), _first_of_each(highs, starts)))


def _first_of_each(mask: Mask, starts: Indices) -> Indices:
    """Return the first marked index of each bucket that has one."""
    hits = np.flatnonzero(mask)
    if not len(hits):
        return hits
    bucket = np.searchsorted(starts, hits, side="right")
    return hits[np.concatenate(([True], bucket[1:] != bucket[:-1]))]


def _choose_from_all(value: Floats, starts: Indices, stops: Indices) -> Indices:
    numbers = np.flatnonzero(np.isfinite(value))
    ends = np.array([0, len(value) - 1])
    parts = [
        ends[~np.isnan(value[ends])],
        _first_of_each(value == np.inf, starts),
        _first_of_each(value == -np.inf, starts),
    ]
    if len(numbers):
        bucket = np.searchsorted(starts, numbers, side="right")
        begins = np.concatenate(([0], np.flatnonzero(bucket[1:] != bucket[:-1]) + 1))
        ends = np.concatenate((begins[1:], [len(numbers)]))
        parts.append(numbers[_extremes(value[numbers], begins, ends)])
    chosen = np.unique(np.concatenate(parts))
    return np.concatenate((chosen, _gaps(np.flatnonzero(np.isnan(value)), chosen, starts)))


def _gaps(nans: Indices, chosen: Indices, starts: Indices) -> Indices:
    """Return one NaN for each gap between chosen points. Gap i lies before `chosen[i]`."""
    gap = np.searchsorted(chosen, nans)
    is_first = np.diff(gap, prepend=-1) > 0
    nans, gap = nans[is_first], gap[is_first]
    has_nan = np.zeros(len(chosen) + 1, bool)
    has_nan[gap] = True
    bucket = np.searchsorted(starts, chosen, side="right")
    at_side = np.zeros(len(chosen) + 1, bool)
    at_side[:-1] = has_nan[np.searchsorted(bucket, bucket)]
    at_side[:-1] |= has_nan[np.searchsorted(bucket, bucket, side="right")]
    is_inner = np.zeros(len(chosen) + 1, bool)
    is_inner[1:-1] = bucket[1:] == bucket[:-1]
    return nans[~(is_inner & at_side)[gap]]
