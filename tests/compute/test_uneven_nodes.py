"""Nodes of one run that are not equally far: none is taken for lost, or given up, for that."""

import pytest

from runs.compute.attempts import beat, finish
from runs.compute.claiming import claim
from runs.compute.models import Attempt, Job, Node, Part
from runs.compute.nodes import LEASE_MS, register_node
from runs.compute.reasons import Cause
from runs.compute.sweeping import sweep
from runs.tracking.clock import now_ms
from runs.tracking.models import Run
from runs.tracking.runs import update_run
from runs.tracking.statuses import Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def nodes(cluster) -> list[Node]:
    """Two nodes with one slot each."""
    return [register_node(cluster=cluster, name=name) for name in ("a", "b")]


@pytest.fixture
def pair(put, nodes) -> Attempt:
    """An attempt that both nodes have taken."""
    put(nodes=2)
    attempts = [claim(node=node) for node in nodes]
    return attempts[0]


def history(run: Run) -> list[str]:
    return list(run.status_changes.order_by("pk").values_list("status", flat=True))


def test_a_node_that_still_prepares_goes_on_where_another_runs(pair):
    run, fence = pair.job.run, pair.fence
    beat(run=run, fence=fence, rank=1, status=Status.RUNNING)
    assert not beat(run=run, fence=fence, rank=0, status=Status.PREPARING).cancel
    run.refresh_from_db()
    assert run.status == Status.RUNNING


def test_a_node_that_still_prepares_hears_that_another_has_failed(pair):
    run, fence = pair.job.run, pair.fence
    finish(run=run, fence=fence, rank=1, cause=Cause.EXIT, exit_code=7, since_start_ms=100)
    heard = beat(run=run, fence=fence, rank=0, status=Status.PREPARING)
    assert (heard.cancel, heard.by) == (True, "another node")
    finish(run=run, fence=fence, rank=0, cause=Cause.CANCELED)
    run.refresh_from_db()
    assert (run.status, run.status_reason) == (Status.FAILED, "exit code 7 on b (node 1)")


def test_a_script_that_says_it_runs_before_its_node_does_goes_on(put, node):
    run = put()
    fence = claim(node=node).fence
    update_run(run=run, status=Status.RUNNING, by="script")
    assert not beat(run=run, fence=fence, status=Status.PREPARING).cancel
    run.refresh_from_db()
    assert run.status == Status.RUNNING


def test_a_run_finalizes_once_its_last_node_does(pair):
    run, fence = pair.job.run, pair.fence
    before = history(run)
    for rank, status in ((0, "Running"), (1, "Running"), (0, "Finalizing"), (1, "Running")):
        beat(run=run, fence=fence, rank=rank, status=status)
    finish(run=run, fence=fence, rank=1, cause=Cause.COMPLETED, exit_code=0)
    beat(run=run, fence=fence, rank=0, status=Status.FINALIZING)
    assert history(run) == [*before, Status.RUNNING, Status.FINALIZING]


def test_a_node_that_takes_its_part_late_is_not_lost_before_its_first_beat(pair):
    """The job's lease is that of the wait for the last node until a beat comes."""
    Job.objects.update(lease_ms=1)
    assert sweep() == 0
    assert Job.objects.get().lease_ms > now_ms() + LEASE_MS / 2
    Part.objects.filter(rank=0).update(lease_ms=1)
    Job.objects.update(lease_ms=1)
    assert sweep() == 1
    assert Run.objects.get().status_reason == "node lost: a"
