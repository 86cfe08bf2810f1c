"""Which tables and diagrams of runs can be drawn over each other."""

import pytest

from runs.charts.compared_curves import read_diagrams, read_table_curves
from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import ConfusionMatrix, Table
from tests.factories import default_workspace, make_experiment, make_run

pytestmark = pytest.mark.django_db
MATRIX = {
    "schema_type": "confusion_matrix",
    "schema_version": "1.0.0",
    "data": {"class_labels": ["a", "b"], "matrix": [[1, 0], [0, 1]]},
}


@pytest.fixture
def runs(files_dir):
    experiment = make_experiment()
    return [make_run(experiment, run_id=run_id) for run_id in ("a", "b")]


def log(run_id, *values):
    log_metrics(workspace=default_workspace(), run_id=run_id, values=list(values))


def test_columns_of_numbers_are_drawn_over_the_first_one(runs):
    roc = {"fpr": [0, 1], "tpr": [0, 1], "word": ["x", "y"], "threshold": [1, 0]}
    log("a", Table(name="roc", value=roc))
    log("b", Table(name="roc", value={"fpr": [0, 1], "tpr": [0, 1]}))
    log("b", Table(name="words", value={"word": ["x"], "n": [1]}))

    found = read_table_curves(runs)

    assert [(one.y, one.x, one.run_ids) for one in found.drawn] == [
        ("roc.tpr", "metrics.roc.fpr", ["a", "b"]),
        ("roc.threshold", "metrics.roc.fpr", ["a"]),
    ]


def test_matrices_are_found_by_their_name(runs):
    for run_id in ("a", "b"):
        log(run_id, ConfusionMatrix(name="validation", value=MATRIX))
    log("a", ConfusionMatrix(name="validation", value=MATRIX, step=7))

    found = read_diagrams(runs)

    assert [(one.key, one.form, one.run_ids) for one in found] == [
        ("validation", "confusion_matrix", ["a", "b"])
    ]
