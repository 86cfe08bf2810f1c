"""Nodes: joining a cluster, being seen, draining, leaving."""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from runs.compute.errors import UnknownNode
from runs.compute.models import Cluster, Job, JobState, Node, Part
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.texts import check_json, check_text
from runs.workspaces.errors import NotAllowed
from runs.workspaces.scopes import NodeScope, Scope, make_token

# An attempt holds its job for the lease from its last beat on. A node beats every BEAT_S and ends
# its own processes at SELF_KILL_S without an answer: before anybody else may start the job again.
BEAT_S = 5
SELF_KILL_S = 30
LEASE_MS = 45_000
SILENT_MS = 25_000
# A node that looks more often is written down this often.
SEEN_EVERY_MS = 8_000
# How long a job for several nodes waits until each has taken its part.
GATHER_MS = 30_000
MOST_SLOTS = 512
TROUBLE, MOST_TROUBLE_CHARS = "trouble", 500
INCARNATION = re.compile("[0-9a-f]{32}")


def register_node(
    *,
    cluster: Cluster,
    name: str,
    slots: int = 1,
    version: str = "",
    hardware: dict[str, Any] | None = None,
    incarnation: str = "",
) -> Node:
    """Enter a node that has just started, with an incarnation of its own. Raises InvalidValue.

    A node that chooses its `incarnation` may ask twice: it is entered once.
    """
    if incarnation and not INCARNATION.fullmatch(incarnation):
        raise InvalidValue("An incarnation has 32 hexadecimal digits.")
    if not 1 <= slots <= MOST_SLOTS:
        raise InvalidValue(f"A node has 1 to {MOST_SLOTS} slots.")
    now = now_ms()
    facts = {
        "name": check_text(name, "name of the node", 128) or "node",
        "slots": slots,
        "version": check_text(version, "version", 32),
        "hardware": check_json(hardware or {}, "hardware"),
        "joined_ms": now,
        "seen_ms": now,
    }
    own = incarnation or uuid.uuid4().hex
    node, _ = Node.objects.get_or_create(incarnation=own, defaults={"cluster": cluster, **facts})
    if node.cluster_id != cluster.pk:
        raise InvalidValue("A node of another cluster has this incarnation.")
    return node


def get_node(cluster: Cluster, incarnation: str) -> Node:
    """Return a node by its incarnation. Raises UnknownNode: it has to register again. One query."""
    found = Node.objects.filter(cluster=cluster, incarnation=incarnation).first()
    if found is None:
        raise UnknownNode("This node is not known (any more). Register it again.")
    found.cluster = cluster
    return found


def see_node(*, node: Node, load: dict[str, Any] | None = None) -> None:
    """Note that a node is there, and its load where it tells it. Nothing is written for one that
    was seen just now."""
    now = now_ms()
    is_news = load is not None and trouble_of(load) != trouble_of(node.load)
    if now - node.seen_ms < SEEN_EVERY_MS and (node.load or not load) and not is_news:
        return
    changes: dict[str, Any] = {"seen_ms": now}
    if load is not None:
        changes["load"] = check_json(load, "load")
    Node.objects.filter(pk=node.pk).update(**changes)


def set_draining(*, node: Node, is_draining: bool) -> None:
    """A draining node finishes what it runs and takes nothing new."""
    Node.objects.filter(pk=node.pk).update(is_draining=is_draining)


def remove_node(*, node: Node) -> None:
    """Take a node off its cluster: it ends, or has started anew. Its attempts keep its name, and
    what it still holds is lost when the lease ends."""
    Node.objects.filter(pk=node.pk).delete()


def is_gone(node: Node, now: int) -> bool:
    """Tell whether a node has been silent for longer than a lease."""
    return node.seen_ms < now - LEASE_MS


def trouble_of(load: dict[str, Any]) -> str:
    """Return why a node takes no runs, as it has said with its load; "" where it takes some."""
    return str(load.get(TROUBLE) or "")[:MOST_TROUBLE_CHARS]


def load_of(node: Node) -> float | None:
    """Return how busy the cores of a node are, from 0 to 1; None where it does not say."""
    load, cores = node.load.get("load"), node.hardware.get("cores")
    if not isinstance(load, int | float) or not isinstance(cores, int) or cores < 1:
        return None
    return min(max(load / cores, 0.0), 1.0)


def runs_on_nodes(nodes: Sequence[Node]) -> dict[int, list[Run]]:
    """Return by node the runs it works on, alone or as one of several nodes. Two queries."""
    found: dict[int, list[Run]] = {}
    alone = Job.objects.filter(node__in=nodes, state=JobState.HELD, nodes=1)
    for job in alone.select_related("run"):
        found.setdefault(job.node_id, []).append(job.run)
    parts = Part.objects.filter(node__in=nodes, ended_ms=None)
    for part in parts.select_related("attempt__job__run"):
        found.setdefault(part.node_id, []).append(part.attempt.job.run)
    return found


def make_node_token(cluster: Cluster) -> str:
    """Return a token with which nodes join a cluster."""
    return make_token(NodeScope(cluster.workspace_id, cluster.pk, cluster.token_key))


def check_node_scope(cluster: Cluster, scope: Scope | None) -> None:
    """Raise NotAllowed where a node token is for another cluster, or void."""
    if isinstance(scope, NodeScope) and (scope.cluster, scope.key) != (
        cluster.pk,
        cluster.token_key,
    ):
        raise NotAllowed("This node token is not for this cluster, or it is no longer valid.")
