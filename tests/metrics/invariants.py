"""What must hold of every stored series, checked by decoding all of its points."""

import math
from itertools import pairwise

from runs.metrics.models import Segment, Series
from runs.metrics.points import unpack
from runs.metrics.segments import SEALED, SUMMARY_COLUMNS
from runs.metrics.summaries import COLUMNS, Summary, from_row
from tests.metrics.reference import Point, identity, same, summarise


def check_series(series: Series) -> list[Point]:
    """Check one series; return its points in the order they arrived."""
    segments = list(Segment.objects.filter(series=series).order_by("seq"))
    arrived = [point for segment in segments for point in check_segment(segment)]
    assert [s.seq for s in segments] == [0, *(s.seq + s.n for s in segments)][:-1], "a gap"
    assert len({identity(point) for point in arrived}) == len(arrived), "a point twice"
    sealed = [segment for segment in segments if segment.low_step is not None]
    assert len(sealed) == len(arrived) // SEALED, "sealed too late or too early"
    assert segments[: len(sealed)] == sealed, "an open segment before a sealed one"
    stored = from_row([getattr(series, name) for name in COLUMNS])
    check_summary(stored, arrived)
    return arrived


def check_summary(stored: Summary, arrived: list[Point]) -> None:
    expected = summarise(arrived)
    for name in COLUMNS:
        left, right = getattr(stored, name), getattr(expected, name)
        if name == "sum":
            assert is_sum(left, right, [value for *_, value in arrived]), name
        else:
            assert left == right or same(left, right), name


def is_sum(found: float, exact: float, values: list[float]) -> bool:
    """Tell whether a sum is right but for the rounding that depends on the order of adding.
    Beyond the greatest float nothing can be said: portions of a sum may overflow."""
    size = sum(abs(value) for value in values if math.isfinite(value))
    if math.isinf(size):
        return True
    return same(found, exact) or abs(found - exact) <= size * 1e-12


def check_segment(segment: Segment) -> list[Point]:
    points = unpack(bytes(segment.data)).tolist()
    assert len(points) == segment.n > 0
    if segment.low_step is None:
        assert segment.n < SEALED
        assert all(getattr(segment, name) is None for name in SUMMARY_COLUMNS.split(", "))
        return points
    assert segment.n == SEALED
    assert segment.seq % SEALED == 0
    steps, times, values = zip(*points, strict=True)
    assert (segment.low_step, segment.high_step) == (min(steps), max(steps))
    assert (segment.low_ms, segment.high_ms) == (min(times), max(times))
    numbers = [value for value in values if value == value]
    assert segment.min == min(numbers, default=None)
    assert segment.max == max(numbers, default=None)
    if numbers:
        assert (segment.min_step, segment.min_ms, segment.min) in points
        assert (segment.max_step, segment.max_ms, segment.max) in points
    return points


def assert_ordered(points: list[Point]) -> None:
    """Steps as a client counted them: none lost, none twice, none out of order."""
    assert all(b[0] == a[0] + 1 for a, b in pairwise(points))
