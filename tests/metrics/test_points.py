"""What a point may hold, how it is packed, and how points are ordered."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.metrics import points as subject
from runs.metrics.errors import InvalidPoint
from runs.tracking.errors import InvalidValue
from tests.metrics.reference import by_step, by_time, identity, points, same


def make(triples):
    return subject.make_points(*zip(*triples, strict=True)) if triples else subject.empty_points()


@given(st.lists(points))
def test_packing_keeps_every_bit_that_counts(triples):
    packed = subject.pack(make(triples))
    assert len(packed) == 24 * len(triples)
    unpacked = subject.unpack(packed).tolist()
    assert [identity(point) for point in unpacked] == [identity(point) for point in triples]


def test_segments_unpack_one_after_the_other():
    blobs = [subject.pack(make([(i, i, 0.5)])) for i in range(3)]
    assert subject.unpack(*blobs)["step"].tolist() == [0, 1, 2]


@given(st.lists(points))
def test_orders_are_those_of_tuples_with_nan_at_the_end(triples):
    made = make(triples)
    by_steps = made[subject.order_by_step(made)].tolist()
    by_times = made[subject.order_by_time(made)].tolist()
    assert [by_step(p) for p in by_steps] == sorted(map(by_step, triples))
    assert [by_time(p) for p in by_times] == sorted(map(by_time, triples))


@given(st.lists(points, min_size=1))
def test_following_is_later_in_both_orders(triples):
    pairs = pairwise(triples)
    expected = [by_step(a) < by_step(b) and by_time(a) < by_time(b) for a, b in pairs]
    assert subject.follow(make(triples)).tolist() == expected


@given(st.lists(st.tuples(points, points)))
def test_values_are_compared_with_nan_as_the_greatest(pairs):
    left = np.array([a[2] for a, _ in pairs])
    right = np.array([b[2] for _, b in pairs])
    greater = [by_step((0, 0, a[2])) > by_step((0, 0, b[2])) for a, b in pairs]
    assert subject.are_greater(left, right).tolist() == greater
    assert subject.are_same(left, right).tolist() == [same(a[2], b[2]) for a, b in pairs]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (([0, 2**63], [0, 0], [0.0, 0.0]), "outside the range of 64-bit integers"),
        (([0.5], [0], [0.0]), "step of a metric must be a whole number"),
        (([0], ["1"], [0.0]), "timestamp of a metric must be a whole number"),
        (([0], [-1], [0.0]), "must not be negative"),
        (([0], [0], [None]), "must be a 64-bit float, not None"),
        (([0], [0], [2**1024]), "must be a 64-bit float"),
        (([0], [0], [np.float32(1)]), "must be a 64-bit float"),
    ],
)
def test_a_refusal_names_what_is_wrong(columns, reason):
    with pytest.raises(InvalidValue, match=reason):
        subject.make_points(*columns)


def test_a_refused_value_is_cut_in_the_message():
    with pytest.raises(InvalidPoint) as caught:
        subject.make_points([0], [0], ["x" * 10_000])
    assert len(str(caught.value)) < 200


def test_whole_numbers_that_a_float_holds_are_values():
    assert subject.make_points([0], [0], [2**1023]).tolist() == [(0, 0, math.ldexp(1, 1023))]
