"""A cluster with a node, and jobs to run on it."""

from collections.abc import Callable

import pytest

from runs.compute.clusters import create_cluster
from runs.compute.models import Attempt, Cluster, Job, Node
from runs.compute.nodes import register_node
from runs.compute.submitting import Work, submit
from runs.tracking.models import Run
from tests.factories import make_experiment


@pytest.fixture
def cluster(workspace) -> Cluster:
    return create_cluster(workspace=workspace, name="gpu")


@pytest.fixture
def node(cluster) -> Node:
    return register_node(cluster=cluster, name="n1", slots=4)


@pytest.fixture
def put(cluster) -> Callable[..., Run]:
    """Submit a run; facts of the work may be given."""
    experiment = make_experiment("digits")

    def put_one(name: str = "", **work) -> Run:
        command = work.pop("command", ["python", "train.py"])
        return submit(experiment=experiment, cluster=cluster, work=Work(command, **work), name=name)

    return put_one


@pytest.fixture
def let_lease_end() -> Callable[[Attempt], None]:
    """Make an attempt silent for longer than its lease."""

    def end(attempt: Attempt) -> None:
        Job.objects.filter(pk=attempt.job_id).update(lease_ms=1)

    return end
