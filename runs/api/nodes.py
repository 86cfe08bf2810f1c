"""The nodes of a cluster: how they join, get work, and leave."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.clusters import QUEUED
from runs.api.endpoint import Endpoint, answer, nothing
from runs.api.node_shapes import (
    NODE,
    ClaimedOut,
    LeftAttempts,
    NewClaim,
    NewNode,
    NodeChange,
    NodeOut,
    OrdersOut,
    PlacementsIn,
    RegisteredOut,
)
from runs.api.schema import describe
from runs.artifacts.snapshots.queries import has_snapshot
from runs.compute.adopting import Left, adopt
from runs.compute.bell import queue_of
from runs.compute.claiming import claim, rank_of
from runs.compute.clusters import get_cluster, get_cluster_of_node
from runs.compute.models import Attempt
from runs.compute.nodes import (
    check_node_scope,
    get_node,
    make_node_token,
    register_node,
    remove_node,
    set_draining,
)
from runs.compute.placing import Told, exchange, facts_of_order
from runs.compute.queries import list_nodes
from runs.compute.rows import find_node
from runs.compute.sweeping import sweep_if_due
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action
from runs.workspaces.scopes import RunScope, make_token

TOLD = {
    "run_id": QUEUED["run_id"],
    "fence": 1,
    "handle": "42",
    "state": "waiting",
    "reason": "Resources",
    "place": 3,
    "expected_ms": 1_780_000_600_000,
}
ORDER = {
    "run_id": QUEUED["run_id"],
    "fence": 1,
    "token": "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmVk",
    "nodes": 1,
    "options": {"partition": "gpu"},
}


class NodesOut(serializers.Serializer):
    """The nodes of a cluster that were seen within the last day."""

    items = NodeOut(many=True)


class TokenOut(serializers.Serializer):
    """A token; it cannot be shown again."""

    token = serializers.CharField()


class NodeTokens(Endpoint):
    """Tokens for nodes of a cluster."""

    @describe(
        "Make a token with which nodes join this cluster",
        gives=TokenOut, shows={"token": "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmVk"}, status=201,
    )  # fmt: skip
    @Access(Action.CLUSTER_MANAGE, ("POST",))
    def post(self, request: Request, name: str) -> Response:
        token = make_node_token(get_cluster(self.workspace, name))
        return Response({"token": token}, status=201)


class Nodes(Endpoint):
    """The nodes of a cluster."""

    @describe("List the nodes of a cluster", gives=NodesOut, shows={"items": [NODE]})
    @Access(Action.CLUSTER_READ, ("GET",))
    def get(self, request: Request, name: str) -> Response:
        found = list_nodes(get_cluster(self.workspace, name))
        return Response({"items": NodeOut(found, many=True).data})

    @describe(
        "Enter a node that has just started", body=NewNode, sends={"name": "worker-7", "slots": 2},
        gives=RegisteredOut, status=201,
        shows={"incarnation": NODE["incarnation"], "queue": "cluster.1", "kind": "nodes"},
    )  # fmt: skip
    @Access(Action.NODE_WORK, ("POST",))
    def post(self, request: Request, name: str) -> Response:
        cluster = get_cluster_of_node(self.workspace, name, self.principal.scope)
        node = register_node(cluster=cluster, **self.read_body(NewNode))
        facts = {"incarnation": node.incarnation, "queue": queue_of(cluster), "kind": cluster.kind}
        return Response(facts, status=201)


class OneNode(Endpoint):
    """One node, by its incarnation."""

    @describe(
        "Let a node finish what it runs and take nothing new, or go on", body=NodeChange,
        sends={"is_draining": True}, status=204,
    )  # fmt: skip
    @Access(Action.CLUSTER_MANAGE, ("PATCH",))
    def patch(self, request: Request, name: str, incarnation: str) -> Response:
        node = get_node(get_cluster(self.workspace, name), incarnation)
        set_draining(node=node, **self.read_body(NodeChange))
        return nothing()

    @describe("Take a node off its cluster: it ends, or has started anew", status=204)
    @Access(Action.NODE_WORK, ("DELETE",))
    def delete(self, request: Request, name: str, incarnation: str) -> Response:
        cluster = get_cluster_of_node(self.workspace, name, self.principal.scope)
        remove_node(node=get_node(cluster, incarnation))
        return nothing()


class AdoptedAttempts(Endpoint):
    """What a node goes on to look after when it has started again."""

    @describe(
        "Let the slots of a node that has started again count what still runs on it",
        body=LeftAttempts, sends={"attempts": [{"run_id": QUEUED["run_id"], "fence": 1}]},
        status=204,
    )  # fmt: skip
    @Access(Action.NODE_WORK, ("PUT",))
    def put(self, request: Request, name: str, incarnation: str) -> Response:
        told = self.read_body(LeftAttempts)["attempts"]
        cluster = get_cluster_of_node(self.workspace, name, self.principal.scope)
        adopt(node=get_node(cluster, incarnation), left=[Left(**one) for one in told])
        return nothing()


class Claim(Endpoint):
    """How a node gets work."""

    @describe(
        "Take the next waiting run of the cluster; 204 where nothing waits", body=NewClaim,
        sends={"claim_id": "5d0c0a6f7f9e4f0f9f4e0c1b2a3d4e5f", "load": {"load": 0.5}},
        more={200: ClaimedOut, 204: None},
    )  # fmt: skip
    @Access(Action.NODE_WORK, ("POST",))
    def post(self, request: Request, name: str, incarnation: str) -> Response:
        told = self.read_body(NewClaim)
        node = find_node(self.workspace.pk, name, incarnation)
        if node is None:
            cluster = get_cluster_of_node(self.workspace, name, self.principal.scope)
            node = get_node(cluster, incarnation)
        check_node_scope(node.cluster, self.principal.scope)
        sweep_if_due()
        attempt = claim(node=node, **told)
        if attempt is None:
            return nothing()
        return answer(ClaimedOut, facts_of_claim(attempt, rank_of(attempt, node)))


class Placements(Endpoint):
    """How the node of another scheduler gets work."""

    @describe(
        "Tell what another scheduler knows of the runs of this cluster; hear what to place and "
        "what to take away", body=PlacementsIn, sends={"told": [TOLD], "room": 3},
        gives=OrdersOut, shows={"wanted": [ORDER], "unwanted": ["41"]},
    )  # fmt: skip
    @Access(Action.NODE_WORK, ("POST",))
    def post(self, request: Request, name: str, incarnation: str) -> Response:
        body = self.read_body(PlacementsIn)
        cluster = get_cluster_of_node(self.workspace, name, self.principal.scope)
        sweep_if_due()
        told = [Told(**one) for one in body["told"]]
        orders = exchange(node=get_node(cluster, incarnation), told=told, room=body["room"])
        wanted = [facts_of_order(job, fence) for job, fence in orders.wanted]
        return answer(OrdersOut, {"wanted": wanted, "unwanted": orders.unwanted})


def facts_of_claim(attempt: Attempt, rank: int) -> dict:
    """Return what a node needs to know of a job that it has just got."""
    job, run = attempt.job, attempt.job.run
    return {
        "run_id": run.run_id,
        "fence": attempt.fence,
        "experiment": run.experiment.name,
        "command": job.command,
        "environment": job.environment,
        "variables": job.variables,
        "has_snapshot": has_snapshot(run),
        "max_seconds": job.time_limit_s,
        "kills_itself": job.retries_left > 0,
        "nodes": job.nodes,
        "node_rank": rank,
        "processes_per_node": job.processes_per_node,
        "communicator": job.communicator,
        "token": make_token(RunScope(run.workspace_id, run.pk, attempt.fence)),
    }
