"""Columns side by side, against the rows that were logged."""

import random
from collections import defaultdict

import numpy as np
import pytest

from runs.metrics.downsampling import choose, split_numbers
from runs.metrics.paired_rows import match_rows
from runs.metrics.points import make_points
from runs.metrics.queries import find_series_ids, pair_rows
from runs.metrics.requests import Point
from runs.metrics.services import RunRef, log_kinds
from tests.factories import make_run


@pytest.mark.parametrize("seed", range(20))
def test_points_are_matched_by_step_time_and_turn(seed):
    rng = random.Random(seed)
    x, y = (
        [(rng.randrange(6), rng.randrange(2), float(value)) for value in range(rng.randrange(25))]
        for _ in range(2)
    )

    found = [column.tolist() for column in match_rows(points_of(x), points_of(y))]

    assert list(zip(*found, strict=True)) == match_slowly(x, y)


def points_of(rows):
    return make_points(*([row[i] for row in rows] for i in range(3)))


def match_slowly(x, y):
    """Go through the steps and times one by one; the values of each are in the order they came."""
    sides = [defaultdict(list), defaultdict(list)]
    for rows, values in zip((x, y), sides, strict=True):
        for step, ms, value in rows:
            values[step, ms].append(value)
    places = sorted(set(sides[0]) & set(sides[1]))
    return [
        pair for place in places for pair in zip(*(side[place] for side in sides), strict=False)
    ]


@pytest.mark.django_db
def test_columns_longer_than_a_segment_are_read_whole():
    run = make_run()
    ref = RunRef(run.id, run.experiment_id)
    rng = np.random.default_rng(1)
    x, y = rng.random(3000), rng.random(3000)
    for name, values in (("x", x), ("y", y)):
        points = [Point("t", name, i, 1, float(value)) for i, value in enumerate(values)]
        log_kinds(run=ref, points=points)
    found = find_series_ids([run.id], ["t"])
    series = {column: pk for (_, _, column), pk in found.items()}

    [columns] = pair_rows({series["y"]: series["x"]})

    assert columns.series_id == series["y"]
    assert np.array_equal(columns.x, x)
    assert np.array_equal(columns.y, y)
    assert list(pair_rows({})) == []


def test_buckets_of_numbers_are_equal_even_over_all_floats():
    assert split_numbers(0.0, 1.0, 4).tolist() == [0.25, 0.5, 0.75]
    assert split_numbers(2.0, 3.0, 1).tolist() == []
    assert split_numbers(-1e308, 1e308, 2).tolist() == [0.0]


def test_points_are_chosen_from_buckets_of_numbers():
    x, y = np.linspace(0, 1, 1000), np.zeros(1000)
    y[[333, 777]] = 5.0, -5.0
    chosen = choose(x, y, split_numbers(0.0, 1.0, 10))
    assert {0, 333, 777, 999} <= set(chosen.tolist())
    assert len(chosen) <= 22
