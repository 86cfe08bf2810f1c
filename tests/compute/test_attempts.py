"""Claims, beats, ends and cancels: one attempt at a time, and none that lost its lease writes."""

import time

import pytest

from runs.artifacts.errors import OffsetConflict
from runs.artifacts.logs.appending import append_log
from runs.artifacts.logs.times import read_times
from runs.artifacts.queries import get_file, read_file
from runs.compute import claiming, nodes, sweeping
from runs.compute.attempts import beat, cancel, finish
from runs.compute.claiming import claim, live_nodes
from runs.compute.clusters import update_cluster
from runs.compute.models import Attempt, Job, JobState, Node
from runs.compute.nodes import SEEN_EVERY_MS, get_node, register_node, set_draining
from runs.compute.reasons import Cause
from runs.compute.sweeping import sweep
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue
from runs.tracking.services import delete_runs, update_run
from runs.tracking.statuses import Status
from runs.tracking.write_limits import AttemptOver

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_dir")]


def contents_of(run) -> dict[str, bytes]:
    return {file.path: b"".join(read_file(file)) for file in run.files.all()}


def status_of(run) -> tuple[str, str]:
    run.refresh_from_db()
    return run.status, run.status_reason


def test_a_submitted_run_goes_its_way_to_completed(put, node):
    run = put()
    assert run.status == Status.QUEUED and run.started_ms is None

    attempt = claim(node=node)
    beat(run=run, fence=attempt.fence, status=Status.RUNNING)
    finish(run=run, fence=attempt.fence, cause=Cause.COMPLETED, exit_code=0)

    assert status_of(run) == (Status.COMPLETED, "")
    changes = [change.status for change in run.status_changes.all()]
    assert changes == [Status.QUEUED, Status.PREPARING, Status.RUNNING, Status.COMPLETED]
    assert run.job.state == JobState.ENDED
    assert claim(node=node) is None


def test_a_run_that_ends_before_its_first_beat_has_run(put, node):
    run = put()
    attempt = claim(node=node)
    Job.objects.update(queued_ms=1)
    finish(run=run, fence=attempt.fence, cause=Cause.COMPLETED, since_start_ms=700)
    changes = [change.status for change in run.status_changes.all()]
    assert changes == [Status.QUEUED, Status.PREPARING, Status.RUNNING, Status.COMPLETED]
    run.refresh_from_db()
    attempt.refresh_from_db()
    assert 700 <= run.ended_ms - run.started_ms < 5000
    assert attempt.started_ms == run.started_ms


def test_no_run_has_begun_before_it_was_submitted(put, node):
    run = put()
    fence = claim(node=node).fence
    finish(run=run, fence=fence, cause=Cause.COMPLETED, since_start_ms=10**12)
    run.refresh_from_db()
    assert run.started_ms == run.job.queued_ms


def test_a_start_that_a_beat_has_told_stays(put, node):
    run = put()
    attempt = claim(node=node)
    beat(run=run, fence=attempt.fence, status=Status.RUNNING)
    run.refresh_from_db()
    began = run.started_ms
    finish(run=run, fence=attempt.fence, cause=Cause.COMPLETED, since_start_ms=10**9)
    run.refresh_from_db()
    assert run.started_ms == began
    assert run.status_changes.filter(status=Status.RUNNING).count() == 1


def test_what_is_left_is_stored_with_the_end(put, node):
    run = put()
    told = {"logs": {"logs/a.txt": b"one\n"}, "files": {"info.json": b"{}"}}
    finish(run=run, fence=claim(node=node).fence, cause=Cause.COMPLETED, **told)
    assert contents_of(run) == {"logs/a.txt": b"one\n", "info.json": b"{}"}
    log = get_file(run, "logs/a.txt")
    assert not log.growing
    assert read_times(log, [0])[0] is not None


def test_an_end_that_comes_too_late_stores_nothing(put, node):
    run = put()
    fence = claim(node=node).fence
    with pytest.raises(AttemptOver):
        finish(run=run, fence=fence + 1, cause=Cause.COMPLETED, logs={"logs/a.txt": b"late"})
    assert contents_of(run) == {}


def test_an_end_with_another_log_than_there_is_changes_nothing(put, node):
    run = put()
    append_log(run=run, path="logs/a.txt", offset=0, data=b"theirs")
    fence = claim(node=node).fence
    told = {"logs": {"logs/a.txt": b"mine"}, "files": {"info.json": b"{}"}}
    with pytest.raises(OffsetConflict) as caught:
        finish(run=run, fence=fence, cause=Cause.COMPLETED, **told)
    assert caught.value.expected == 6
    assert contents_of(run) == {"logs/a.txt": b"theirs"}
    assert status_of(run)[0] == Status.PREPARING


def test_an_end_completes_a_log_that_is_there_already(put, node):
    run = put()
    append_log(run=run, path="logs/a.txt", offset=0, data=b"same")
    finish(run=run, fence=claim(node=node).fence, cause=Cause.EXIT, logs={"logs/a.txt": b"same"})
    assert contents_of(run) == {"logs/a.txt": b"same"}
    assert not get_file(run, "logs/a.txt").growing


@pytest.mark.parametrize(
    ("cause", "exit_code", "detail", "words"),
    [
        (Cause.EXIT, 3, "", "exit code 3"),
        (Cause.SIGNAL, -9, "", "signal SIGKILL"),
        (Cause.OUT_OF_MEMORY, None, "", "out of memory"),
        (Cause.COULD_NOT_START, 127, "no such file: trian.py", "could not start: no such file"),
    ],
)
def test_a_failed_run_says_why(put, node, cause, exit_code, detail, words):
    run = put()
    attempt = claim(node=node)
    finish(run=run, fence=attempt.fence, cause=cause, exit_code=exit_code, detail=detail)
    status, reason = status_of(run)
    assert status == Status.FAILED
    assert reason.startswith(words)


def test_runs_start_by_priority_then_in_the_order_they_came(put, node):
    put("second"), put("third"), put("first", priority=5)
    assert [claim(node=node).job.run.name for _ in range(3)] == ["first", "second", "third"]


def test_a_paused_cluster_and_a_draining_node_start_nothing(put, node, cluster):
    put()
    update_cluster(cluster=cluster, state="paused")
    assert claim(node=node) is None

    update_cluster(cluster=cluster, state="active")
    set_draining(node=node, is_draining=True)
    node.refresh_from_db()
    assert claim(node=node) is None


def test_a_queued_run_that_is_canceled_never_starts(put, node):
    run = put()
    assert cancel(run=run, by="ada") == Status.CANCELED
    assert claim(node=node) is None
    assert status_of(run) == (Status.CANCELED, "canceled by ada")


def test_a_running_run_hears_of_its_cancel_and_ends_canceled(put, node):
    run = put()
    attempt = claim(node=node)
    assert not beat(run=run, fence=attempt.fence).cancel

    assert cancel(run=run, by="ada") == Status.CANCEL_REQUESTED
    told = beat(run=run, fence=attempt.fence)
    assert (told.cancel, told.by) == (True, "ada")
    beat(run=run, fence=attempt.fence, status=Status.RUNNING)
    assert status_of(run)[0] == Status.CANCEL_REQUESTED

    finish(run=run, fence=attempt.fence, cause=Cause.COMPLETED, exit_code=0)
    assert status_of(run) == (Status.CANCELED, "canceled by ada")


def test_canceling_an_ended_run_changes_nothing(put, node):
    run = put()
    finish(run=run, fence=claim(node=node).fence, cause=Cause.COMPLETED)
    assert cancel(run=run, by="ada") == Status.COMPLETED
    assert status_of(run) == (Status.COMPLETED, "")


def test_a_silent_run_does_not_respond_and_comes_back(put, node):
    run = put()
    attempt = claim(node=node)
    beat(run=run, fence=attempt.fence, status=Status.RUNNING)
    job = Job.objects.get(run=run)
    Job.objects.filter(run=run).update(lease_ms=job.lease_ms - 26_000)

    sweep()
    status, reason = status_of(run)
    assert status == Status.NOT_RESPONDING
    assert reason == "no sign of life for 26 s"

    beat(run=run, fence=attempt.fence)
    assert status_of(run)[0] == Status.RUNNING


def test_a_lost_node_fails_its_run_and_may_write_no_more(put, node, let_lease_end):
    run = put()
    attempt = claim(node=node)
    let_lease_end(attempt)

    assert sweep() == 1
    assert status_of(run) == (Status.FAILED, "node lost: n1")
    for write in (
        lambda: beat(run=run, fence=attempt.fence),
        lambda: beat(run=run, fence=attempt.fence, status=Status.RUNNING),
        lambda: finish(run=run, fence=attempt.fence, cause=Cause.COMPLETED),
    ):
        with pytest.raises(AttemptOver):
            write()
    assert status_of(run) == (Status.FAILED, "node lost: n1")


def test_a_beat_before_the_sweep_wins(put, node, let_lease_end):
    run = put()
    attempt = claim(node=node)
    let_lease_end(attempt)
    beat(run=run, fence=attempt.fence)
    assert sweep() == 0
    assert status_of(run)[0] == Status.PREPARING


def test_a_studio_that_was_away_waits_for_beats(put, node, let_lease_end, monkeypatch):
    run = put()
    let_lease_end(claim(node=node))
    now = time.monotonic()
    for name, at in (("_next_at", 0.0), ("_looked_at", now - 120), ("_answers_since", now - 500)):
        monkeypatch.setattr(sweeping, name, at)
    sweeping.sweep_if_due()
    assert status_of(run)[0] == Status.PREPARING

    monkeypatch.setattr(sweeping, "_next_at", 0.0)
    monkeypatch.setattr(sweeping, "_answers_since", now - 31)
    sweeping.sweep_if_due()
    assert status_of(run)[0] == Status.FAILED


def test_a_run_with_retries_is_tried_again_with_a_new_fence(put, node, let_lease_end):
    run = put(retries=1)
    first = claim(node=node)
    let_lease_end(first)
    sweep()
    assert status_of(run) == (Status.QUEUED, "tried again after: node lost: n1")

    assert claim(node=node) is None, "there is a pause before the next try"
    Job.objects.filter(run=run).update(not_before_ms=0)
    second = claim(node=node)
    assert second.fence > first.fence
    with pytest.raises(AttemptOver):
        beat(run=run, fence=first.fence)

    finish(run=run, fence=second.fence, cause=Cause.EXIT, exit_code=1)
    assert status_of(run) == (Status.FAILED, "exit code 1")
    causes = Attempt.objects.filter(job=run.job).order_by("fence").values_list("cause", flat=True)
    assert list(causes) == [Cause.NODE_LOST, Cause.EXIT]


def test_a_run_that_somebody_ended_by_hand_stays_so(put, node):
    waiting, going = put(), put()
    attempt = claim(node=node)
    first, other = (waiting, going) if attempt.job_id == waiting.pk else (going, waiting)
    for run in (first, other):
        update_run(run=run, status=Status.FAILED, by="ada", reason="wrong data")

    sweep()
    assert claim(node=node) is None
    assert beat(run=first, fence=attempt.fence).cancel
    finish(run=first, fence=attempt.fence, cause=Cause.SIGNAL, exit_code=-15)
    assert status_of(first) == (Status.FAILED, "wrong data")
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.ENDED}


def test_a_deleted_run_does_not_start(put, node):
    delete_runs(runs=[put()])
    assert claim(node=node) is None


def test_a_node_that_starts_again_is_another_node(node, cluster):
    again = register_node(cluster=cluster, name="n1")
    assert again.incarnation != node.incarnation


def test_a_claim_that_is_made_twice_gives_the_same_attempt(put, node):
    put("a"), put("b")
    first = claim(node=node, claim_id="one")
    Job.objects.update(lease_ms=1)
    again = claim(node=node, claim_id="one")
    assert (again, again.fence, again.job.run.name) == (first, 1, "a")
    assert Job.objects.get(pk=first.job_id).lease_ms > 1
    assert claim(node=node, claim_id="two").job.run.name == "b"
    assert claim(node=node, claim_id="three") is None


def test_a_claim_gives_nothing_that_has_ended_or_gone_on_elsewhere(put, node, cluster):
    run = put("a", retries=1)
    attempt = claim(node=node, claim_id="one")
    finish(run=run, fence=attempt.fence, cause=Cause.EXIT, exit_code=1)
    assert claim(node=node, claim_id="one") is None
    Job.objects.update(not_before_ms=0)
    other = register_node(cluster=cluster, name="n2")
    assert claim(node=other, claim_id="two").fence == 2
    assert claim(node=node, claim_id="one") is None


def test_a_claim_that_is_made_twice_at_once_gives_one_attempt(put, node, monkeypatch):
    put("a"), put("b")
    first = claim(node=node, claim_id="one")
    seen = claiming._find_given
    answers = iter([None, seen(node, "one")])
    monkeypatch.setattr(claiming, "_find_given", lambda node, claim_id: next(answers))
    assert claim(node=node, claim_id="one") == first
    assert Attempt.objects.count() == 1


def test_a_node_that_looks_often_is_written_down_now_and_then(node, cluster, monkeypatch):
    now = now_ms()
    monkeypatch.setattr(nodes, "now_ms", lambda: now)
    Node.objects.update(load={"load": 0.5})
    for silent_ms, is_noted in ((SEEN_EVERY_MS // 2, False), (SEEN_EVERY_MS * 2, True)):
        before = now - silent_ms
        Node.objects.update(seen_ms=before)
        claim(node=get_node(cluster, node.incarnation), load={"load": 0.7})
        seen = Node.objects.get()
        assert (seen.seen_ms > before, seen.load == {"load": 0.7}) == (is_noted, is_noted)


def test_a_node_that_joins_twice_is_entered_once(cluster):
    facts = {"cluster": cluster, "name": "n1", "incarnation": "0" * 32}
    assert register_node(**facts) == register_node(**facts)
    with pytest.raises(InvalidValue):
        register_node(cluster=cluster, name="n1", incarnation="../1")


@pytest.mark.both_databases
def test_a_node_in_trouble_gets_nothing_and_is_listed_with_it(put, node):
    run = put()
    claim(node=node, load={"load": 0.1})
    finish(run=run, fence=1, cause=Cause.NOT_PLACED, detail="n1: No space left on device")
    reason = "tried again after: the node could not take it: n1: No space left on device"
    assert status_of(run) == (Status.QUEUED, reason)
    assert Job.objects.get(pk=run.pk).retries_left == 0, "it may be tried again without retries"

    Job.objects.update(not_before_ms=0)
    node.refresh_from_db()
    assert claim(node=node, load={"trouble": "No space left on device"}) is None
    node.refresh_from_db()
    assert node.load["trouble"] == "No space left on device"
    assert list(live_nodes(node.cluster_id)) == []
    assert claim(node=node, load={"load": 0.1}).fence == 2
    assert list(live_nodes(node.cluster_id)) == [node]
