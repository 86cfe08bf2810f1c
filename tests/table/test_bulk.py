"""One change to many runs."""

import pytest

from runs.artifacts.disk import Usage, usage_of_experiment
from runs.artifacts.services import save_file
from runs.metrics.queries import read_summaries
from runs.metrics.services import RunRef, log_batch
from runs.table.bulk import get_runs, move_runs, tag_runs
from runs.tracking.errors import InvalidValue, NotFound
from runs.tracking.models import Experiment, Param, Property, Run, RunTag
from runs.tracking.services import delete_experiment
from tests.factories import default_workspace, make_experiment, make_run, make_workspace

pytestmark = pytest.mark.django_db


def test_a_tag_goes_to_every_run_and_replaces_an_old_value():
    runs = [make_run(tags={"quality": "bad"}), make_run()]

    tag_runs(runs=runs, key="quality", value="good")

    values = RunTag.objects.filter(run__in=runs, key="quality").values_list("value", flat=True)
    assert list(values) == ["good", "good"]


def test_a_bad_key_tags_nothing():
    run = make_run()
    with pytest.raises(InvalidValue):
        tag_runs(runs=[run], key="../x", value="1")
    assert not RunTag.objects.filter(run=run).exclude(key__startswith="mlflow.").exists()


def test_runs_move_with_everything_beside_them():
    run = make_run(params={"lr": "0.1"}, tags={"a": "b"}, properties={"p": "q"})
    log_batch(
        run=RunRef(run.id, run.experiment_id), points=[("loss", 0, 1, 0.5)], params=None, tags=None
    )

    move_runs(runs=[run], workspace=default_workspace(), name="moved/here")

    goal = Experiment.objects.get(name="moved/here")
    run.refresh_from_db()
    assert (run.experiment, run.number) == (goal, 1)
    for model in (Param, RunTag, Property):
        assert not model.objects.filter(run=run).exclude(experiment=goal).exists()
    assert read_summaries([run.id])[run.id, "loss", ""].last == 0.5


def test_the_room_a_run_takes_moves_along():
    run = make_run()
    old = run.experiment
    save_file(owner=run, path="a", chunks=[b"123"])

    move_runs(runs=[run], workspace=default_workspace(), name="goal")

    goal = Experiment.objects.get(name="goal")
    assert (usage_of_experiment(goal), usage_of_experiment(old)) == (Usage(3, 1), Usage())


def test_a_moved_run_goes_on_logging_in_its_new_experiment():
    run = make_run()
    move_runs(runs=[run], workspace=default_workspace(), name="goal")
    run.refresh_from_db()

    log_batch(
        run=RunRef(run.id, run.experiment_id), points=[("loss", 1, 2, 1.5)], params=None, tags=None
    )

    assert read_summaries([run.id])[run.id, "loss", ""].n == 1


def test_nothing_moves_to_a_deleted_experiment():
    goal = make_experiment("gone")
    delete_experiment(experiment=goal)
    run = make_run()
    with pytest.raises(InvalidValue):
        move_runs(runs=[run], workspace=default_workspace(), name="gone")


def test_a_run_of_another_workspace_is_not_found():
    other = make_workspace()
    run = make_run(make_experiment(workspace=other))
    with pytest.raises(NotFound):
        get_runs(workspace=default_workspace(), run_ids=[run.run_id])


def test_a_tag_that_stands_for_a_field_changes_it_in_every_run(db):
    runs = [make_run(), make_run()]
    tag_runs(runs=runs, key="mlflow.note.content", value="seen")
    assert [Run.objects.get(pk=run.pk).description for run in runs] == ["seen", "seen"]
