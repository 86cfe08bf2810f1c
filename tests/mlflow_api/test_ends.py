"""The end of a run: what a client has said of it, and what the studio keeps beside it."""

import pytest

from runs.tracking.clock import now_ms
from runs.tracking.models import Run, StatusChange
from runs.tracking.services import update_run
from runs.tracking.statuses import Status
from tests.factories import make_experiment, make_run

FINAL = ["FINISHED", "FAILED", "KILLED"]


def end_of(api, run_id: str) -> int | None:
    """Return the end that a client sees."""
    return api.get_run(run_id)["info"].get("end_time")


def change(api, run_id: str, **fields) -> None:
    assert api.post("runs/update", {"run_id": run_id, **fields}).status == 200


@pytest.mark.parametrize("status", FINAL)
def test_an_end_without_a_time_stays_open_for_clients_and_is_kept_here(api, status):
    run_id, before = api.make_run_id(), now_ms()
    change(api, run_id, status=status)
    assert end_of(api, run_id) is None
    assert before <= Run.objects.get(run_id=run_id).ended_ms <= now_ms()


def test_an_end_may_be_said_later(api):
    run_id = api.make_run_id()
    change(api, run_id, status="FINISHED")
    change(api, run_id, end_time=7000)
    assert end_of(api, run_id) == Run.objects.get(run_id=run_id).ended_ms == 7000


def test_the_last_end_that_was_said_stays_when_a_run_ends_again(api):
    run_id = api.make_run_id()
    change(api, run_id, status="FINISHED", end_time=5000)
    change(api, run_id, status="RUNNING")
    change(api, run_id, status="FAILED")
    assert end_of(api, run_id) == 5000
    assert Run.objects.get(run_id=run_id).ended_ms > 5000


def test_a_run_that_ends_otherwise_keeps_its_end(api):
    run_id = api.make_run_id()
    change(api, run_id, status="FINISHED", end_time=5000)
    change(api, run_id, status="KILLED")
    assert end_of(api, run_id) == Run.objects.get(run_id=run_id).ended_ms == 5000


def test_an_end_that_a_page_has_set_is_seen_by_clients(api):
    run_id = api.make_run_id()
    change(api, run_id, status="FINISHED")
    run = Run.objects.get(run_id=run_id)
    update_run(run=run, status=Status.RUNNING)
    update_run(run=run, status=Status.CANCELED, ended_ms=9000)
    assert end_of(api, run_id) == 9000


def test_every_change_is_in_the_history_of_the_run(api):
    run_id = api.make_run_id()
    for status in ("SCHEDULED", "FINISHED", "KILLED", "RUNNING", "SCHEDULED"):
        change(api, run_id, status=status)
    changes = StatusChange.objects.filter(run__run_id=run_id).order_by("id")
    assert [one.status for one in changes] == [
        "Running", "Queued", "Completed", "Canceled", "Running", "Queued",
    ]  # fmt: skip


def test_a_run_of_a_cluster_does_not_go_back_to_waiting(api):
    run = make_run(make_experiment(), kind="script")
    answer = api.post("runs/update", {"run_id": run.run_id, "status": "SCHEDULED"})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert "cannot become Queued" in answer.message
    change(api, run.run_id, status="FINISHED")
    change(api, run.run_id, status="FAILED")
    assert api.get_run(run.run_id)["info"]["status"] == "FAILED"
