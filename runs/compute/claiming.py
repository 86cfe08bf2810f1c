"""Giving jobs to nodes: one job to one node, or a job for several nodes to all of them at once.

Jobs start strictly in order. A job for several nodes keeps those behind it waiting until enough
nodes have a free slot: smaller jobs cannot overtake it for ever. Where the cluster has too few
nodes for it, it is passed over.

Who locks nodes and jobs locks the nodes first, by rising key.
"""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet

from runs.compute.bell import ring
from runs.compute.looking import look
from runs.compute.models import Attempt, ClusterKind, ClusterState, Job, JobState, Node, Part
from runs.compute.nodes import GATHER_MS, LEASE_MS, TROUBLE, see_node, trouble_of
from runs.compute.rows import ATTEMPTS, lock_node, take_first_job, update_job
from runs.compute.sweeps import follow_child
from runs.tracking.clock import now_ms
from runs.tracking.models import Lifecycle, Run
from runs.tracking.runs import update_run
from runs.tracking.statuses import Status


def claim(*, node: Node, load: dict[str, Any] | None = None, claim_id: str = "") -> Attempt | None:
    """Give the next job of the cluster to a node, or its part of a job for several nodes.

    None where nothing waits that may start, and where the node has no free slot or is in trouble.
    `load` is how busy the node says it is, and its trouble. Two nodes never get one job or one
    part. Whoever asks again with the same `claim_id` gets what it got before: its answer was lost.
    """
    see_node(node=node, load=load)
    if node.cluster.kind != ClusterKind.NODES:
        return None
    sight = look(node, claim_id)
    if sight.is_given and (given := _find_given(node, claim_id)) is not None:
        return given
    if sight.is_kept and (part := _take_part(node, claim_id)) is not None:
        return part
    if node.is_draining or trouble_of(load or {}) or sight.nodes is None:
        return None
    if sight.nodes == 1:
        return _hold_once(node, claim_id)
    job = _head(node)
    if job is None:
        return None
    if job.nodes == 1:
        return _hold_once(node, claim_id)
    return _take_part(node, claim_id) if _reserve(job) else None


def open_attempt(
    job: Job, *, node: Node | None, name: str, lease_ms: int, claim_id: str = ""
) -> Attempt:
    """Begin an attempt of a job that the caller has locked. Raises IntegrityError where one has
    begun with the same `claim_id`."""
    now = now_ms()
    job.state, job.fence, job.node, job.lease_ms = JobState.HELD, job.fence + 1, node, lease_ms
    update_job(job, "state", "fence", "node_id", "lease_ms")
    Run.objects.filter(pk=job.pk).update(fence=job.fence)
    attempt = Attempt(
        job=job, fence=job.fence, node=node, node_name=name, claimed_ms=now, claim_id=claim_id
    )
    ATTEMPTS.insert(attempt)
    update_run(run=job.run, status=Status.PREPARING, by=name)
    follow_child(job.run)
    return attempt


def rank_of(attempt: Attempt, node: Node) -> int:
    """Return which of the nodes of its attempt a node is; no query where it is the only one."""
    if attempt.job.nodes == 1:
        return 0
    return attempt.parts.get(node=node).rank


def waiting_jobs(cluster: int) -> QuerySet[Job]:
    """Return the jobs of a cluster that may start, in their order."""
    return (
        Job.objects.filter(
            cluster=cluster,
            cluster__state__in=(ClusterState.ACTIVE, ClusterState.DRAINING),
            state=JobState.QUEUED,
            not_before_ms__lte=now_ms(),
            run__status=Status.QUEUED,
            run__lifecycle__in=(Lifecycle.ACTIVE, Lifecycle.ARCHIVED),
        )
        .select_related("run", "cluster")
        .order_by("-priority", "rank", "pk")
    )


def live_nodes(cluster: int) -> QuerySet[Node]:
    """Return the nodes of a cluster that take new jobs, by key."""
    seen_since = now_ms() - LEASE_MS
    seen = Node.objects.filter(cluster=cluster, seen_ms__gt=seen_since, is_draining=False)
    return seen.exclude(load__has_key=TROUBLE).order_by("pk")


def _head(node: Node) -> Job | None:
    """Return the first job that the nodes of the cluster can run."""
    waiting = waiting_jobs(node.cluster_id)
    job = waiting.first()
    if job is None or job.nodes == 1:
        return job
    return waiting.filter(nodes__lte=live_nodes(node.cluster_id).count()).first()


def _find_given(node: Node, claim_id: str) -> Attempt | None:
    """Return the attempt that a node got by this claim and that goes on; prolong its lease."""
    attempts = Attempt.objects.select_related("job__run", "job__cluster")
    held = attempts.filter(job__state=JobState.HELD, job__fence=F("fence"), job__node=node)
    given = held.filter(claim_id=claim_id).first()
    if given is not None:
        jobs = Job.objects.filter(pk=given.job_id, fence=given.fence, state=JobState.HELD)
        jobs.update(lease_ms=now_ms() + LEASE_MS)
    return given


def _hold_once(node: Node, claim_id: str) -> Attempt | None:
    try:
        return _hold(node, claim_id)
    except IntegrityError:
        # The node asks twice at the same time.
        return _find_given(node, claim_id)


def _hold(node: Node, claim_id: str) -> Attempt | None:
    """Give the first job for one node to this one."""
    with transaction.atomic():
        if lock_node(node.pk) >= node.slots:
            return None
        job = take_first_job(node.cluster_id)
        if job is None:
            return None
        until = now_ms() + LEASE_MS
        return open_attempt(job, node=node, name=node.name, lease_ms=until, claim_id=claim_id)


def _reserve(job: Job) -> bool:
    """Take a slot of as many nodes as the job needs, in the order of their keys, or of none."""
    with transaction.atomic():
        nodes = list(live_nodes(job.cluster_id).select_for_update())
        busy = _count_busy(nodes)
        free = [node for node in nodes if busy.get(node.pk, 0) < node.slots]
        if len(free) < job.nodes:
            return False
        emptiest = sorted(free, key=lambda node: busy.get(node.pk, 0) - node.slots)
        chosen = sorted(emptiest[: job.nodes], key=lambda node: node.pk)
        waiting = waiting_jobs(job.cluster_id).filter(pk=job.pk)
        locked = waiting.select_for_update(skip_locked=True, of=("self",)).first()
        if locked is None:
            return False
        until = now_ms() + GATHER_MS
        attempt = open_attempt(locked, node=chosen[0], name=chosen[0].name, lease_ms=until)
        Part.objects.bulk_create(
            Part(attempt=attempt, rank=rank, node=node, node_name=node.name, lease_ms=until)
            for rank, node in enumerate(chosen)
        )
        transaction.on_commit(lambda: ring(locked.cluster, times=locked.nodes - 1))
    return True


def _take_part(node: Node, claim_id: str) -> Attempt | None:
    """Return the attempt in which a part is kept for this node, from now on in its hands; the same
    one where it asks again."""
    now = now_ms()
    is_due = Q(placed_ms=None)
    if claim_id:
        is_due |= Q(claim_id=claim_id)
    parts = Part.objects.filter(is_due, node=node, ended_ms=None, lease_ms__gt=now)
    part = parts.select_related("attempt__job__run", "attempt__job__cluster").first()
    if part is None:
        return None
    parts.filter(pk=part.pk).update(placed_ms=now, lease_ms=now + LEASE_MS, claim_id=claim_id)
    return part.attempt


def _count_busy(nodes: Sequence[Node]) -> dict[int, int]:
    """Return how many slots of each node are taken. Two queries."""
    alone = Job.objects.filter(node__in=nodes, state=JobState.HELD, nodes=1)
    parts = Part.objects.filter(node__in=nodes, ended_ms=None)
    busy: dict[int, int] = {}
    for taken in (alone, parts):
        for node, count in taken.order_by().values_list("node").annotate(Count("pk")):
            busy[node] = busy.get(node, 0) + count
    return busy
