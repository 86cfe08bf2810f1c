"""Runs side by side."""

import pytest

from runs.charts.comparison import compare_runs
from runs.metrics.services import RunRef, log_batch
from runs.tracking.models import Run
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def comparison(db):
    experiment = make_experiment()
    for name, lr, loss in (("a", "0.1", 0.5), ("b", "0.01", 0.25)):
        run = make_run(experiment, run_id=name, params={"lr": lr, "batch": "64"})
        points = [("loss", 0, 1, 1.0), ("loss", 1, 2, loss), ("accuracy", 0, 1, 0.9)]
        log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)

    def compare(ids=("a", "b"), baseline=0):
        return compare_runs(runs=named(*ids), baseline=baseline)

    return compare


def named(*run_ids):
    return [Run.objects.select_related("experiment").get(run_id=one) for one in run_ids]


def section(comparison, title):
    return next(one for one in comparison.sections if one.title == title)


def test_what_differs_stands_first(comparison):
    params = section(comparison(), "Parameters")
    assert [(row.key, row.differs) for row in params.rows] == [("lr", True), ("batch", False)]
    assert params.different == 1


def test_distances_are_from_the_baseline(comparison):
    row = section(comparison(baseline=1), "Parameters").rows[0]
    assert [cell.delta for cell in row.cells] == [pytest.approx(0.09), None]


def test_a_metric_logged_once_is_one_row_and_a_curve_its_last_and_its_best(comparison):
    rows = section(comparison(), "Metrics").rows
    assert [(row.key, row.note, row.goal) for row in rows] == [
        ("loss", "last", "min"),
        ("loss", "min", "min"),
        ("accuracy", "", "max"),
    ]


def test_the_best_value_is_told_where_values_differ_and_a_direction_is_known(comparison):
    metrics = section(comparison(), "Metrics").rows
    best = {(row.key, row.note): [cell.is_best for cell in row.cells] for row in metrics}
    assert best == {
        ("loss", "last"): [False, True],
        ("loss", "min"): [False, True],
        ("accuracy", ""): [False, False],
    }
    params = section(comparison(), "Parameters").rows
    assert not any(cell.is_best for row in params for cell in row.cells)


def test_runs_keep_the_order_asked_for(comparison):
    assert [run.run_id for run in comparison(ids=("b", "a")).runs] == ["b", "a"]


def test_script_and_commit_are_shown_whichever_client_told_them():
    ours = {"script": "a.py", "command": "python a.py", "git": {"commit": "abc"}}
    theirs = {"mlflow.source.name": "b.py", "mlflow.source.git.commit": "def"}
    make_run(run_id="ours", source=ours)
    make_run(run_id="theirs", tags=theirs)

    compared = compare_runs(runs=named("ours", "theirs"))

    rows = {row.key: [cell.value for cell in row.cells] for row in section(compared, "Run").rows}
    assert rows["Script"] == ["a.py", "b.py"]
    assert rows["Commit"] == ["abc", "def"]
    assert rows["Command"] == ["python a.py", None]
