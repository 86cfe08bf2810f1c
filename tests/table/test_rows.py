"""Cells of the run table against the values that were logged."""

import math

import numpy as np
import pytest

from runs.metrics.requests import Point
from runs.metrics.services import RunRef, log_batch, log_kinds, log_texts
from runs.search import Goal
from runs.table.columns import parse_columns
from runs.table.rows import read_rows
from tests.factories import make_experiment, make_run


def log(run, key, values, steps=None):
    points = [
        (key, int(step), 1_000 + i, float(value))
        for i, (step, value) in enumerate(
            zip(steps if steps is not None else range(len(values)), values, strict=True)
        )
    ]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)


def cells(run, columns, goal=None):
    return read_rows([run.id], parse_columns(columns), goal)[0].cells


def same(found, expected):
    return math.isclose(found, expected) or (math.isnan(found) and math.isnan(expected))


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_every_aggregate_equals_numpy(seed):
    random = np.random.default_rng(seed)
    values = random.normal(size=200)
    values[random.integers(0, 200, 12)] = np.nan
    run = make_run()
    log(run, "loss", values)

    wanted = "metrics.loss,metrics.loss:min,metrics.loss:max,metrics.loss:first,metrics.loss:mean"
    found = cells(run, f"{wanted},metrics.loss:count")

    expected = [values[-1], np.nanmin(values), np.nanmax(values), values[0], np.nanmean(values)]
    assert all(map(same, found, [*expected, 200]))


@pytest.mark.django_db
@pytest.mark.parametrize("direction", ["min", "max"])
def test_the_value_at_best_is_the_one_at_the_best_step_of_the_goal(direction):
    random = np.random.default_rng(7)
    goal, other = random.normal(size=50), random.normal(size=50)
    goal[3] = np.nan
    run = make_run()
    log(run, "val/loss", goal)
    log(run, "accuracy", other)

    found = cells(run, "metrics.accuracy:best,metrics.val/loss:best", Goal("val/loss", direction))

    best = int((np.nanargmin if direction == "min" else np.nanargmax)(goal))
    assert found == [other[best], goal[best]]


@pytest.mark.django_db
def test_a_metric_never_logged_is_missing_and_one_of_nothing_but_nan_is_nan():
    run = make_run()
    log(run, "loss", [math.nan, math.nan])

    missing, last, least = cells(run, "metrics.other,metrics.loss,metrics.loss:min")

    assert missing is None
    assert math.isnan(last)
    assert math.isnan(least)


@pytest.mark.django_db
def test_a_text_metric_shows_its_latest_text():
    run = make_run()
    ref = RunRef(run.id, run.experiment_id)
    log_texts(run=ref, values=[("stage", 0, 10, "warm-up"), ("stage", 5, 20, "training")])

    assert cells(run, "metrics.stage") == ["training"]


@pytest.mark.django_db
def test_params_tags_and_properties_are_texts():
    run = make_run(params={"lr": "0.1"}, tags={"good": None}, properties={"p": "x"})

    assert cells(run, "params.lr,tags.good,properties.p,params.none") == ["0.1", "", "x", None]


@pytest.mark.django_db
def test_a_trend_is_a_short_sketch_with_both_ends_and_the_spike():
    values = np.zeros(5000)
    values[1234], values[-1] = 50.0, 7.0
    run = make_run()
    log(run, "loss", values)

    [trend] = cells(run, "metrics.loss:trend")

    assert len(trend) <= 100
    assert (trend[0], trend[-1], max(trend)) == (0.0, 7.0, 50.0)


@pytest.mark.django_db
def test_children_are_counted(django_assert_max_num_queries):
    experiment = make_experiment()
    parent = make_run(experiment)
    for _ in range(3):
        make_run(experiment, parent=parent)

    assert read_rows([parent.id], [])[0].children == 3


@pytest.mark.django_db
def test_the_number_of_queries_does_not_follow_the_rows(django_assert_max_num_queries):
    experiment = make_experiment()
    runs = [make_run(experiment, params={"lr": str(i)}) for i in range(30)]
    columns = parse_columns(
        "run.name,run.tags,params.lr,tags.a,properties.b,metrics.x,metrics.x:min"
    )

    with django_assert_max_num_queries(9):
        rows = read_rows([run.id for run in runs], columns)

    assert [row.cells[2] for row in rows] == [str(i) for i in range(30)]


@pytest.mark.django_db
def test_a_column_of_a_table_has_cells_that_charts_may_show():
    run = make_run()
    log(run, "roc.auc", [0.5, 0.75])
    points = [Point("roc", name, i, 1, x) for name in ("tpr", "auc") for i, x in enumerate([1, 3])]
    log_kinds(run=RunRef(run.id, run.experiment_id), points=points)
    assert cells(run, "metrics.roc.tpr:mean,metrics.roc.tpr:max,metrics.roc.auc") == [2, 3, 0.75]
