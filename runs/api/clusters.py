"""Clusters: make, change, list, remove; their queues."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.compute_shapes import (
    CLUSTER,
    ClusterChange,
    ClusterOut,
    NewCluster,
    QueuedOut,
)
from runs.api.endpoint import Endpoint, answer, nothing
from runs.api.schema import describe
from runs.compute.clusters import create_cluster, delete_cluster, get_cluster, update_cluster
from runs.compute.queries import list_clusters
from runs.compute.queues import read_queue
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

QUEUED = {
    "run_id": "5f1c7d2e8a9b4c3d8e7f6a5b4c3d2e1f",
    "name": "baseline",
    "experiment": "digits",
    "status": "Queued",
    "priority": 0,
    "queued_ms": 1_780_000_000_000,
    "node": "",
    "place": 1,
    "start": {"expected_s": 41.0, "low_s": 12.5, "high_s": 80.2},
}


class ClustersOut(serializers.Serializer):
    """All clusters of the workspace, by name."""

    items = ClusterOut(many=True)


class QueueOut(serializers.Serializer):
    """The runs of a cluster that run, and those that wait, in order; at most 1000 of each."""

    active = QueuedOut(many=True)
    waiting = QueuedOut(many=True)


class Clusters(Endpoint):
    """All clusters of the workspace."""

    @describe("List clusters", gives=ClustersOut, shows={"items": [CLUSTER]})
    @Access(Action.CLUSTER_READ, ("GET",))
    def get(self, request: Request) -> Response:
        found = list_clusters(self.workspace)
        return Response({"items": ClusterOut(found, many=True).data})

    @describe(
        "Make a cluster", body=NewCluster, sends={"name": "gpu"}, gives=ClusterOut,
        shows=CLUSTER, status=201,
    )  # fmt: skip
    @Access(Action.CLUSTER_MANAGE, ("POST",))
    def post(self, request: Request) -> Response:
        made = create_cluster(workspace=self.workspace, **self.read_body(NewCluster))
        return cluster_answer(self, made.name, 201)


class OneCluster(Endpoint):
    """One cluster, by its name."""

    @describe("Get a cluster with what goes on in it", gives=ClusterOut, shows=CLUSTER)
    @Access(Action.CLUSTER_READ, ("GET",))
    def get(self, request: Request, name: str) -> Response:
        return cluster_answer(self, get_cluster(self.workspace, name).name)

    @describe(
        "Rename, pause, drain or activate a cluster, or change its settings",
        body=ClusterChange, sends={"state": "paused"}, gives=ClusterOut,
        shows=CLUSTER | {"state": "paused"},
    )  # fmt: skip
    @Access(Action.CLUSTER_MANAGE, ("PATCH",))
    def patch(self, request: Request, name: str) -> Response:
        cluster = get_cluster(self.workspace, name)
        update_cluster(cluster=cluster, **self.read_body(ClusterChange))
        return cluster_answer(self, cluster.name)

    @describe("Remove a cluster without nodes and waiting or running runs", status=204)
    @Access(Action.CLUSTER_MANAGE, ("DELETE",))
    def delete(self, request: Request, name: str) -> Response:
        delete_cluster(cluster=get_cluster(self.workspace, name))
        return nothing()


class ClusterQueue(Endpoint):
    """The runs of a cluster that run or wait."""

    @describe(
        "Read the queue: what runs, and what waits with places and expected starts",
        gives=QueueOut, shows={"active": [], "waiting": [QUEUED]},
    )  # fmt: skip
    @Access(Action.CLUSTER_READ, ("GET",))
    def get(self, request: Request, name: str) -> Response:
        queue = read_queue(get_cluster(self.workspace, name))
        active = [{"job": job, "place": 0, "start": None} for job in queue.active]
        return answer(QueueOut, {"active": active, "waiting": queue.waiting})


def cluster_answer(view: Endpoint, name: str, status: int = 200) -> Response:
    """Return a cluster with what goes on in it."""
    found = next(one for one in list_clusters(view.workspace) if one.cluster.name == name)
    return answer(ClusterOut, found, status)
