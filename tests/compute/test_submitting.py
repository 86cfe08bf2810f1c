"""Submitting: all of it or nothing; places in the queue; what is refused."""

import pytest

from runs.compute.attempts import finish
from runs.compute.claiming import claim
from runs.compute.clusters import create_cluster, delete_cluster, update_cluster
from runs.compute.errors import ClusterInUse, ClusterRefuses
from runs.compute.models import Job
from runs.compute.moving import move_job
from runs.compute.queries import list_clusters, retries_of
from runs.compute.queues import read_queue
from runs.compute.reasons import Cause
from runs.compute.submitting import get_job, rerun
from runs.tracking.errors import InvalidValue, NameTaken
from runs.tracking.models import Run

pytestmark = pytest.mark.django_db


def order(cluster) -> list[str]:
    return [place.job.run.name for place in read_queue(cluster).waiting]


@pytest.mark.parametrize(
    "work",
    [
        {"command": []},
        {"command": "python train.py"},
        {"command": ["python", "a\0b"]},
        {"priority": 5000},
        {"retries": -1},
        {"communicator": "mpi", "nodes": 2},
        {"max_seconds": 0},
        {"variables": {"A=B": "c"}},
        {"variables": {"A": 1}},
    ],
)
def test_bad_work_is_refused_and_leaves_no_run(put, work):
    with pytest.raises(InvalidValue):
        put(**work)
    assert not Run.objects.exists()


def test_a_draining_cluster_takes_no_new_runs(put, cluster):
    update_cluster(cluster=cluster, state="draining")
    with pytest.raises(ClusterRefuses):
        put()


def test_runs_move_in_the_queue(put, cluster):
    runs = [put(name) for name in "abcd"]
    assert order(cluster) == ["a", "b", "c", "d"]
    move_job(job=get_job(runs[3]), to="top")
    assert order(cluster) == ["d", "a", "b", "c"]
    move_job(job=get_job(runs[2]), to="up")
    assert order(cluster) == ["d", "a", "c", "b"]
    move_job(job=get_job(runs[3]), to="down")
    assert order(cluster) == ["a", "d", "c", "b"]
    move_job(job=get_job(runs[0]), to="bottom")
    assert order(cluster) == ["d", "c", "b", "a"]
    move_job(job=get_job(runs[0]), priority=9)
    assert order(cluster) == ["a", "d", "c", "b"]
    move_job(job=get_job(runs[1]), to="top")
    assert order(cluster) == ["b", "a", "d", "c"]


def test_a_run_moves_right_before_another_as_often_as_one_likes(put, cluster):
    a, b, *others = [put(name) for name in "abcd"]
    for _ in range(15):
        for run in others:
            move_job(job=get_job(run), before=get_job(b))
        assert order(cluster) == ["a", "c", "d", "b"]
    move_job(job=get_job(a), priority=5)
    move_job(job=get_job(b), before=get_job(a))
    assert order(cluster) == ["b", "a", "c", "d"]
    move_job(job=get_job(b), to="last")
    assert order(cluster) == ["a", "c", "d", "b"]


def test_runs_move_to_another_cluster(put, cluster, workspace):
    run = put("a")
    other = create_cluster(workspace=workspace, name="cpu")
    move_job(job=get_job(run), cluster=other)
    run.refresh_from_db()
    assert (order(cluster), order(other), run.target) == ([], ["a"], "cpu")


def test_a_cluster_in_use_says_what_blocks_its_removal(put, cluster, workspace):
    put()
    with pytest.raises(ClusterInUse, match="1 queued or running"):
        delete_cluster(cluster=cluster)
    Job.objects.update(state="ended")
    delete_cluster(cluster=cluster)
    assert list_clusters(workspace) == []


def test_names_of_clusters_are_taken_once_and_checked(cluster, workspace):
    with pytest.raises(NameTaken):
        create_cluster(workspace=workspace, name="gpu")
    for name in ("", "a b", "-x", "ä", "x" * 65):
        with pytest.raises(InvalidValue):
            create_cluster(workspace=workspace, name=name)


def test_clusters_are_listed_with_what_goes_on(put, node, cluster, workspace):
    put(), put()
    from runs.compute.claiming import claim

    claim(node=node)
    (counts,) = list_clusters(workspace)
    assert (counts.running, counts.queued, counts.busy_nodes, counts.idle_nodes) == (1, 1, 1, 0)
    assert counts.slots == 4


def test_the_queue_says_why_a_run_waits(put, cluster):
    put()
    assert read_queue(cluster).waiting[0].reason == "no node is connected"
    update_cluster(cluster=cluster, state="paused")
    assert read_queue(cluster).waiting[0].reason == "the cluster is paused"


def test_a_run_that_is_submitted_again_has_all_its_retries(put, node):
    run = put(retries=2)
    for fence in (1, 2):
        Job.objects.update(not_before_ms=0)
        claim(node=node)
        finish(run=run, fence=fence, cause=Cause.EXIT, exit_code=1)
    assert (Job.objects.get().retries_left, retries_of(get_job(run))) == (0, 2)
    again = rerun(run=run)
    assert again.job.retries_left == 2
