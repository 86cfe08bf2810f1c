"""A cluster of another scheduler: what is ordered, told, taken away, lost, and begun."""

from dataclasses import replace

import pytest

from runs.compute.attempts import cancel, finish
from runs.compute.claiming import claim
from runs.compute.clusters import create_cluster, update_cluster
from runs.compute.models import Attempt, Job
from runs.compute.nodes import register_node
from runs.compute.placing import Told, begin, exchange
from runs.compute.queues import read_queue
from runs.compute.reasons import Cause
from runs.tracking.errors import InvalidValue
from runs.tracking.statuses import Status
from runs.tracking.write_limits import AttemptOver

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster(workspace):
    return create_cluster(workspace=workspace, name="hpc", kind="slurm")


def ordered(node, room: int = 10) -> list[tuple[str, int]]:
    return [(job.run.name, fence) for job, fence in exchange(node=node, told=[], room=room).wanted]


def told(run, **facts) -> Told:
    return replace(Told(run.run_id, 1, "41", "waiting", "Resources", 2), **facts)


def status_of(run) -> tuple[str, str]:
    run.refresh_from_db()
    return run.status, run.status_reason


def test_runs_are_ordered_once_in_their_order_and_stay_queued(put, node):
    runs = [put("a"), put("b", priority=1), put("c")]
    assert ordered(node, room=2) == [("b", 1), ("a", 1)]
    assert ordered(node) == [("c", 1)]
    assert ordered(node) == []
    assert {status_of(run)[0] for run in runs} == {Status.QUEUED}
    assert claim(node=node) is None, "nodes do not claim what Slurm places"


def test_what_was_ordered_and_did_not_arrive_is_ordered_again(put, node):
    run = put("a")
    ordered(node)
    job = Job.objects.get(run=run)
    Job.objects.update(placement=job.placement | {"ordered_ms": 1})
    assert ordered(node) == [("a", 1)]


def test_the_queue_says_what_slurm_says(put, node, cluster):
    run = put("a")
    ordered(node)
    assert exchange(node=node, told=[told(run)], room=5).unwanted == []
    assert read_queue(cluster).waiting[0].reason == "Slurm job 41, place 2 there: Resources"


def test_a_placed_run_begins_once(put, node):
    run = put("a")
    ordered(node)
    attempt = begin(run=run, fence=1, rank=0, host="n7")
    assert (attempt.node_name, attempt.node) == ("n7", node)
    assert status_of(run)[0] == Status.PREPARING
    for fence in (1, 2):
        with pytest.raises(AttemptOver):
            begin(run=run, fence=fence, rank=0, host="n8")
    finish(run=run, fence=1, cause=Cause.COMPLETED)
    assert exchange(node=node, told=[told(run, state="ended")], room=5).unwanted == []
    assert status_of(run)[0] == Status.COMPLETED


def test_each_machine_of_several_begins_its_part_once(put, node):
    run = put("a", nodes=2)
    ordered(node)
    begin(run=run, fence=1, rank=1, host="n2")
    attempt = begin(run=run, fence=1, rank=0, host="n1")
    assert [part.node_name for part in attempt.parts.order_by("rank")] == ["n1", "n2"]
    with pytest.raises(AttemptOver):
        begin(run=run, fence=1, rank=1, host="n3")


def test_what_is_canceled_or_paused_is_taken_away(put, node, cluster):
    canceled, paused = put("a"), put("b")
    ordered(node)
    cancel(run=canceled, by="ada")
    update_cluster(cluster=cluster, state="paused")
    both = [told(canceled), told(paused, handle="42")]
    assert exchange(node=node, told=both, room=5).unwanted == ["41", "42"]
    with pytest.raises(AttemptOver):
        begin(run=paused, fence=1, rank=0, host="n7")
    gone = [told(paused, handle="42", state="ended")]
    exchange(node=node, told=gone, room=5)
    update_cluster(cluster=cluster, state="active")
    assert [job.run.name for job, _ in exchange(node=node, told=gone, room=5).wanted] == ["b"]


def test_a_second_job_for_one_attempt_and_one_of_nobody_are_taken_away(put, node):
    run = put("a")
    ordered(node)
    exchange(node=node, told=[told(run)], room=5)
    stranger = told(run, run_id="nobody", handle="50")
    twice = [told(run), told(run, handle="49"), stranger]
    assert exchange(node=node, told=twice, room=5).unwanted == ["49", "50"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"state": "ended", "reason": "CANCELLED"}, "ended before it began: CANCELLED"),
        (None, "is not known to Slurm any more"),
    ],
)
def test_a_job_that_is_lost_before_it_begins_fails_with_the_reason(put, node, facts, reason):
    run = put("a")
    ordered(node)
    exchange(node=node, told=[told(run)], room=5)
    exchange(node=node, told=[told(run, **facts)] if facts else [], room=5)
    assert status_of(run) == (Status.FAILED, f"node lost: Slurm job 41 {reason}")
    with pytest.raises(AttemptOver):
        begin(run=run, fence=1, rank=0, host="late")


def test_a_lost_job_with_retries_is_ordered_again_with_another_fence(put, node):
    run = put("a", retries=1)
    ordered(node)
    begin(run=run, fence=1, rank=0, host="n1")
    exchange(node=node, told=[told(run, state="ended", reason="NODE_FAIL")], room=5)
    status, reason = status_of(run)
    assert status == Status.QUEUED
    assert reason.endswith("node lost: Slurm job 41 ended: NODE_FAIL")
    Job.objects.update(not_before_ms=0)
    assert ordered(node) == [("a", 3)]
    assert Attempt.objects.count() == 1


def test_what_slurm_refuses_fails_with_its_words(put, node):
    run = put("a", retries=3)
    ordered(node)
    exchange(node=node, told=[told(run, handle="", state="ended", reason="no such qos")], room=0)
    assert status_of(run) == (Status.FAILED, "could not start: no such qos")


def test_a_cluster_of_nodes_takes_no_orders(workspace):
    cluster = create_cluster(workspace=workspace, name="gpu")
    with pytest.raises(InvalidValue):
        exchange(node=register_node(cluster=cluster, name="n1"), told=[], room=1)


@pytest.mark.parametrize(
    "options",
    [
        {"uid": "root"},
        {"partition": ""},
        {"partition": ["gpu"]},
        {"time": "1\n2"},
        {"extra": "--exclusive"},
        {"extra": ["job.sh"]},
        {"extra": ["--wrap=id"]},
        {"extra": ["--exp=NONE"]},
        {"extra": ["--requeue"]},
        {"extra": ["-N5"]},
    ],
)
def test_bad_options_are_refused(put, options):
    with pytest.raises(InvalidValue):
        put(options=options)


def test_options_of_a_run_win_over_those_of_its_cluster(put, node, cluster):
    from runs.compute.placing import facts_of_order

    update_cluster(cluster=cluster, settings={"partition": "gpu", "qos": "low"})
    put("a", options={"qos": "high", "extra": ["--exclusive"]})
    ((job, fence),) = exchange(node=node, told=[], room=1).wanted
    facts = facts_of_order(job, fence)
    assert facts["options"] == {"partition": "gpu", "qos": "high", "extra": ["--exclusive"]}


@pytest.mark.parametrize("nodes", [1, 2])
def test_a_machine_whose_answer_was_lost_begins_again(put, node, nodes):
    run = put("a", nodes=nodes)
    ordered(node)
    one = {"run": run, "fence": 1, "rank": 0, "host": "n7"}
    assert begin(**one, claim_id="mine") == begin(**one, claim_id="mine")
    for other in ("another", ""):
        with pytest.raises(AttemptOver):
            begin(**one, claim_id=other)
    assert Attempt.objects.count() == 1
