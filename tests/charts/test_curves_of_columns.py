"""Charts of the columns of rows and tables, against what was logged."""

import math
import random

import numpy as np
import pytest

from runs.charts.chart_series import Wanted, find_series
from runs.charts.curves import read_curves
from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import Row, Scalar, Table
from tests.factories import default_workspace, make_experiment, make_run

pytestmark = pytest.mark.django_db


def log(run, *values):
    log_metrics(workspace=run.workspace, run_id=run.run_id, values=values)


def curves(runs, *keys, **wanted):
    workspace = default_workspace().id
    asked = Wanted(run_ids=[run.run_id for run in runs], keys=keys, **wanted)
    return read_curves(workspace, find_series(workspace, asked), asked)


def points_of(curve):
    return list(zip(curve.x.tolist(), curve.y.tolist(), strict=True))


@pytest.fixture
def run(db):
    return make_run(run_id="a")


ROC = {"fpr": [0.0, 0.0, 0.4, 1.0], "tpr": [0.0, 0.5, 0.9, 1.0], "threshold": [math.inf, 3, 2, 1]}


def test_a_column_is_drawn_over_a_column_row_by_row(run):
    log(run, Table(name="roc", value=ROC))
    [curve] = curves([run], "roc.tpr", x="metrics.roc.fpr")
    assert (curve.key, curve.total) == ("roc.tpr", 4)
    assert points_of(curve) == [(0.0, 0.0), (0.0, 0.5), (0.4, 0.9), (1.0, 1.0)]


@pytest.mark.parametrize("x", ["step", "index"])
def test_a_column_is_drawn_over_the_number_of_its_row(run, x):
    log(run, Table(name="roc", value=ROC))
    [curve] = curves([run], "roc.tpr", x=x)
    assert points_of(curve) == [(0, 0.0), (1, 0.5), (2, 0.9), (3, 1.0)]


def test_a_table_that_runs_backwards_is_drawn_from_its_end(run):
    recall, precision = [1.0, 0.5, 0.5, 0.0], [0.4, 0.6, 0.8, 1.0]
    log(run, Table(name="pr", value={"recall": recall, "precision": precision}))
    [curve] = curves([run], "pr.precision", x="metrics.pr.recall")
    assert points_of(curve) == [(0.0, 1.0), (0.5, 0.8), (0.5, 0.6), (1.0, 0.4)]


def test_an_x_that_is_not_finite_has_no_place_and_a_y_that_is_no_number_is_a_gap(run):
    table = {"x": [0.0, "NaN", 1.0, 2.0, "Infinity"], "y": [1.0, 2.0, "NaN", 3.0, 4.0]}
    log(run, Table(name="t", value=table))
    [curve] = curves([run], "t.y", x="metrics.t.x")
    assert curve.x.tolist() == [0.0, 1.0, 2.0]
    assert np.array_equal(curve.y, [1.0, math.nan, 3.0], equal_nan=True)


def test_rows_at_one_step_are_told_apart(run):
    for x, y in ((1.0, 10.0), (2.0, 20.0), (3.0, 5.0)):
        log(run, Row(name="t", step=7, ms=1000, value={"x": x, "y": y}))
    [curve] = curves([run], "t.y", x="metrics.t.x")
    assert points_of(curve) == [(1.0, 10.0), (2.0, 20.0), (3.0, 5.0)]


def test_a_column_is_drawn_over_another_metric_at_the_same_steps(run):
    log(run, Table(name="roc", value=ROC))
    log(run, *(Scalar(name="epoch", step=step, value=step * 10) for step in range(3)))
    [over_metric] = curves([run], "roc.tpr", x="metrics.epoch")
    assert points_of(over_metric) == [(0.0, 0.0), (10.0, 0.5), (20.0, 0.9)]
    [over_column] = curves([run], "epoch", x="metrics.roc.threshold", low=1, high=3)
    assert points_of(over_column) == [(2.0, 20.0), (3.0, 10.0)]


def test_names_with_dots_are_found(run):
    log(run, Scalar(name="roc.tpr", value=7.0, step=0))
    log(run, Table(name="val.roc", value={"f.p.r": [0.25, 0.75], "tpr": [0.1, 0.2]}))
    log(run, Table(name="roc", value={"tpr": [1.0], "fpr": [2.0]}))
    other = make_run(make_experiment(), run_id="b")
    log(other, Table(name="roc", value={"tpr": [3.0], "fpr": [4.0]}))

    [whole, split] = curves([run, other], "roc.tpr")
    [dotted] = curves([run], "val.roc.tpr", x="metrics.val.roc.f.p.r")

    assert (points_of(whole), points_of(split)) == ([(0, 7.0)], [(0, 3.0)])
    assert points_of(dotted) == [(0.25, 0.1), (0.75, 0.2)]


@pytest.mark.parametrize(
    "name", ["roc", "roc.", ".tpr", ".", "roc.none", "tpr", "", "roc.tpr\0", "roc..tpr", "." * 9000]
)
def test_a_name_of_nothing_draws_nothing(run, name):
    log(run, Table(name="roc", value=ROC))
    assert curves([run], name) == []
    assert curves([run], "roc.tpr", x=f"metrics.{name}") == []


def test_runs_of_any_number_take_the_same_queries(run, django_assert_max_num_queries):
    experiment = make_experiment()
    runs = [make_run(experiment, run_id=f"run-{i}") for i in range(15)]
    for one in runs:
        log(one, Table(name="roc", value=ROC))
    with django_assert_max_num_queries(7):
        found = curves(runs, "roc.tpr", "roc.threshold", x="metrics.roc.fpr")
    assert [(curve.run_id, curve.key) for curve in found] == [
        (one.run_id, key) for key in ("roc.tpr", "roc.threshold") for one in runs
    ]


def test_a_long_table_keeps_its_spikes_and_a_zoom_is_exact(run):
    x = np.linspace(0, 1, 20_000)
    y = np.sin(40 * x)
    y[12_345] = 9.0
    log(run, Table(name="t", value={"x": x.tolist(), "y": y.tolist()}))

    [whole] = curves([run], "t.y", x="metrics.t.x", pixels=200)
    [part] = curves([run], "t.y", x="metrics.t.x", low=x[12_300], high=x[12_399], pixels=200)

    assert (whole.total, whole.y.max(), whole.x[0], whole.x[-1]) == (20_000, 9.0, 0.0, 1.0)
    assert len(whole.x) <= 202
    assert points_of(part) == list(zip(x[12_300:12_400], y[12_300:12_400], strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_curves_are_those_that_were_logged(db, seed):
    rng = random.Random(seed)
    experiments = [make_experiment(), make_experiment()]
    logged = {}
    for i in range(6):
        run = make_run(experiments[i % 2], run_id=f"r{i}")
        rows = [
            {name: cell for name in ("u", "v", "w.w") if (cell := make_cell(rng)) is not None}
            for _ in range(rng.randrange(1, 40))
        ]
        rows = [row for row in rows if row]
        for start in range(0, len(rows), 10):
            log(run, *(Row(name="my.rows", value=row) for row in rows[start : start + 10]))
        logged[run] = rows
    for x, y in (("u", "v"), ("w.w", "u"), ("v", "w.w"), ("u", "u")):
        found = curves(list(logged), f"my.rows.{y}", x=f"metrics.my.rows.{x}")
        drawn = {curve.run_id: points_of(curve) for curve in found}
        for run, rows in logged.items():
            expected = expect(rows, x, y)
            told = [(a, None if math.isnan(b) else b) for a, b in drawn.get(run.run_id, [])]
            assert sorted(told, key=repr) == sorted(expected, key=repr)
            assert [a for a, _ in told] == sorted(a for a, _ in expected)


def make_cell(rng):
    return rng.choice([None, "NaN", "Infinity", "a text", *(rng.randrange(5) for _ in range(9))])


def expect(rows, x, y):
    """The pairs of the rows that have a finite x and any number y; NaN as None."""
    pairs = [(row.get(x), row.get(y)) for row in rows]
    words = {"NaN": None, "Infinity": math.inf}
    return [
        (float(a), words[b] if b in words else float(b))
        for a, b in pairs
        if isinstance(a, int) and b is not None and b != "a text"
    ]
