"""What a table shows that nobody has shaped."""

import math

import pytest

from runs.metrics.services import RunRef, log_batch
from runs.table.first_screen import common_columns, first_charts, list_most_used
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db


def make_logged(curves, experiment, **fields):
    run = make_run(experiment, **fields)
    points = [
        (key, step, step, float(value))
        for key, values in curves.items()
        for step, value in enumerate(values)
    ]
    log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)
    return run.id


def names(run_ids):
    return [column.id for column in common_columns(run_ids)]


@pytest.fixture
def trained(db):
    """Twenty-one runs: one diverged, one of nothing but NaN, one with metrics of its own."""
    experiment = make_experiment()
    curves = {
        "epoch": [0, 1, 2], "lr": [0.1, 0.01, 0.001], "time/step": [3, 4, 5], "seed": [7, 7, 7],
        "train/loss": [3, 2, 1], "val/loss": [3, 2, 2], "val/accuracy": [0.1, 0.2, 0.3],
        "custom": [1, 2, 3],
    }  # fmt: skip
    ids = [make_logged(curves, experiment) for _ in range(18)]
    ids.append(make_logged({"train/loss": [1, 1e12], "val/loss": [1, 1e12]}, experiment))
    ids.append(make_logged({"train/loss": [math.nan] * 3}, experiment))
    ids.append(make_logged({"rare/error": [1, 2], "reward": [1, 2]}, experiment))
    return ids


def test_results_come_first_the_first_two_with_their_best(trained):
    assert names(trained) == [
        "metrics.val/loss",
        "metrics.val/loss.min",
        "metrics.val/accuracy",
        "metrics.val/accuracy.max",
        "metrics.train/loss",
        "metrics.custom",
    ]


def test_charts_are_those_of_the_first_metrics(trained):
    assert first_charts(trained) == ["val/loss", "val/accuracy", "train/loss"]


def test_counters_are_drawn_behind_all_else():
    experiment = make_experiment()
    run = make_logged({"epoch": [0, 1], "lr": [1, 2]}, experiment)
    assert first_charts([run]) == ["epoch", "lr"]


def test_measurements_of_the_machine_are_shown_where_there_is_nothing_else():
    experiment = make_experiment()
    machine = {"system/cpu_utilization_percentage": [1, 2], "system/network_receive": [3, 4]}
    both = [make_logged(machine | {"loss": [2, 1], "epoch": [0, 1]}, experiment)]
    assert first_charts(both) == ["loss", "epoch"]
    assert [name for name in names(both) if "system" in name] == []
    alone = [make_logged(machine, make_experiment("idle"))]
    assert first_charts(alone) == list(machine)


def test_a_rate_that_every_run_has_stands_behind_the_loss_of_a_few():
    experiment = make_experiment()
    ids = [make_logged({"val/loss": [2, i], "lr": [2, 1]}, experiment) for i in range(9)]
    ids.append(make_logged({"loss": [3, 1]}, experiment))
    assert first_charts(ids) == ["val/loss", "loss", "lr"]
    assert [name for name in names(ids) if "lr" in name or name.endswith(".loss")] == [
        "metrics.loss",
        "metrics.lr",
    ]


def test_of_too_many_names_those_that_people_look_at_are_kept():
    found = sorted([f"part/m{i:03}" for i in range(300)] + ["train/loss", "val/acc", "zone"])
    kept = list_most_used(found, 10)
    assert kept == [*(f"part/m{i:03}" for i in range(8)), "train/loss", "val/acc"]
    assert list_most_used(found, 400) == found


def test_a_metric_logged_once_has_no_best_and_no_chart():
    experiment = make_experiment()
    ids = [make_logged({"accuracy": [0.5 + i / 10]}, experiment) for i in range(3)]
    assert names(ids) == ["metrics.accuracy"]
    assert first_charts(ids) == []


def test_parameters_that_differ_come_before_those_that_are_the_same():
    experiment = make_experiment()
    ids = [
        make_run(experiment, params={"a": "1", "b": "1", "c": "1", "lr": str(i), "z": str(i)}).id
        for i in range(3)
    ]
    assert names(ids) == ["params.a", "params.lr", "params.z"]


def test_of_no_runs_there_is_nothing():
    assert common_columns([]) == []
    assert first_charts([]) == []
