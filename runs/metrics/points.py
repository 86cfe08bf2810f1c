"""Points: how they lie in memory and in a segment, what they may hold, and their order.

A point is (step, time in ms, value). Values are ordered with NaN above +Infinity; NaN equals NaN
and 0.0 equals -0.0 wherever points are compared.
"""

import struct
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runs.metrics.errors import InvalidPoint
from runs.tracking.texts import check_int64

POINT = np.dtype([("step", "<i8"), ("ms", "<i8"), ("value", "<f8")])

# A single point; as an array it would be made field by field.
PACK = struct.Struct("<qqd").pack

# Exactly these: a bool is an int to Python.
INT, NUMBERS = {int}, {float, int}

Points = NDArray[np.void]


def make_points(steps: Sequence[int], times_ms: Sequence[int], values: Sequence[float]) -> Points:
    """Return checked points. Raises InvalidPoint: a step is any 64-bit integer, a time is one
    that is not negative, a value is any float, NaN and the infinities included."""
    try:
        if not (set(map(type, steps)) <= INT and set(map(type, times_ms)) <= INT):
            raise TypeError
        if not set(map(type, values)) <= NUMBERS:
            raise TypeError
        if len(steps) == 1 and times_ms[0] >= 0:
            return unpack(PACK(steps[0], times_ms[0], values[0]))
        points = np.empty(len(steps), POINT)
        points["step"] = steps
        points["ms"] = times_ms
        points["value"] = values
    except (TypeError, OverflowError, struct.error):
        raise _explain(steps, times_ms, values) from None
    if (points["ms"] < 0).any():
        raise InvalidPoint("A timestamp must not be negative: it counts from 1970 in ms.")
    return points


def _explain(
    steps: Sequence[int], times_ms: Sequence[int], values: Sequence[float]
) -> InvalidPoint:
    for step, ms, value in zip(steps, times_ms, values, strict=True):
        check_int64(step, "step of a metric")
        check_int64(ms, "timestamp of a metric")
        if type(value) not in (float, int) or not -(2**1023) <= value <= 2**1023:
            return InvalidPoint(f"The value of a metric must be a 64-bit float, not {value!r:.80}.")
    return InvalidPoint("Steps and timestamps must be whole numbers, values must be floats.")


def empty_points() -> Points:
    """Return no points."""
    return np.empty(0, POINT)


def pack(points: Points) -> bytes:
    """Return the bytes of a segment: 24 for each point, in the order given."""
    return points.tobytes()


def unpack(*blobs: bytes | memoryview) -> Points:
    """Return the points of segments, one after the other; read-only. As bytes they are joined much
    faster than as arrays, whose fields NumPy compares first."""
    return np.frombuffer(blobs[0] if len(blobs) == 1 else b"".join(blobs), POINT)


def order_by_step(points: Points) -> NDArray[np.intp]:
    """Return the permutation that sorts by (step, time, value): the order of a chart."""
    return np.lexsort((points["value"], points["ms"], points["step"]))


def order_by_time(points: Points) -> NDArray[np.intp]:
    """Return the permutation that sorts by (time, step, value): the order of a history."""
    return np.lexsort((points["value"], points["step"], points["ms"]))


def are_greater(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell for each pair of values whether the left one is greater; NaN is the greatest."""
    return (left > right) | (np.isnan(left) & ~np.isnan(right))


def are_same(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell for each pair of values whether they are equal; NaN equals NaN."""
    return (left == right) | (np.isnan(left) & np.isnan(right))


def follow(points: Points) -> NDArray[np.bool_]:
    """Tell of each point but the first whether it comes after the one before it, both by (step,
    time, value) and by (time, step, value)."""
    step, ms, value = points["step"], points["ms"], points["value"]
    further = (step[1:] > step[:-1]) | (ms[1:] > ms[:-1])
    not_back = (step[1:] >= step[:-1]) & (ms[1:] >= ms[:-1])
    return not_back & (further | are_greater(value[1:], value[:-1]))
