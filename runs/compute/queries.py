"""Reads for pages and REST: clusters with their counts, nodes, jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q

from runs.compute.models import (
    OPEN_STATES,
    Attempt,
    Cluster,
    Job,
    JobState,
    Node,
)
from runs.compute.nodes import LEASE_MS, load_of
from runs.compute.past_durations import attempts_of
from runs.compute.reasons import GIVEN_BACK
from runs.tracking.clock import now_ms
from runs.tracking.models import Experiment, Run
from runs.workspaces.models import Workspace


@dataclass(frozen=True)
class ClusterCounts:
    """A cluster with what goes on in it. `oldest_ms` is since when its oldest run waits, `seen_ms`
    when a node of it was last seen; an offline node left within the last day. `load` is how busy
    the cores of its nodes are, from 0 to 1."""

    cluster: Cluster
    running: int
    queued: int
    oldest_ms: int | None
    busy_nodes: int
    idle_nodes: int
    slots: int
    offline_nodes: int = 0
    seen_ms: int | None = None
    load: float | None = None


def list_clusters(workspace: Workspace) -> list[ClusterCounts]:
    """Return the clusters of a workspace by name, with counts. Three queries."""
    clusters = list(Cluster.objects.filter(workspace=workspace).order_by("name"))
    jobs = _count_jobs(clusters)
    nodes = _count_nodes(clusters)
    return [
        ClusterCounts(cluster, **jobs.get(cluster.pk, NO_JOBS), **nodes.get(cluster.pk, NO_NODES))
        for cluster in clusters
    ]


# The slots of a node that are taken: by jobs for one node, and by parts of jobs for several.
TAKEN_SLOTS = Count(
    "jobs", filter=Q(jobs__state=JobState.HELD, jobs__nodes=1), distinct=True
) + Count("parts", filter=Q(parts__isnull=False, parts__ended_ms=None), distinct=True)
NO_JOBS = {"running": 0, "queued": 0, "oldest_ms": None}
NO_NODES = {"busy_nodes": 0, "idle_nodes": 0, "slots": 0}


def _count_jobs(clusters: Sequence[Cluster]) -> dict[int, dict]:
    queued = Q(state=JobState.QUEUED)
    rows = (
        Job.objects.filter(cluster__in=clusters, state__in=OPEN_STATES)
        .values("cluster")
        .annotate(
            running=Count("pk", filter=Q(state=JobState.HELD)),
            queued=Count("pk", filter=queued),
            oldest_ms=Min("queued_ms", filter=queued),
        )
    )
    return {row.pop("cluster"): row for row in rows}


def _count_nodes(clusters: Sequence[Cluster]) -> dict[int, dict]:
    found: dict[int, list[Node]] = {}
    for node in Node.objects.filter(cluster__in=clusters).annotate(held=TAKEN_SLOTS):
        found.setdefault(node.cluster_id, []).append(node)
    return {cluster: _sum_up(nodes) for cluster, nodes in found.items()}


def _sum_up(nodes: Sequence[Node]) -> dict[str, Any]:
    here = [node for node in nodes if node.seen_ms > now_ms() - LEASE_MS]
    busy = sum(1 for node in here if node.held)
    loads = [load for node in here if (load := load_of(node)) is not None]
    return {
        "busy_nodes": busy,
        "idle_nodes": len(here) - busy,
        "slots": sum(node.slots for node in here),
        "offline_nodes": len({node.name for node in nodes} - {node.name for node in here}),
        "seen_ms": max(node.seen_ms for node in nodes),
        "load": sum(loads) / len(loads) if loads else None,
    }


def list_nodes(cluster: Cluster) -> list[Node]:
    """Return the nodes seen within the last day, those seen last first, each with the number of
    its jobs as `held`. One query."""
    return list(cluster.nodes.annotate(held=TAKEN_SLOTS).order_by("-seen_ms", "name"))


def count_finished(cluster: Cluster, within_ms: int = 3_600_000) -> int:
    """Return how many attempts of a cluster ended within the last hour. One query."""
    return attempts_of(cluster).filter(ended_ms__gt=now_ms() - within_ms).count()


def count_targets(experiment: Experiment) -> int:
    """Return on how many clusters an experiment has runs that run or wait. One query."""
    jobs = Job.objects.filter(run__experiment=experiment, state__in=OPEN_STATES)
    return jobs.values("cluster").distinct().count()


def retries_of(job: Job) -> int:
    """Return how many retries a job was given, those included that are used up. One query."""
    counted = job.attempts.exclude(cause__in=GIVEN_BACK).count()
    # While it waits, the last attempt has used up one too.
    used = counted if job.state == JobState.QUEUED else max(0, counted - 1)
    return job.retries_left + used


def find_job(run: Run) -> Job | None:
    """Return the job of a run, None where it was not submitted to a cluster. One query."""
    return Job.objects.select_related("cluster", "node").filter(run=run).first()


def list_attempts(run: Run) -> list[Attempt]:
    """Return the attempts to run a submitted run, the first one first. One query, none for a run
    without a target."""
    return list(Attempt.objects.filter(job=run.pk).order_by("fence")) if run.target else []
