"""The parts of an attempt on several nodes: they gather, start together, and end together.

The run ends with the last of them. When one fails, the others hear with their next beat that they
have to end. The callers hold the lock of the job.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Min, QuerySet

from runs.compute.locking import lock_attempt
from runs.compute.models import Job, Node, Part
from runs.compute.nodes import LEASE_MS
from runs.compute.reasons import Cause
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.texts import check_text
from runs.tracking.write_limits import AttemptOver

MOST_ADDRESS_CHARS = 255


@dataclass(frozen=True)
class Gathered:
    """The parts of an attempt by rank, and whether all are prepared: then they start."""

    parts: list[Part]

    @property
    def is_complete(self) -> bool:
        return all(part.address for part in self.parts)

    @property
    def master_address(self) -> str:
        return self.parts[0].address

    @property
    def master_port(self) -> int | None:
        return self.parts[0].port


@dataclass(frozen=True)
class PartEnd:
    """How an attempt on several nodes ended, and on which of them it was decided."""

    cause: Cause
    exit_code: int | None = None
    detail: str = ""
    where: str = ""


def gather(*, run: Run, fence: int, rank: int, address: str, port: int) -> Gathered:
    """Note that a part is prepared and where the others reach it; return who is there.

    Rank 0 waits for the others on `port`. Raises AttemptOver, InvalidValue.
    """
    if not 1 <= port <= 65535:
        raise InvalidValue("A port is between 1 and 65535.")
    check_text(address, "address", MOST_ADDRESS_CHARS)
    with transaction.atomic():
        job = lock_attempt(run, fence)
        if job.nodes == 1:
            raise InvalidValue("The run takes one node: there is nobody to gather with.")
        part = get_part(job, rank)
        part.address, part.port = address, port
        part.save(update_fields=["address", "port"])
    return Gathered(list(parts_of(job).order_by("rank")))


def parts_of(job: Job) -> QuerySet[Part]:
    """Return the parts of the attempt that holds a job."""
    return Part.objects.filter(attempt__job=job, attempt__fence=job.fence)


def get_part(job: Job, rank: int) -> Part:
    """Return a part that has not ended. Raises AttemptOver."""
    found = parts_of(job).filter(rank=rank, ended_ms=None).first()
    if found is None:
        raise AttemptOver(f"The run {job.run.run_id} has no rank {rank} that goes on. Stop it.")
    return found


def prolong_part(job: Job, rank: int, now: int) -> bool:
    """Prolong the lease of a part, and of the job; tell whether another part has failed."""
    part = get_part(job, rank)
    parts = parts_of(job)
    parts.filter(pk=part.pk).update(lease_ms=now + LEASE_MS)
    Node.objects.filter(pk=part.node_id).update(seen_ms=now)
    _prolong_job(job)
    ended = parts.filter(ended_ms__isnull=False)
    return ended.exclude(cause=Cause.COMPLETED).exists()


def _prolong_job(job: Job) -> None:
    going = parts_of(job).filter(ended_ms=None)
    job.lease_ms = going.aggregate(first=Min("lease_ms"))["first"]
    job.save(update_fields=["lease_ms"])


def end_part(
    job: Job, rank: int, cause: Cause, *, exit_code: int | None, detail: str
) -> PartEnd | None:
    """End a part; return how the whole attempt ended where it was the last, else None."""
    part = get_part(job, rank)
    part.ended_ms, part.cause = now_ms(), cause
    part.exit_code, part.detail = exit_code, detail
    part.save(update_fields=["ended_ms", "cause", "exit_code", "detail"])
    if parts_of(job).filter(ended_ms=None).exists():
        _prolong_job(job)
        return None
    ended = parts_of(job).exclude(cause=Cause.COMPLETED).order_by("ended_ms", "rank")
    failed = ended.exclude(cause=Cause.CANCELED).first()
    if failed is None:
        return PartEnd(Cause.CANCELED if ended.exists() else Cause.COMPLETED, 0)
    where = f"{failed.node_name} (node {failed.rank})"
    return PartEnd(Cause(failed.cause), failed.exit_code, failed.detail, where)


def count_going(job: Job) -> int:
    """Return how many parts of the attempt that holds a job have not ended."""
    return parts_of(job).filter(ended_ms=None).count()


def close_parts(job: Job, now: int) -> None:
    """End what goes on of an attempt that ends as a whole."""
    parts_of(job).filter(ended_ms=None).update(ended_ms=now)


def find_lost(job: Job, now: int) -> tuple[Cause, str] | None:
    """Return why the lease of a job is over, and the names of the nodes to blame.

    None where no part is late: a node took its part after the last beat. The job's lease follows.
    """
    late = list(parts_of(job).filter(ended_ms=None, lease_ms__lt=now).order_by("rank"))
    if not late:
        _prolong_job(job)
        return None
    names = ", ".join(part.node_name for part in late)
    if any(part.placed_ms is None for part in late):
        return Cause.NOT_GATHERED, names
    return Cause.NODE_LOST, names
