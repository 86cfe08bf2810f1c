"""Runs on several nodes: all of their slots or none, one end for all."""

import pytest

from runs.compute.attempts import beat, cancel, finish
from runs.compute.claiming import claim, rank_of
from runs.compute.gangs import gather
from runs.compute.models import Job, JobState, Node, Part
from runs.compute.nodes import register_node
from runs.compute.queries import list_clusters, list_nodes
from runs.compute.queues import read_queue
from runs.compute.reasons import Cause
from runs.compute.sweeping import sweep
from runs.tracking.errors import InvalidValue
from runs.tracking.statuses import Status
from runs.tracking.write_limits import AttemptOver

pytestmark = pytest.mark.django_db


@pytest.fixture
def nodes(cluster) -> list[Node]:
    """Three nodes with one slot each."""
    return [register_node(cluster=cluster, name=f"n{at}") for at in range(3)]


@pytest.fixture
def pair(put, nodes):
    """A run on the first two nodes, taken by both."""
    run = put(nodes=2)
    second = claim(node=nodes[1])
    first = claim(node=nodes[0])
    assert first == second
    return run, first.fence


def status_of(run) -> tuple[str, str]:
    run.refresh_from_db()
    return run.status, run.status_reason


def test_all_nodes_get_their_part_with_ranks_in_the_order_of_nodes(put, nodes):
    run = put(nodes=2)
    attempt = claim(node=nodes[1])
    assert rank_of(attempt, nodes[1]) == 1
    assert claim(node=nodes[2]) is None, "two nodes are enough"
    assert rank_of(claim(node=nodes[0]), nodes[0]) == 0
    assert claim(node=nodes[0]) is None, "each takes its part once"
    assert status_of(run)[0] == Status.PREPARING


def test_a_kept_slot_is_not_given_away(put, nodes, cluster, workspace):
    put(nodes=3), put("small")
    claim(node=nodes[2])
    assert [node.held for node in list_nodes(cluster)] == [1, 1, 1]
    (counts,) = list_clusters(workspace)
    assert (counts.busy_nodes, counts.slots, counts.running) == (3, 3, 1)
    for node in nodes:
        taken = claim(node=node)
        assert taken is None or taken.job.nodes == 3


def test_a_run_for_several_nodes_holds_the_queue_until_they_are_free(put, nodes):
    put("before"), put("big", nodes=3), put("behind")
    before = claim(node=nodes[0])
    assert claim(node=nodes[1]) is None and claim(node=nodes[2]) is None
    assert not Part.objects.exists(), "it takes all or none"
    finish(run=before.job.run, fence=before.fence, cause=Cause.COMPLETED)
    assert {claim(node=node).job.run.name for node in nodes} == {"big"}


def test_a_run_for_more_nodes_than_there_are_is_passed_over(put, nodes):
    put("too big", nodes=4), put("small")
    assert claim(node=nodes[0]).job.run.name == "small"


def test_a_node_without_a_free_slot_gets_nothing(put, nodes):
    put(), put()
    assert claim(node=nodes[0]) is not None
    assert claim(node=nodes[0]) is None


def test_nodes_gather_before_they_start(pair):
    run, fence = pair
    gathered = gather(run=run, fence=fence, rank=1, address="10.0.0.8", port=29501)
    assert not gathered.is_complete
    gathered = gather(run=run, fence=fence, rank=0, address="10.0.0.7", port=29500)
    assert gathered.is_complete
    assert (gathered.master_address, gathered.master_port) == ("10.0.0.7", 29500)


def test_gathering_alone_is_refused(put, node):
    run = put()
    with pytest.raises(InvalidValue):
        gather(run=run, fence=claim(node=node).fence, rank=0, address="x", port=1)


def test_the_run_ends_when_all_its_nodes_end(pair):
    run, fence = pair
    for rank in (0, 1):
        beat(run=run, fence=fence, rank=rank, status=Status.RUNNING)
    finish(run=run, fence=fence, rank=0, cause=Cause.COMPLETED, exit_code=0)
    assert status_of(run)[0] == Status.RUNNING
    with pytest.raises(AttemptOver):
        beat(run=run, fence=fence, rank=0)
    finish(run=run, fence=fence, rank=1, cause=Cause.COMPLETED, exit_code=0)
    assert status_of(run) == (Status.COMPLETED, "")
    assert run.job.state == JobState.ENDED


def test_one_node_that_fails_ends_all(pair):
    run, fence = pair
    beat(run=run, fence=fence, rank=0, status=Status.RUNNING)
    finish(run=run, fence=fence, rank=1, cause=Cause.EXIT, exit_code=3)
    heard = beat(run=run, fence=fence, rank=0)
    assert (heard.cancel, heard.by) == (True, "another node")
    finish(run=run, fence=fence, rank=0, cause=Cause.CANCELED, exit_code=-15)
    assert status_of(run) == (Status.FAILED, "exit code 3 on n1 (node 1)")


def test_a_run_on_several_nodes_is_canceled_as_a_whole(pair):
    run, fence = pair
    cancel(run=run, by="ada")
    for rank in (0, 1):
        assert beat(run=run, fence=fence, rank=rank).by == "ada"
        finish(run=run, fence=fence, rank=rank, cause=Cause.CANCELED)
    assert status_of(run) == (Status.CANCELED, "canceled by ada")


def test_slots_are_given_back_when_not_all_nodes_come(put, nodes):
    run = put(nodes=2)
    attempt = claim(node=nodes[0])
    Part.objects.filter(placed_ms=None).update(lease_ms=1)
    Job.objects.update(lease_ms=1)
    assert sweep() == 1
    assert status_of(run) == (Status.QUEUED, "tried again after: not all nodes came: n1")
    assert not Part.objects.filter(ended_ms=None).exists()
    with pytest.raises(AttemptOver):
        beat(run=run, fence=attempt.fence, rank=0)
    assert claim(node=nodes[1]) is None


def test_a_lost_node_ends_the_run_on_all(pair):
    run, fence = pair
    Part.objects.filter(rank=1).update(lease_ms=1)
    beat(run=run, fence=fence, rank=0)
    assert sweep() == 1
    assert status_of(run) == (Status.FAILED, "node lost: n1")
    with pytest.raises(AttemptOver):
        finish(run=run, fence=fence, rank=0, cause=Cause.COMPLETED)


@pytest.mark.parametrize(
    "work", [{"nodes": 0}, {"processes_per_node": 0}, {"communicator": "smoke"}, {"nodes": 5000}]
)
def test_bad_counts_are_refused(put, work):
    with pytest.raises(InvalidValue):
        put(**work)


def test_the_queue_says_that_a_run_takes_more_nodes_than_there_are(put, nodes, cluster):
    put("too big", nodes=4), put("fits", nodes=3)
    assert [place.reason for place in read_queue(cluster).waiting] == [
        "takes 4 nodes; connected: 3",
        "all slots are taken",
    ]


def test_a_node_that_asks_again_for_its_part_gets_it_again(put, nodes):
    put(nodes=2)
    first = claim(node=nodes[0], claim_id="one")
    assert claim(node=nodes[0], claim_id="one") == first
    assert claim(node=nodes[0], claim_id="two") is None
    assert claim(node=nodes[1], claim_id="three") == first
