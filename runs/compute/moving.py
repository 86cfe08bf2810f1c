"""Moving waiting jobs: to another place of the queue, priority or cluster."""

from typing import Any

from django.db import transaction
from django.db.models import F, Max, Min, Q

from runs.compute.bell import ring
from runs.compute.models import Cluster, Job, JobState
from runs.compute.slurm_options import check_options
from runs.compute.submitting import check_priority
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue, StatusRefused
from runs.tracking.models import Run


def move_job(
    *,
    job: Job,
    cluster: Cluster | None = None,
    priority: int | None = None,
    to: str = "",
    before: Job | None = None,
) -> Job:
    """Move a waiting job to another cluster, priority, or place: `top`, `up`, `down`, `bottom` (of
    its priority), `last` (of all), or right `before` another one, whose priority it takes over.

    Raises StatusRefused when it no longer waits, InvalidValue.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
        if job.state != JobState.QUEUED:
            raise StatusRefused("The run no longer waits in the queue.")
        if priority is not None:
            job.priority = check_priority(priority)
        if cluster is not None and cluster.pk != job.cluster_id:
            check_options(cluster.kind, job.options)
            job.cluster, job.placement = cluster, None
            Run.objects.filter(pk=job.run_id).update(target=cluster.name, updated_ms=now_ms())
        if to:
            _place(job, to)
        if before is not None:
            _place_before(job, before)
        job.save(update_fields=["cluster", "placement", "priority", "rank"])
    transaction.on_commit(lambda: ring(job.cluster))
    return job


def _place(job: Job, to: str) -> None:
    others = Job.objects.filter(cluster=job.cluster_id, state=JobState.QUEUED).exclude(pk=job.pk)
    if to == "top":
        job.priority = max(job.priority, others.aggregate(most=Max("priority"))["most"] or 0)
        first = others.filter(priority=job.priority).aggregate(least=Min("rank"))["least"]
        job.rank = job.rank if first is None else min(job.rank, first - 1000)
    elif to == "bottom":
        last = others.filter(priority=job.priority).aggregate(most=Max("rank"))["most"]
        job.rank = job.rank if last is None else max(job.rank, last + 1000)
    elif to == "last":
        last = others.order_by("priority", "-rank", "-pk").first()
        if last is not None:
            job.priority, job.rank = last.priority, last.rank + 1000
    elif to in ("up", "down"):
        _swap(job, others, up=to == "up")
    else:
        raise InvalidValue("A run moves to `top`, `up`, `down`, `bottom` or `last`.")


def _place_before(job: Job, other: Job) -> None:
    """Take a rank between another job and the one before it; make room where there is none."""
    if other.cluster_id != job.cluster_id or other.state != JobState.QUEUED:
        raise StatusRefused("The run it was to come before no longer waits there.")
    alike = Job.objects.filter(
        cluster=job.cluster_id, state=JobState.QUEUED, priority=other.priority
    ).exclude(pk=job.pk)
    behind = Q(rank__gt=other.rank) | Q(rank=other.rank, pk__gte=other.pk)
    last = alike.exclude(behind).aggregate(most=Max("rank"))["most"]
    rank = other.rank
    if last is not None and rank - last < 2:
        alike.filter(behind).update(rank=F("rank") + 1000)
        rank += 1000
    job.priority = other.priority
    job.rank = rank - 1000 if last is None else (last + rank) // 2


def _swap(job: Job, others: Any, *, up: bool) -> None:
    """Change places with the neighbour in the queue, taking over its priority."""
    order = sorted(
        [*others.values_list("priority", "rank", "pk"), (job.priority, job.rank, job.pk)],
        key=lambda one: (-one[0], one[1], one[2]),
    )
    at = next(index for index, one in enumerate(order) if one[2] == job.pk)
    beside = at - 1 if up else at + 1
    if not 0 <= beside < len(order):
        return
    priority, rank, _ = order[beside]
    job.priority, job.rank = priority, rank - 1 if up else rank + 1
