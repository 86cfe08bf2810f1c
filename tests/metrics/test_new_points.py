"""Sorting out the points of a group, compared with plain Python."""

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runs.metrics.new_points import find_new_points
from runs.metrics.points import POINT
from runs.metrics.summaries import join_summaries
from tests.metrics.invariants import check_summary
from tests.metrics.reference import distinct, identity, summarise

# So few different points that equal times, steps, values and points meet all the time.
tight = st.tuples(
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from([float("nan"), float("inf"), -float("inf"), 0.0, -0.0, 1.0]),
)
coded = st.lists(st.tuples(st.integers(0, 3), tight), max_size=40)


def columns(pairs):
    codes = np.array([code for code, _ in pairs], np.intp)
    return codes, np.array([point for _, point in pairs], POINT)


def of_series(pairs):
    """The distinct points of each series, in the order they arrived."""
    ordered = sorted(pairs, key=lambda pair: pair[0])
    groups = groupby(ordered, key=lambda pair: pair[0])
    return {code: distinct(point for _, point in group) for code, group in groups}


def check_batch(batch, expected):
    assert batch.ids == list(expected)
    rows = zip(batch.ids, batch.starts, batch.stops, batch.summaries, strict=True)
    for code, start, stop, summary in rows:
        points = batch.points[start:stop].tolist()
        assert [identity(p) for p in points] == [identity(p) for p in expected[code]]
        check_summary(summary, points)


@given(coded)
def test_points_are_sorted_out_by_series_and_summed_up(pairs):
    check_batch(find_new_points(*columns(pairs)), of_series(pairs))


@given(coded, coded)
def test_points_that_are_stored_are_left_out(stored, pairs):
    there = {(code, identity(point)) for code, point in stored}
    new = [(code, point) for code, point in pairs if (code, identity(point)) not in there]
    unique = [(code, point) for code, points in of_series(stored).items() for point in points]
    is_stored = np.array([True] * len(unique) + [False] * len(pairs), bool)
    check_batch(find_new_points(*columns(unique + pairs), is_stored), of_series(new))


@given(st.lists(tight, min_size=1, max_size=12), st.lists(tight, min_size=1, max_size=12))
def test_summaries_of_portions_join_to_the_summary_of_all(first, second):
    all_points = distinct(first + second)
    before = distinct(first)
    after = all_points[len(before) :]
    if after:
        joined = join_summaries(summarise(before), summarise(after))
        check_summary(joined, all_points)
