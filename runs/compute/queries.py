"""Reads for pages and REST: clusters with their counts, queues with places, nodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from runs.compute.estimates import Going, Start, Waiting, estimate_starts
from runs.compute.models import (
    HELD_BACK_MS,
    OPEN_STATES,
    Attempt,
    Cluster,
    ClusterKind,
    ClusterState,
    Job,
    JobState,
    Node,
    Sweep,
)
from runs.compute.nodes import LEASE_MS, load_of
from runs.compute.reasons import Cause
from runs.tracking.clock import now_ms
from runs.tracking.models import Experiment, Run
from runs.workspaces.models import Workspace

MOST_JOBS = 1000
MOST_PAST = 200


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


@dataclass(frozen=True)
class Place:
    """A waiting job: its place from 1 on, why it waits, when it starts (None: not known)."""

    job: Job
    place: int
    reason: str
    start: Start | None


@dataclass(frozen=True)
class Queue:
    """The jobs of a cluster: those that run, the oldest first, and those that wait, in order."""

    active: list[Job]
    waiting: list[Place]


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


def read_queue(cluster: Cluster) -> Queue:
    """Return the jobs of a cluster that run or wait, at most 1000 of each. Five queries."""
    active, waiting = read_jobs(cluster)
    slots = slots_of(cluster)
    starts = estimate(cluster, slots, active, waiting) if waiting else []
    reason = waiting_reason(cluster, slots)
    nodes = count_live_nodes(cluster) if any(job.nodes > 1 for job in waiting) else MOST_JOBS
    return Queue(
        active,
        [
            _place(job, at + 1, _own_reason(job, nodes) or reason, start)
            for at, (job, start) in enumerate(zip(waiting, starts, strict=True))
        ],
    )


def read_jobs(cluster: Cluster) -> tuple[list[Job], list[Job]]:
    """Return the jobs of a cluster that run, the oldest first, and those that wait, in order; at
    most 1000 of each. Two queries."""
    jobs = Job.objects.filter(cluster=cluster).select_related(
        "run", "run__experiment", "run__parent", "node"
    )
    active = list(jobs.filter(state=JobState.HELD).order_by("queued_ms")[:MOST_JOBS])
    queued = jobs.filter(state=JobState.QUEUED).order_by("-priority", "rank", "pk")
    return active, list(queued[:MOST_JOBS])


def slots_of(cluster: Cluster) -> int:
    """Return how many slots the nodes of a cluster have that take runs. One query."""
    nodes = cluster.nodes.filter(seen_ms__gt=now_ms() - LEASE_MS, is_draining=False)
    return nodes.aggregate(all=Sum("slots"))["all"] or 0


def _place(job: Job, place: int, reason: str, start: Start | None) -> Place:
    """Return the place of a waiting job; what another scheduler says of it counts more."""
    told = job.placement or {}
    if not told.get("handle"):
        return Place(job, place, reason, start)
    why = f"Slurm job {told['handle']}"
    why += f", place {told['place']} there" if told["place"] else ""
    why += f": {told['reason']}" if told["reason"] not in ("", "None") else ""
    expected = told["expected_ms"]
    if expected is not None:
        seconds = max(0.0, (expected - now_ms()) / 1000)
        start = Start(seconds, seconds, seconds)
    return Place(job, place, why, start)


def count_live_nodes(cluster: Cluster) -> int:
    """Return how many nodes of a cluster take runs; Slurm looks after its own. One query."""
    if cluster.kind == ClusterKind.SLURM:
        return MOST_JOBS
    return cluster.nodes.filter(seen_ms__gt=now_ms() - LEASE_MS, is_draining=False).count()


def _own_reason(job: Job, nodes: int) -> str:
    """Say why a job waits for a reason of its own, such as its sweep; "" where only its cluster
    holds it."""
    if job.nodes > max(nodes, 1):
        return f"takes {job.nodes} nodes; connected: {nodes}"
    if job.not_before_ms == HELD_BACK_MS:
        return "waits for others of its sweep"
    return "waits to be tried again" if job.not_before_ms > now_ms() else ""


def waiting_reason(cluster: Cluster, slots: int) -> str:
    """Say why the runs of a cluster wait."""
    if cluster.state == ClusterState.PAUSED:
        return "the cluster is paused"
    if slots == 0:
        return "no node is connected"
    return "all slots are taken"


def estimate(
    cluster: Cluster, slots: int, active: Sequence[Job], waiting: Sequence[Job]
) -> list[Start | None]:
    """Return when each of the waiting jobs starts, None where that is not known. Two queries,
    three while a sweep holds runs back."""
    if cluster.state == ClusterState.PAUSED:
        return [None] * len(waiting)
    past = read_durations(cluster)
    begun = dict(
        Attempt.objects.filter(job__in=active, fence=F("job__fence")).values_list(
            "job", "claimed_ms"
        )
    )
    now = now_ms()
    going = [
        Going((now - begun.get(job.pk, now)) / 1000, past.like(job), job.nodes, sweep_of(job))
        for job in active
    ]
    queue = [Waiting(past.like(job), job.nodes, sweep_of(job)) for job in waiting]
    limits = read_limits(waiting)
    return estimate_starts(slots=slots, going=going, waiting=queue, limits=limits)


def sweep_of(job: Job) -> int:
    """Return the parent of a job's run, 0 where it has none."""
    return job.run.parent_id or 0


def read_limits(waiting: Sequence[Job]) -> dict[int, int]:
    """Return by sweep how many of its runs may run at a time. One query, none where no job is held
    back."""
    held_back = {sweep_of(job) for job in waiting if job.not_before_ms == HELD_BACK_MS}
    if not held_back:
        return {}
    sweeps = Sweep.objects.filter(run__in=held_back, parallel__isnull=False)
    return dict(sweeps.values_list("run", "parallel"))


class PastDurations:
    """How many seconds earlier attempts of a cluster took, by experiment and script."""

    def __init__(self, rows: Sequence[tuple[int, str, float]]) -> None:
        self.all = [seconds for *_, seconds in rows]
        self.by_script: dict[tuple[int, str], list[float]] = {}
        for experiment, script, seconds in rows:
            self.by_script.setdefault((experiment, script), []).append(seconds)

    def like(self, job: Job) -> list[float]:
        """Return the durations of runs of the same script in the same experiment, else of all."""
        return self.by_script.get((job.run.experiment_id, job.script)) or self.all


def attempts_of(cluster: Cluster) -> QuerySet[Attempt]:
    """The attempts of a cluster, for reading the newest of them. The sum keeps the database from
    the index of jobs by cluster: it reads attempts in the order asked for instead of all jobs."""
    return Attempt.objects.annotate(of=F("job__cluster") + 0).filter(of=cluster.pk)


def read_durations(cluster: Cluster) -> PastDurations:
    """Return the durations of the last 200 attempts that ended by themselves. One query."""
    rows = (
        attempts_of(cluster)
        .filter(ended_ms__isnull=False, cause__in=(Cause.COMPLETED, Cause.EXIT))
        .order_by("-ended_ms")
        .values_list("job__run__experiment", "job__script", "claimed_ms", "ended_ms")[:MOST_PAST]
    )
    return PastDurations(
        [
            (experiment, script, (ended - claimed) / 1000)
            for experiment, script, claimed, ended in rows
        ]
    )


def count_finished(cluster: Cluster, within_ms: int = 3_600_000) -> int:
    """Return how many attempts of a cluster ended within the last hour. One query."""
    return attempts_of(cluster).filter(ended_ms__gt=now_ms() - within_ms).count()


def count_targets(experiment: Experiment) -> int:
    """Return on how many clusters an experiment has runs that run or wait. One query."""
    jobs = Job.objects.filter(run__experiment=experiment, state__in=OPEN_STATES)
    return jobs.values("cluster").distinct().count()


@dataclass(frozen=True)
class JobFacts:
    """A job with its attempts, and while it waits its place, why it waits and when it starts."""

    job: Job
    attempts: list[Attempt]
    place: int | None = None
    waits_because: str = ""
    start: Start | None = None


def retries_of(job: Job) -> int:
    """Return how many retries a job was given, those included that are used up. One query."""
    counted = job.attempts.exclude(cause=Cause.NOT_GATHERED).count()
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


def describe_job(job: Job) -> JobFacts:
    """Return what is known of a job. Two queries, six while it waits."""
    attempts = list(job.attempts.order_by("fence"))
    if job.state != JobState.QUEUED:
        return JobFacts(job, attempts)
    for place in read_queue(job.cluster).waiting:
        if place.job.pk == job.pk:
            return JobFacts(job, attempts, place.place, place.reason, place.start)
    return JobFacts(job, attempts, waits_because=waiting_reason(job.cluster, 1))
