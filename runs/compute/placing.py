"""Clusters with a scheduler of their own, such as Slurm: its queue is kept like ours.

A node on a machine with `sbatch` tells what the scheduler knows and hears what to place. What is
placed claims its attempt itself when the scheduler starts it (`begin`): until then the run stays
Queued, and can be canceled or moved like any other.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from runs.compute.attempts import end_attempt
from runs.compute.claiming import open_attempt, waiting_jobs
from runs.compute.gangs import get_part
from runs.compute.locking import lock_job
from runs.compute.models import Attempt, ClusterKind, Job, JobState, Node, Part
from runs.compute.nodes import GATHER_MS, LEASE_MS, see_node
from runs.compute.reasons import Cause
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.texts import check_text
from runs.tracking.write_limits import AttemptOver
from runs.workspaces.errors import NotAllowed
from runs.workspaces.scopes import RunScope, Scope, make_token

ENDED = "ended"
# What was ordered and is not in the scheduler's queue by then is ordered again.
ORDER_AGAIN_MS = 30_000
MOST_ORDERS = 50


@dataclass(frozen=True)
class Told:
    """What the scheduler says of an attempt: see `studio.sdk.executors.base.Told`."""

    run_id: str
    fence: int
    handle: str
    state: str
    reason: str = ""
    place: int = 0
    expected_ms: int | None = None


@dataclass(frozen=True)
class Placement:
    """Where an attempt is placed: for which fence, by which node, what is told of it."""

    fence: int
    node: int
    ordered_ms: int
    handle: str = ""
    state: str = ""
    reason: str = ""
    place: int = 0
    expected_ms: int | None = None


@dataclass
class Orders:
    """What the node is to place, as (job, fence), and the handles it is to take away."""

    wanted: list[tuple[Job, int]] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)


def exchange(*, node: Node, told: Sequence[Told], room: int) -> Orders:
    """Take in what the scheduler knows; return what to do. Raises InvalidValue."""
    if node.cluster.kind != ClusterKind.SLURM:
        raise InvalidValue("The cluster is of kind `nodes`: its nodes claim.")
    see_node(node=node)
    orders = Orders()
    waiting = {job.pk: job for job in waiting_jobs(node.cluster_id)}
    jobs = {job.run.run_id: job for job in _open_jobs(node)}
    for one in told:
        job = jobs.get(one.run_id)
        if job is None or not _take_in(job, one, node, job.pk in waiting):
            orders.unwanted += [one.handle] if one.state != ENDED else []
    known = {one.handle for one in told}
    for job in jobs.values():
        _end_vanished(job, known, node)
    if not node.is_draining:
        orders.wanted = _order(node, list(waiting.values()), min(room, MOST_ORDERS))
    return orders


def check_attempt_scope(run: Run, fence: int, scope: Scope | None) -> None:
    """Raise NotAllowed where a run token is for another run, or another attempt of it."""
    if isinstance(scope, RunScope) and (scope.run, scope.fence) != (run.pk, fence):
        raise NotAllowed("This run token is for another attempt.")


def begin(*, run: Run, fence: int, rank: int, host: str, claim_id: str = "") -> Attempt:
    """Begin a placed attempt, or the part of it on one of several nodes. Raises AttemptOver.

    What has begun with the same `claim_id` is returned again: its answer was lost.
    """
    host, now = check_text(host, "host", 128), now_ms()
    with transaction.atomic():
        job = lock_job(run)
        if job is None or job.cluster.kind != ClusterKind.SLURM:
            raise AttemptOver("The run does not wait for this.")
        if job.state == JobState.QUEUED and job.fence + 1 == fence:
            attempt = _open(job, host, claim_id)
        elif (found := _find_begun(job, fence, claim_id)) is not None:
            attempt = found
        else:
            raise AttemptOver(f"The attempt {fence} of the run {run.run_id} is over or not due.")
        if job.nodes > 1:
            part = get_part(attempt.job, rank)
            if part.placed_ms is not None and not (claim_id and part.claim_id == claim_id):
                raise AttemptOver(f"Rank {rank} of the run {run.run_id} has begun already.")
            part.node_name, part.placed_ms, part.lease_ms = host, now, now + LEASE_MS
            part.claim_id = claim_id
            part.save(update_fields=["node_name", "placed_ms", "lease_ms", "claim_id"])
    return attempt


def _find_begun(job: Job, fence: int, claim_id: str) -> Attempt | None:
    """Return the attempt of a locked job where this machine has a part in it."""
    if job.state != JobState.HELD or job.fence != fence:
        return None
    attempts = Attempt.objects.select_related("job__run", "job__cluster")
    attempt = attempts.get(job=job, fence=fence)
    if job.nodes == 1 and not (claim_id and attempt.claim_id == claim_id):
        return None
    return attempt


def _open(job: Job, host: str, claim_id: str) -> Attempt:
    if not waiting_jobs(job.cluster_id).filter(pk=job.pk).exists():
        raise AttemptOver("The run may not start now.")
    node = Node.objects.filter(pk=(job.placement or {}).get("node")).first()
    several = job.nodes > 1
    until = now_ms() + (GATHER_MS if several else LEASE_MS)
    own_id = "" if several else claim_id
    attempt = open_attempt(job, node=node, name=host, lease_ms=until, claim_id=own_id)
    if several:
        Part.objects.bulk_create(
            Part(attempt=attempt, rank=rank, node=node, node_name=host, lease_ms=until)
            for rank in range(job.nodes)
        )
    return attempt


def _open_jobs(node: Node) -> list[Job]:
    """Return the jobs that wait or run and have been placed."""
    jobs = Job.objects.filter(cluster=node.cluster_id, placement__isnull=False)
    return list(jobs.exclude(state=JobState.ENDED).select_related("run"))


def _take_in(job: Job, told: Told, node: Node, may_start: bool) -> bool:
    """Note what is told of a job; tell whether the scheduler is to keep it."""
    placement = job.placement
    if placement["fence"] != told.fence or placement["handle"] not in ("", told.handle):
        return False
    if job.state == JobState.HELD:
        if told.state == ENDED and job.fence == told.fence:
            _end_lost(job, told, "ended")
        return job.fence == told.fence
    if not may_start:
        Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(placement=None)
        job.placement = None
        return False
    if told.state == ENDED:
        _end_lost(job, told, "ended before it began")
        return False
    facts = {name: getattr(told, name) for name in ("handle", "state", "reason", "place")}
    changed = placement | facts | {"expected_ms": told.expected_ms}
    if changed != placement:
        Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(placement=changed)
    job.placement = changed
    return True


def _end_vanished(job: Job, known: set[str], node: Node) -> None:
    """End a job that the scheduler has forgotten before it began."""
    handle = (job.placement or {}).get("handle", "")
    if job.state == JobState.QUEUED and handle and handle not in known:
        gone = Told(job.run.run_id, job.placement["fence"], handle, ENDED)
        _end_lost(job, gone, "is not known to Slurm any more")


def _end_lost(job: Job, told: Told, how: str) -> None:
    """End the attempt that the scheduler will not begin, or has ended by itself."""
    with transaction.atomic():
        job = lock_job(job.run)
        if job is None or job.placement is None or job.placement["fence"] != told.fence:
            return
        if job.state == JobState.QUEUED:
            node = Node.objects.filter(pk=job.placement["node"]).first()
            open_attempt(job, node=node, name=f"slurm {told.handle}".strip(), lease_ms=now_ms())
        elif job.state != JobState.HELD:
            return
        cause = Cause.NODE_LOST if told.handle else Cause.COULD_NOT_START
        said = f"Slurm job {told.handle} {how}" if told.handle else ""
        if job.run.status == "CancelRequested":
            cause = Cause.CANCELED
        detail = ": ".join(part for part in (said, told.reason) if part)
        end_attempt(job, cause, detail=detail)


def _order(node: Node, waiting: list[Job], room: int) -> list[tuple[Job, int]]:
    """Return the first jobs that are not placed, marked as ordered from this node."""
    now, orders = now_ms(), []
    for job in waiting:
        if len(orders) >= room:
            break
        fence = job.fence + 1
        if _is_placed(job, fence, now):
            continue
        ordered = asdict(Placement(fence, node.pk, now))
        if Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(placement=ordered):
            orders.append((job, fence))
    return orders


def _is_placed(job: Job, fence: int, now: int) -> bool:
    placement = job.placement
    if placement is None or placement["fence"] != fence:
        return False
    return bool(placement["handle"]) or now - placement["ordered_ms"] < ORDER_AGAIN_MS


def facts_of_order(job: Job, fence: int) -> dict[str, Any]:
    """Return what the node needs to place a job."""
    return {
        "run_id": job.run.run_id,
        "fence": fence,
        "token": make_token(RunScope(job.run.workspace_id, job.run.pk, fence)),
        "nodes": job.nodes,
        "options": {**job.cluster.settings, **job.options},
    }
