"""How much room files take."""

import pytest

from runs.artifacts import disk
from runs.artifacts.disk import Usage
from runs.artifacts.logs.appending import append_log, finish_log
from runs.artifacts.models import File
from runs.artifacts.services import delete_path
from runs.artifacts.stores import local_store
from runs.tracking.models import Experiment, LoggedModel
from runs.workspaces.models import Workspace

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def logged_model(run):
    """A model that the run has logged."""
    return LoggedModel.objects.create(
        experiment=run.experiment,
        source_run=run,
        model_id="m-1",
        name="m",
        status="READY",
        created_ms=0,
        updated_ms=0,
    )


def test_a_run_counts_its_files_and_those_of_its_models(run, make_run, logged_model, save):
    empty = make_run()
    save(run, "a", b"123")
    save(run, "b/c", b"12345")
    save(logged_model, "MLmodel", b"12")
    assert disk.usage_of_runs([run.pk, empty.pk]) == {run.pk: Usage(10, 3), empty.pk: Usage(0, 0)}


def test_many_runs_cost_a_query_per_five_hundred(make_run, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(disk.usage_of_runs(range(1, 601))) == 600


def test_experiments_and_the_workspace_are_summed_up(run, make_run, logged_model, save):
    other = Experiment.objects.create(
        workspace=run.workspace, number=99, name="other", created_ms=0, updated_ms=0
    )
    save(run, "a", b"123")
    save(logged_model, "b", b"12")
    save(make_run(experiment=other), "c", b"1234")
    assert disk.usage_of_experiments(run.workspace) == {
        run.experiment_id: Usage(5, 2), other.pk: Usage(4, 1)
    }  # fmt: skip
    assert disk.usage_of_workspace(run.workspace) == disk.usage_of_studio() == Usage(9, 3)


def test_other_workspaces_are_not_counted(run, save):
    elsewhere = Workspace.objects.create(slug="elsewhere", name="Elsewhere")
    save(run, "a", b"123")
    assert disk.usage_of_workspace(elsewhere) == Usage(0, 0)
    assert disk.usage_of_experiments(elsewhere) == {}


def test_folders_are_summed_up_at_any_depth(run, save):
    for path in ("a/b/c", "a/d", "a-b/c", "é 🚂/x", "top"):
        save(run, path, b"12")
    assert disk.usage_of_folders(run) == {
        "a": Usage(4, 2), "a-b": Usage(2, 1), "é 🚂": Usage(2, 1)
    }  # fmt: skip
    assert disk.usage_of_folders(run, "a") == {"b": Usage(2, 1)}


def counted(run) -> Usage:
    """What the rows of a run's files add up to."""
    files = [*File.objects.filter(run=run), *File.objects.filter(model__source_run=run)]
    return Usage(sum(file.size_bytes for file in files), len(files))


def test_the_count_follows_every_way_of_writing_files(run, logged_model, save):
    save(run, "a", b"123")
    save(run, "a", b"1")
    save(run, "b/c", b"12345")
    save(logged_model, "MLmodel", b"1234567")
    append_log(run=run, path="logs/x", offset=0, data=b"one\n")
    append_log(run=run, path="logs/x", offset=2, data=b"e\ntwo\n")
    finish_log(run=run, path="logs/x")
    append_log(run=run, path="logs/x", offset=8, data=b"again\n")
    assert disk.usage_of_runs([run.pk])[run.pk] == counted(run) == Usage(1 + 5 + 7 + 14, 4)
    delete_path(owner=run, path="b")
    delete_path(owner=logged_model, path="")
    assert disk.usage_of_runs([run.pk])[run.pk] == counted(run) == Usage(15, 2)


def test_bytes_lost_from_the_disk_are_not_counted_on(run):
    append_log(run=run, path="x", offset=0, data=b"0123456789")
    file = File.objects.get(run=run)
    with local_store().lock(file.key), open(local_store().resolve(file.key), "r+b") as lost:
        lost.truncate(4)
    finish_log(run=run, path="x")
    assert disk.usage_of_runs([run.pk])[run.pk] == counted(run) == Usage(4, 1)


def test_a_refused_upload_counts_nothing(run, save):
    with pytest.raises(Exception, match="arrived"):
        save(run, "a", b"123", size_bytes=4)
    assert disk.usage_of_runs([run.pk])[run.pk] == Usage()


def test_a_model_without_a_run_counts_for_its_experiment(run, logged_model, save):
    LoggedModel.objects.filter(pk=logged_model.pk).update(source_run=None)
    logged_model.refresh_from_db()
    save(logged_model, "MLmodel", b"12")
    assert disk.usage_of_experiments(run.workspace) == {run.experiment_id: Usage(2, 1)}
    assert disk.usage_of_experiment(run.experiment) == Usage(2, 1) == disk.usage_of_studio()
