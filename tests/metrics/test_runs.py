"""Finding the run a request means."""

import pytest
from django.db import transaction

from runs.metrics import runs
from runs.metrics.known_ids import forget_ids
from runs.metrics.services import RunRef, log_batch, resolve_run
from runs.tracking.errors import NotFound
from runs.tracking.models import Run
from runs.tracking.services import delete_runs
from tests.factories import make_run, make_workspace

for_good = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(autouse=True)
def forget():
    forget_ids()


def test_a_run_is_found_by_its_public_name(run):
    assert resolve_run(run.workspace_id, run.run_id) == RunRef(run.id, run.experiment_id)


def test_a_deleted_run_is_found(run):
    delete_runs(runs=[run])
    assert resolve_run(run.workspace_id, run.run_id).id == run.id


@pytest.mark.parametrize("name", ["nothing", "", "a\0b", "\ud800"])
def test_an_unknown_name_is_not_found(workspace, name):
    with pytest.raises(NotFound):
        resolve_run(workspace.id, name)


def test_a_run_of_another_workspace_is_not_found(run):
    with pytest.raises(NotFound):
        resolve_run(make_workspace().id, run.run_id)


@for_good
def test_a_second_look_does_not_ask_the_database(run, monkeypatch):
    first = resolve_run(run.workspace_id, run.run_id)
    monkeypatch.setattr(runs, "open_cursor", None)
    assert resolve_run(run.workspace_id, run.run_id) == first


@for_good
def test_a_workspace_does_not_see_what_another_has_looked_up(run):
    resolve_run(run.workspace_id, run.run_id)
    with pytest.raises(NotFound):
        resolve_run(make_workspace().id, run.run_id)


def test_a_run_of_an_open_transaction_is_not_remembered(run):
    """It may be rolled back, and its number given to another one."""
    with transaction.atomic():
        resolve_run(run.workspace_id, run.run_id)
        assert not runs._known


@for_good
def test_a_run_that_is_gone_is_forgotten(run):
    ref = resolve_run(run.workspace_id, run.run_id)
    Run.objects.all().delete()
    with pytest.raises(NotFound):
        log_batch(run=ref, points=[("loss", 0, 0, 1.0)])
    with pytest.raises(NotFound):
        resolve_run(run.workspace_id, run.run_id)


@for_good
def test_the_memory_is_bounded(workspace, monkeypatch):
    monkeypatch.setattr(runs._known, "most", 2)
    for _ in range(5):
        run = make_run()
        resolve_run(run.workspace_id, run.run_id)
    assert len(runs._known) <= 2
