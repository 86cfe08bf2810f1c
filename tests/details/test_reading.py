"""Runs with the parts that were asked for, as models and as tuples."""

import math

import pytest

from runs.details.reading import RunPart, read_parts_of, read_runs
from runs.metrics.services import RunRef, log_batch
from runs.tracking.services import delete_runs
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs():
    experiment = make_experiment("digits")
    parent = make_run(experiment, run_id="parent", params={"b": "2", "a": "1"}, tags={"t": None})
    child = make_run(experiment, run_id="child", parent=parent)
    delete_runs(runs=[make_run(experiment, parent=parent)])
    points = [("loss", 0, 1, 2.0), ("loss", 1, 2, 1.0), ("nan", 0, 1, math.nan)]
    log_batch(run=RunRef(parent.id, experiment.id), points=points)
    return [parent, child]


@pytest.mark.parametrize("as_tuples", [False, True])
def test_all_parts_are_those_that_were_written(runs, as_tuples):
    ids = [runs[1].id, 999_999, runs[0].id]

    child, parent = read_runs(ids, list(RunPart), as_tuples=as_tuples)

    assert (child.run.run_id, child.parent, child.params, child.latest) == (
        "child",
        "parent",
        {},
        {},
    )
    assert (parent.run.experiment.number, parent.children) == (runs[0].experiment.number, 1)
    assert list(parent.params.items()) == [("a", "1"), ("b", "2")]
    assert parent.tags == {"t": None}
    assert parent.metrics["loss"] == 1.0
    assert math.isnan(parent.metrics["nan"])
    assert parent.latest["loss"] == ("loss", 1.0, 2, 1)


@pytest.mark.parametrize("as_tuples", [False, True])
def test_only_what_is_asked_for_is_read(runs, as_tuples):
    [parent] = read_runs([runs[0].id], [RunPart.PARAMS, RunPart.CHILDREN], as_tuples=as_tuples)

    assert parent.params
    assert parent.children == 1
    assert not parent.tags
    assert not parent.latest


def test_runs_that_were_read_get_their_parts_in_their_order(runs):
    parent, child = runs

    records = read_parts_of([child, parent], [RunPart.PARAMS, RunPart.CHILDREN, RunPart.HISTORY])

    assert [record.run for record in records] == [child, parent]
    assert [record.params for record in records] == [{}, {"a": "1", "b": "2"}]
    assert [record.children for record in records] == [0, 1]
    assert [change.status for change in records[1].history] == ["Running"]
