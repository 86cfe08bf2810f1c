"""Reads of queues: what runs, what waits, why, and when it starts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, Sum

from runs.compute.estimates import Going, Start, Waiting, estimate_starts
from runs.compute.models import (
    HELD_BACK_MS,
    Attempt,
    Cluster,
    ClusterKind,
    ClusterState,
    Job,
    JobState,
    Sweep,
)
from runs.compute.nodes import LEASE_MS
from runs.compute.past_durations import read_durations
from runs.tracking.clock import now_ms

MOST_JOBS = 1000


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


@dataclass(frozen=True)
class JobFacts:
    """A job with its attempts, and while it waits its place, why it waits and when it starts."""

    job: Job
    attempts: list[Attempt]
    place: int | None = None
    waits_because: str = ""
    start: Start | None = None


def describe_job(job: Job) -> JobFacts:
    """Return what is known of a job. Two queries, six while it waits."""
    attempts = list(job.attempts.order_by("fence"))
    if job.state != JobState.QUEUED:
        return JobFacts(job, attempts)
    for place in read_queue(job.cluster).waiting:
        if place.job.pk == job.pk:
            return JobFacts(job, attempts, place.place, place.reason, place.start)
    return JobFacts(job, attempts, waits_because=waiting_reason(job.cluster, 1))
