"""A run's way through its statuses, and its other changes."""

import pytest

from runs.tracking import queries, services
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue, NotActive, StatusRefused
from runs.tracking.models import Run
from runs.tracking.statuses import (
    ALLOWED_CHANGES,
    FINAL_STATUSES,
    WAITING_STATUSES,
    Status,
    may_change,
)
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("before", Status)
def test_every_change_is_made_or_refused_as_the_table_says(before):
    experiment = make_experiment()
    for after in Status:
        run = make_run(experiment, status=before)
        if may_change(before, after):
            services.update_run(run=run, status=after)
        else:
            with pytest.raises(StatusRefused):
                services.update_run(run=run, status=after)
        run.refresh_from_db()
        assert run.status == (after if may_change(before, after) else before), after


def test_the_table_knows_every_status():
    assert set(ALLOWED_CHANGES) == set(Status)


def test_what_has_ended_only_runs_again_or_fails():
    for status in FINAL_STATUSES:
        assert ALLOWED_CHANGES[status] <= {Status.RUNNING, Status.FAILED}


def test_what_has_started_waits_again_only_where_its_cluster_tries_again():
    for status in set(Status) - WAITING_STATUSES:
        assert not ALLOWED_CHANGES[status] & WAITING_STATUSES
    assert may_change(Status.RUNNING, Status.QUEUED, by_cluster=True)
    for status in (*FINAL_STATUSES, Status.CANCEL_REQUESTED):
        assert not may_change(status, Status.QUEUED, by_cluster=True)


def test_history_says_when_who_and_why():
    before = now_ms()
    run = make_run(status=Status.QUEUED, submitted_by="ann")
    services.update_run(run=run, status=Status.RUNNING, by="node-1", reason="claimed")
    services.update_run(run=run, status=Status.FAILED, by="node-1", reason="exit code 1")
    rows = run.status_changes.values_list("status", "by", "reason")
    assert list(rows) == [
        ("Queued", "ann", ""),
        ("Running", "node-1", "claimed"),
        ("Failed", "node-1", "exit code 1"),
    ]
    times = list(run.status_changes.values_list("at_ms", flat=True))
    assert before <= times[0] <= times[1] <= times[2] <= now_ms()


def test_the_run_shows_the_reason_of_its_status_only():
    run = make_run(status=Status.QUEUED)
    services.update_run(run=run, status=Status.RUNNING, reason="claimed")
    assert run.status_reason == "claimed"
    services.update_run(run=run, status=Status.COMPLETED)
    run.refresh_from_db()
    assert run.status_reason == ""


def test_staying_writes_no_history():
    run = make_run()
    services.update_run(run=run, status=Status.RUNNING, reason="again")
    assert run.status_changes.count() == 1


def test_a_run_that_ends_without_a_time_ends_now():
    before = now_ms()
    run = services.update_run(run=make_run(started_ms=1), status=Status.COMPLETED)
    run.refresh_from_db()
    assert before <= run.ended_ms <= now_ms()


def test_the_end_a_client_says_is_kept():
    run = services.update_run(run=make_run(), status=Status.COMPLETED, ended_ms=0)
    run.refresh_from_db()
    assert run.ended_ms == 0


def test_an_end_comes_alone_or_while_running():
    run = make_run()
    services.update_run(run=run, status=Status.RUNNING, ended_ms=5)
    run.refresh_from_db()
    assert (run.status, run.ended_ms) == ("Running", 5)


def test_a_resumed_run_keeps_its_end_until_it_ends_again():
    run = services.update_run(run=make_run(), status=Status.COMPLETED, ended_ms=5)
    services.update_run(run=run, status=Status.RUNNING)
    assert run.ended_ms == 5
    services.update_run(run=run, status=Status.COMPLETED)
    assert run.ended_ms > 5


def test_a_waiting_run_starts_when_it_runs():
    run = make_run(status=Status.QUEUED)
    services.update_run(run=run, status=Status.PREPARING)
    assert run.started_ms is None
    services.update_run(run=run, status=Status.RUNNING)
    run.refresh_from_db()
    assert run.started_ms >= run.created_ms


def test_a_stale_copy_does_not_move_the_start(workspace):
    run = make_run(status=Status.QUEUED)
    stale = queries.get_run(workspace, run.run_id)
    services.update_run(run=run, status=Status.RUNNING)
    Run.objects.filter(id=run.id).update(started_ms=5)
    services.update_run(run=stale, status=Status.COMPLETED)
    stale.refresh_from_db()
    assert stale.started_ms == 5


def test_only_what_is_given_changes():
    run = make_run(name="old", description="text", started_ms=7)
    services.update_run(run=run, name="new")
    run.refresh_from_db()
    assert (run.name, run.description, run.started_ms) == ("new", "text", 7)
    services.update_run(run=run, description="")
    run.refresh_from_db()
    assert (run.name, run.description, run.status) == ("new", "", "Running")


def test_an_empty_name_changes_nothing():
    run = services.update_run(run=make_run(name="old"), name="")
    run.refresh_from_db()
    assert run.name == "old"


def test_a_new_name_reaches_the_tag_that_mlflow_clients_read():
    run = make_run(name="old", tags={"mlflow.runName": "old"})
    services.update_run(run=run, name="new")
    assert dict(run.tags.values_list("key", "value")) == {"mlflow.runName": "new"}


def test_a_new_name_makes_no_tag():
    run = services.update_run(run=make_run(), name="new")
    assert not run.tags.exists()


def test_changes_are_stamped_by_the_servers_clock():
    run = make_run()
    Run.objects.update(updated_ms=5)
    services.update_run(run=run, name="new")
    run.refresh_from_db()
    assert run.updated_ms >= run.created_ms


@pytest.mark.parametrize(
    "change",
    [
        {"status": "FINISHED"},
        {"status": ""},
        {"status": Status.FAILED, "reason": "x" * 501},
        {"status": Status.FAILED, "by": "a\0"},
        {"ended_ms": 2**63},
        {"ended_ms": "5"},
        {"name": "x" * 501},
        {"name": " "},
        {"description": "\ud800"},
    ],
)
def test_what_cannot_be_kept_changes_nothing(change):
    run = make_run()
    with pytest.raises(InvalidValue):
        services.update_run(run=run, **change)
    run.refresh_from_db()
    assert (run.status, run.ended_ms) == ("Running", None)
    assert run.status_changes.count() == 1


def test_a_deleted_run_is_not_changed(workspace):
    run = make_run()
    stale = queries.get_run(workspace, run.run_id)
    services.delete_runs(runs=[run])
    for copy in (run, stale):
        with pytest.raises(NotActive, match=f"The run {run.run_id} must be in the 'active' state"):
            services.update_run(run=copy, name="new")
