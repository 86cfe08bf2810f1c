"""Values of one metric at the steps of another."""

import math

import numpy as np
import pytest

from runs.metrics.queries import find_series_ids, value_at_best, values_at_steps
from runs.metrics.services import log_batch
from tests.factories import make_run


def at_steps(run, key, steps):
    series = find_series_ids([run.id])[run.id, key, ""]
    return values_at_steps({series: np.array(steps, np.int64)})[series].tolist()


def test_values_at_steps_that_are_there_and_not(run, ref):
    log_batch(run=ref, points=[("loss", step, step, step / 10) for step in range(0, 3000, 2)])
    found = at_steps(run, "loss", [2998, 0, 1, -5, 9999, 4])
    assert found[:2] == [299.8, 0.0]
    assert [math.isnan(value) for value in found[2:5]] == [True] * 3
    assert found[5] == 0.4


def test_of_several_points_at_a_step_the_latest_counts(run, ref):
    log_batch(run=ref, points=[("loss", 1, 20, 0.2), ("loss", 1, 10, 0.1), ("loss", 1, 20, 0.3)])
    assert at_steps(run, "loss", [1]) == [0.3]


def test_a_series_that_is_not_there_has_no_values(db):
    assert np.isnan(values_at_steps({999: np.array([1, 2])})[999]).tolist() == [True, True]


@pytest.mark.parametrize(("goal", "expected"), [("min", 7.0), ("max", 3.0)])
def test_value_where_the_goal_is_best(run, ref, goal, expected):
    log_batch(run=ref, points=[("loss", step, 0, float((step - 7) ** 2)) for step in range(12)])
    log_batch(run=ref, points=[("epoch", step, 0, float(step)) for step in range(12)])
    log_batch(run=ref, points=[("loss", 3, 1, 99.0)])
    best = value_at_best(run_ids=[run.id], goal_metric_key="loss", goal=goal, keys=["epoch"])
    assert best == {(run.id, "epoch"): expected}


def test_the_goal_itself_is_its_best_value_not_its_latest_there(run, ref):
    log_batch(run=ref, points=[("loss", 1, 0, 0.1), ("loss", 1, 5, 0.9)])
    best = value_at_best(run_ids=[run.id], goal_metric_key="loss", goal="min", keys=["loss"])
    assert best == {(run.id, "loss"): 0.1}


def test_value_at_best_of_many_runs_in_sealed_and_open_segments(workspace):
    runs = [make_run() for _ in range(3)]
    for i, run in enumerate(runs):
        dip = [50, 1500, 2999][i]
        points = [("loss", s, s, 0.0 if s == dip else 1.0) for s in range(3000)]
        log_batch(run=run, points=points + [("acc", s, s, s / 2) for s in range(3000)])
    best = value_at_best(
        run_ids=[run.id for run in runs], goal_metric_key="loss", goal="min", keys=["acc", "none"]
    )
    assert best == {
        (runs[0].id, "acc"): 25.0,
        (runs[1].id, "acc"): 750.0,
        (runs[2].id, "acc"): 1499.5,
    }


def test_a_metric_without_a_point_at_the_best_step_is_left_out(run, ref):
    log_batch(run=ref, points=[("loss", 5, 0, 0.1), ("acc", 4, 0, 0.9)])
    assert value_at_best(run_ids=[run.id], goal_metric_key="loss", goal="min", keys=["acc"]) == {}


def test_a_goal_of_nothing_but_nan_has_no_best(run, ref):
    log_batch(run=ref, points=[("loss", 5, 0, math.nan), ("acc", 5, 0, 0.9)])
    keys = ["acc", "loss"]
    assert value_at_best(run_ids=[run.id], goal_metric_key="loss", goal="max", keys=keys) == {}


@pytest.mark.parametrize(("goal", "end"), [("min", -math.inf), ("max", math.inf)])
def test_an_infinite_value_is_not_the_best(run, ref, goal, end):
    log_batch(run=ref, points=[("loss", 5, 0, end), ("loss", 6, 0, 0.1), ("acc", 5, 0, 0.9)])
    asked = {"run_ids": [run.id], "goal_metric_key": "loss", "keys": ["acc", "loss"]}
    assert value_at_best(**asked, goal=goal) == {}
    assert len(value_at_best(**asked, goal="max" if goal == "min" else "min")) == 1


def test_nan_at_the_best_step_is_nan(run, ref):
    log_batch(run=ref, points=[("loss", 5, 0, 0.1), ("acc", 5, 0, 0.5), ("acc", 5, 0, math.nan)])
    best = value_at_best(run_ids=[run.id], goal_metric_key="loss", goal="min", keys=["acc"])
    assert math.isnan(best[run.id, "acc"])
