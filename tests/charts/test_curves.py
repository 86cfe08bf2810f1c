"""Curves for a chart over many runs."""

import numpy as np
import pytest

from runs.charts.chart_series import Wanted, find_series, series_stamp
from runs.charts.curves import read_curves
from runs.metrics.services import RunRef, log_batch
from runs.tracking.errors import InvalidValue
from tests.factories import default_workspace, make_experiment, make_run

pytestmark = pytest.mark.django_db
BEGIN = 1_700_000_000_000


@pytest.fixture
def run(db):
    run = make_run(run_id="a", started_ms=BEGIN)
    log(run, "loss", np.linspace(1, 0, 100))
    log(run, "epoch", np.arange(100) // 10)
    return run


def log(run, key, values):
    points = [(key, s, BEGIN + 500 * s, float(v)) for s, v in enumerate(values)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)


def curves(**wanted):
    wanted = Wanted(**{"run_ids": ["a"], "keys": ["loss"], **wanted})
    workspace = default_workspace().id
    return read_curves(workspace, find_series(workspace, wanted), wanted)


def test_a_short_series_comes_whole(run):
    [curve] = curves()
    assert curve.x.tolist() == list(range(100))
    assert curve.y == pytest.approx(np.linspace(1, 0, 100))


def test_relative_time_counts_seconds_from_the_start_of_the_run(run):
    [curve] = curves(x="time")
    assert (curve.x[0], curve.x[-1]) == (0.0, 49.5)


def test_wall_time_is_in_ms(run):
    [curve] = curves(x="wall")
    assert curve.x[0] == BEGIN


def test_any_logged_metric_may_be_x(run):
    [curve] = curves(x="metrics.epoch")
    assert (curve.x.min(), curve.x.max(), len(curve.x)) == (0.0, 9.0, 100)
    assert np.all(np.diff(curve.x) >= 0)


@pytest.mark.parametrize(
    ("x", "low", "high", "points"),
    [("step", 10, 19, 10), ("time", 5, 9.5, 10), ("metrics.epoch", 2, 3, 20)],
)
def test_a_range_limits_the_points(run, x, low, high, points):
    [curve] = curves(x=x, low=low, high=high)
    assert curve.total == points


def test_the_stamp_changes_with_a_new_point_and_not_before(run):
    wanted, workspace = Wanted(["a"], ["loss"]), default_workspace().id
    before = series_stamp(find_series(workspace, wanted), wanted)
    assert series_stamp(find_series(workspace, wanted), wanted) == before

    log_batch(
        run=RunRef(run.id, run.experiment_id),
        points=[("loss", 100, BEGIN, 0.0)],
        params=None,
        tags=None,
    )

    assert series_stamp(find_series(workspace, wanted), wanted) != before


def test_many_runs_cost_no_more_queries(run, django_assert_max_num_queries):
    experiment = make_experiment()
    ids = []
    for i in range(20):
        one = make_run(experiment, run_id=f"run-{i}")
        log(one, "loss", [1.0, 2.0])
        ids.append(one.run_id)
    with django_assert_max_num_queries(5):
        found = curves(run_ids=ids)
    assert [curve.run_id for curve in found] == ids


def test_an_unknown_axis_is_refused(run):
    with pytest.raises(InvalidValue):
        curves(x="nonsense")
