"""How much room files take, and freeing it."""

import pytest

from runs.artifacts import disk
from runs.artifacts.disk import Usage
from runs.artifacts.errors import NotDeleted
from runs.artifacts.purging import preview_purge, purge_files
from runs.tracking.models import Experiment, Lifecycle, LoggedModel, Run
from runs.workspaces.models import Workspace

pytestmark = pytest.mark.django_db


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


def test_many_runs_cost_two_queries_per_five_hundred(make_run, django_assert_num_queries):
    with django_assert_num_queries(4):
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


@pytest.fixture
def deleted(make_run, save) -> list[Run]:
    """Two deleted runs with files."""
    runs = [make_run(), make_run()]
    for number, run in enumerate(runs):
        save(run, "a/b", b"x" * (100 + number))
        save(run, "c", b"y")
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(lifecycle=Lifecycle.DELETED)
    return runs


def test_a_purge_frees_what_was_shown_before(deleted, run, save, stored):
    save(run, "kept", b"kept")
    before = sum(path.stat().st_size for path in stored())
    shown = preview_purge(deleted)
    freed = purge_files(runs=deleted)
    assert freed == shown == Usage(203, 4)
    assert before - sum(path.stat().st_size for path in stored()) == freed.size_bytes
    assert disk.usage_of_studio() == Usage(4, 1)


def test_a_purge_takes_the_models_a_run_has_logged(run, logged_model, save, stored):
    save(logged_model, "MLmodel", b"12")
    Run.objects.filter(pk=run.pk).update(lifecycle=Lifecycle.DELETED)
    assert purge_files(runs=[run]) == Usage(2, 1)
    assert stored() == []


def test_nothing_is_purged_when_one_run_is_not_deleted(deleted, run, stored):
    before = stored()
    with pytest.raises(NotDeleted, match=run.run_id):
        purge_files(runs=[*deleted, run])
    assert stored() == before
    assert preview_purge(deleted) == Usage(203, 4)


def test_purging_again_frees_nothing(deleted):
    purge_files(runs=deleted)
    assert purge_files(runs=deleted) == Usage(0, 0)
