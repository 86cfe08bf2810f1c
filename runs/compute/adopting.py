"""Attempts that outlive a restart of their node: its next start looks after them."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction

from runs.compute.models import Attempt, Job, JobState, Node, Part


class Left(NamedTuple):
    """An attempt, or its part, whose supervisor still runs on the machine of a node."""

    run_id: str
    fence: int
    rank: int = 0


def adopt(*, node: Node, left: Iterable[Left]) -> int:
    """Let the slots of a node that has started again count what an earlier start of it has left.

    What has ended meanwhile, or went on elsewhere, is left alone. Returns how many there were.
    """
    with transaction.atomic():
        return sum(_adopt_one(node, one) for one in left)


def _adopt_one(node: Node, left: Left) -> bool:
    job = Job.objects.filter(
        run__run_id=left.run_id, cluster=node.cluster_id, fence=left.fence, state=JobState.HELD
    ).first()
    if job is None:
        return False
    attempts = Attempt.objects.filter(job=job, fence=left.fence)
    if job.nodes > 1:
        parts = Part.objects.filter(attempt__in=attempts, rank=left.rank, ended_ms=None)
        if not parts.update(node=node):
            return False
    if left.rank == 0:
        Job.objects.filter(pk=job.pk, fence=left.fence, state=JobState.HELD).update(node=node)
        attempts.update(node=node)
    return True
