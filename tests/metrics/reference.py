"""What a series should hold, worked out point by point in plain Python."""

import math
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import Phase, settings
from hypothesis import strategies as st

from runs.metrics.summaries import Summary

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

# (step, time in ms, value)
Point = tuple[int, int, float]

# For properties of what goes through the database.
MANY = settings(
    max_examples=150,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking over a database takes minutes
)

# Few different numbers, so that equal points, steps and values are common; and the ends.
steps = st.integers(-3, 6) | st.sampled_from([INT64_MIN, INT64_MIN + 1, INT64_MAX])
times = st.integers(0, 4) | st.sampled_from([INT64_MAX, 1_700_000_000_000])
values = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0, 1.0, -2.5, 5e-324, 1e308])
points = st.tuples(steps, times, values | st.floats())


def same(left: float, right: float) -> bool:
    return left == right or (left != left and right != right)


def identity(point: Point) -> tuple:
    """Equal points have equal identities: NaN equals NaN, 0.0 equals -0.0."""
    step, ms, value = point
    return (step, ms, "nan" if value != value else value)


def by_step(point: Point) -> tuple:
    step, ms, value = point
    return (step, ms, value != value, 0.0 if value != value else value)


def by_time(point: Point) -> tuple:
    step, ms, *value = by_step(point)
    return (ms, step, *value)


def distinct(arrived: Iterable[Point]) -> list[Point]:
    """The points of a series in the order they arrived, each once: the first of equal ones."""
    first: dict[tuple, Point] = {}
    for point in arrived:
        first.setdefault(identity(point), point)
    return list(first.values())


def summarise(arrived: list[Point]) -> Summary:
    """The summary of distinct points in the order they arrived."""
    ranked = sorted(arrived, key=by_step)
    numbers = [(value, step) for step, _, value in arrived if value == value]
    low = min(numbers, default=(math.nan, None))
    high = max(numbers, key=lambda pair: (pair[0], -pair[1]), default=(math.nan, None))
    pairs = list(pairwise(arrived))
    return Summary(
        n=len(arrived),
        nan_count=len(arrived) - len(numbers),
        first_step=ranked[0][0],
        first_ms=ranked[0][1],
        first=ranked[0][2],
        last_step=ranked[-1][0],
        last_ms=ranked[-1][1],
        last=ranked[-1][2],
        min=low[0],
        min_step=low[1],
        max=high[0],
        max_step=high[1],
        sum=add_up([value for value, _ in numbers]),
        ordered=all(by_step(a) < by_step(b) and by_time(a) < by_time(b) for a, b in pairs),
    )


def add_up(numbers: list[float]) -> float:
    try:
        return math.fsum(numbers)
    except (ValueError, OverflowError):  # inf - inf, or beyond the greatest float
        return sum(numbers)
