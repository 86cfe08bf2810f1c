"""The points chosen for a screen: ends, spikes and gaps stay, whatever the values."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from runs.metrics.downsampling import choose, split_range
from tests.metrics.reference import INT64_MAX, INT64_MIN

places = st.integers(0, 60) | st.sampled_from([INT64_MIN, -(2**40), 2**40, INT64_MAX])
values = st.sampled_from([math.nan, math.nan, math.inf, -math.inf, 1.0, 2.0]) | st.floats()
points = st.lists(st.tuples(places, values), min_size=1, max_size=150)


class Drawn:
    """Points, what was chosen of them, and the buckets worked out one by one."""

    def __init__(self, points, buckets, low=None, high=None):
        points = sorted(points, key=lambda point: point[0])
        self.x = np.array([place for place, _ in points], np.int64)
        self.value = np.array([value for _, value in points])
        low = int(self.x[0]) if low is None else low
        high = int(self.x[-1]) if high is None else high
        borders = split_range(low, high, buckets)
        self.chosen = choose(self.x, self.value, borders).tolist()
        self.bucket = [sum(border <= place for border in borders.tolist()) for place, _ in points]

    def numbers_in(self, bucket):
        inside = [v for v, b in zip(self.value.tolist(), self.bucket, strict=True) if b == bucket]
        return [value for value in inside if value == value]

    def chosen_in(self, bucket):
        inside = [self.value[i].item() for i in self.chosen if self.bucket[i] == bucket]
        return [value for value in inside if value == value]

    def has_nan(self, start, stop):
        return bool(np.isnan(self.value[start:stop]).any())


@given(points, st.integers(1, 40))
def test_first_and_last_are_kept_and_nothing_twice(points, buckets):
    drawn = Drawn(points, buckets)
    assert drawn.chosen[0] == 0
    assert drawn.chosen[-1] == len(points) - 1
    assert drawn.chosen == sorted(set(drawn.chosen))


@given(points, st.integers(1, 40))
def test_every_bucket_keeps_its_spikes(points, buckets):
    drawn = Drawn(points, buckets)
    for bucket in set(drawn.bucket):
        numbers, chosen = drawn.numbers_in(bucket), drawn.chosen_in(bucket)
        finite = [value for value in numbers if math.isfinite(value)]
        for spike in (min(finite, default=None), max(finite, default=None)):
            assert spike is None or spike in chosen
        assert {math.inf, -math.inf} & set(numbers) <= set(chosen)


@given(points, st.integers(1, 40))
@example([(0, math.inf), (0, math.nan), (0, 0.0), (1, math.nan), (1, 0.0)], 1)
def test_gaps_between_buckets_are_kept_as_one_nan(points, buckets):
    drawn = Drawn(points, buckets)
    seen = [i for i in drawn.chosen if drawn.value[i] == drawn.value[i]]
    for a, b in pairwise(seen):
        between = [i for i in drawn.chosen if a < i < b]
        assert len(between) <= 1 or len(drawn.chosen) == len(points)
        if drawn.bucket[a] != drawn.bucket[b]:
            assert bool(between) == drawn.has_nan(a, b)
        elif not between and drawn.has_nan(a, b):
            assert has_gap_at_side(drawn, seen, drawn.bucket[a])


def has_gap_at_side(drawn, seen, bucket):
    inside = [i for i in seen if drawn.bucket[i] == bucket]
    before = max((i for i in seen if i < inside[0]), default=-1)
    after = min((i for i in seen if i > inside[-1]), default=len(drawn.value))
    gaps = [i for i in drawn.chosen if before < i < inside[0] or inside[-1] < i < after]
    return any(drawn.value[i] != drawn.value[i] for i in gaps)


@given(points, st.integers(1, 40))
def test_the_number_of_points_follows_the_buckets(points, buckets):
    drawn = Drawn(points, buckets)
    finite = [i for i in drawn.chosen if math.isfinite(drawn.value[i])]
    assert len(finite) <= 2 * len(set(drawn.bucket)) + 2


@given(points, st.integers(1, 40), places, places)
def test_a_wider_range_than_the_points_is_fine(points, buckets, one, other):
    low = min(one, other, *(place for place, _ in points))
    high = max(one, other, *(place for place, _ in points))
    drawn = Drawn(points, buckets, low, high)
    assert drawn.chosen[0] == 0
    assert drawn.chosen[-1] == len(points) - 1


@given(st.integers(INT64_MIN, INT64_MAX), st.integers(INT64_MIN, INT64_MAX), st.integers(1, 50))
def test_buckets_are_equal_and_exact(one, other, buckets):
    low, high = min(one, other), max(one, other)
    edges = [low, *split_range(low, high, buckets).tolist(), high + 1]
    widths = {b - a for a, b in pairwise(edges)}
    assert max(widths) - min(widths) <= 1
    assert min(widths) >= 1
    assert len(edges) - 1 == min(buckets, high - low + 1)


def test_few_points_are_all_kept():
    drawn = Drawn([(i, math.nan if i % 3 else 1.0) for i in range(20)], buckets=10)
    assert drawn.chosen == list(range(20))


def test_a_gap_inside_one_bucket_does_not_take_the_spike_its_line():
    """Every other point is NaN: without the rule no two drawn points would be joined."""
    drawn = Drawn([(i, math.nan if i % 2 else float(i % 7)) for i in range(1000)], buckets=10)
    joined = [
        (a, b)
        for a, b in pairwise(drawn.chosen)
        if math.isfinite(drawn.value[a]) and math.isfinite(drawn.value[b])
    ]
    assert len(joined) == 10


def test_a_single_nan_among_thousands_shows():
    drawn = Drawn([(i, math.nan if i == 5000 else math.sin(i)) for i in range(10_000)], 100)
    assert 5000 in drawn.chosen


def test_equal_values_choose_the_first_of_a_bucket():
    drawn = Drawn([(i, 1.0) for i in range(100)], buckets=2)
    assert drawn.chosen == [0, 50, 99]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_series_without_numbers(value):
    drawn = Drawn([(i, value) for i in range(100)], buckets=4)
    assert drawn.chosen[0] == 0
    assert drawn.chosen[-1] == 99
    assert len(drawn.chosen) <= 6
