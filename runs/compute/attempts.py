"""The life of an attempt: kept by beats, finished once.

Each write of an attempt carries its fence and is refused when the job has gone on without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import transaction

from runs.artifacts.texts import new_texts
from runs.compute.bell import ring
from runs.compute.gangs import close_parts, count_going, end_part, prolong_part
from runs.compute.locking import lock_attempt, lock_job
from runs.compute.models import OPEN_STATES, Attempt, Cluster, Job, JobState, Node, Sweep
from runs.compute.nodes import LEASE_MS
from runs.compute.reasons import GIVEN_BACK, Cause, describe
from runs.compute.rows import update_attempt, update_job
from runs.compute.sweeps import find_sweep, follow_child, open_children, settle
from runs.tracking.clock import now_ms
from runs.tracking.models import Run
from runs.tracking.runs import update_run
from runs.tracking.statuses import FINAL_STATUSES, WAITING_STATUSES, Status
from runs.workspaces.models import Workspace

# What the end of an attempt changes in its job.
ENDED_FIELDS = ("state", "node_id", "lease_ms", "fence")
FIRST_PAUSE_MS, LONGEST_PAUSE_MS = 5_000, 600_000
STUDIO = "studio"
NO_FILES: Mapping[str, bytes] = MappingProxyType({})
# After these ends a job with retries left is tried again: another attempt may succeed.
RETRIED = (Cause.NODE_LOST, Cause.NODE_STOPPED, Cause.EXIT, Cause.SIGNAL)


@dataclass(frozen=True)
class Beat:
    """The answer to a beat: whether to cancel, by whom, and how many ms the lease lasts now."""

    cancel: bool
    by: str
    lease_ms: int


def beat(*, run: Run, fence: int, rank: int = 0, status: str | None = None) -> Beat:
    """Prolong the lease of an attempt, and hear whether to cancel. Raises AttemptOver.

    `rank` says which of several nodes beats, `status` how far it is: Preparing, Running or
    Finalizing. The run is as far as the first node that prepares and the last that finalizes. One
    that somebody cancels stays CancelRequested, and one that has ended stays as it is.
    """
    now, part_failed = now_ms(), False
    with transaction.atomic():
        job = lock_attempt(run, fence)
        if job.nodes > 1:
            part_failed = prolong_part(job, rank, now)
        else:
            job.lease_ms = now + LEASE_MS
            update_job(job, "lease_ms")
            Node.objects.filter(pk=job.node_id).update(seen_ms=now)
        if status is None and job.run.status == Status.NOT_RESPONDING:
            status = Status.RUNNING
        if status is not None:
            _advance(job, fence, status, now)
    cancel = job.run.status in (Status.CANCEL_REQUESTED, *FINAL_STATUSES)
    by = canceled_by(job.run) if cancel else "another node" if part_failed else ""
    return Beat(cancel or part_failed, by, LEASE_MS)


def _advance(job: Job, fence: int, status: str, now: int) -> None:
    run = job.run
    if status == Status.RUNNING:
        Attempt.objects.filter(job=job, fence=fence, started_ms=None).update(started_ms=now)
    if run.status == status or run.status in (Status.CANCEL_REQUESTED, *FINAL_STATUSES):
        return
    if status == Status.PREPARING and run.status not in WAITING_STATUSES:
        # Another node, or the script itself, has told before that the run is further.
        return
    if status == Status.FINALIZING and job.nodes > 1 and count_going(job) > 1:
        return
    answers_again = run.status == Status.NOT_RESPONDING
    update_run(
        run=run, status=status, by=_node_name(job),
        reason="it answers again" if answers_again else "",
    )  # fmt: skip


def finish(
    *,
    run: Run,
    fence: int,
    cause: Cause,
    rank: int = 0,
    exit_code: int | None = None,
    detail: str = "",
    since_start_ms: int | None = None,
    logs: Mapping[str, bytes] = NO_FILES,
    files: Mapping[str, bytes] = NO_FILES,
) -> None:
    """End an attempt, and its run unless it is tried again; store what is left of its logs and
    files before. Raises AttemptOver, and what `new_texts` and `Texts.write` raise.

    One on several nodes ends with the last of them. An attempt that ends while its run is being
    canceled ends Canceled, never Completed.
    """
    where = ""
    with new_texts(run, files, logs) as texts, transaction.atomic():
        job = lock_attempt(run, fence)
        texts.write()
        if since_start_ms is not None:
            _note_start(job, max(now_ms() - since_start_ms, job.queued_ms))
        if job.nodes > 1:
            end = end_part(job, rank, cause, exit_code=exit_code, detail=detail)
            if end is None:
                return
            cause, exit_code, detail, where = end.cause, end.exit_code, end.detail, end.where
        if job.run.status == Status.CANCEL_REQUESTED:
            cause, detail, where = Cause.CANCELED, canceled_by(job.run), ""
        end_attempt(job, cause, exit_code=exit_code, detail=detail, where=where, by=_node_name(job))


def _note_start(job: Job, at_ms: int) -> None:
    """Note when the processes of an attempt started, where no beat has told it."""
    Attempt.objects.filter(job=job, fence=job.fence, started_ms=None).update(started_ms=at_ms)
    if job.run.status in WAITING_STATUSES:
        update_run(run=job.run, status=Status.RUNNING, by=_node_name(job), at_ms=at_ms)


def end_attempt(
    job: Job,
    cause: Cause,
    *,
    exit_code: int | None = None,
    detail: str = "",
    where: str = "",
    by: str = STUDIO,
) -> None:
    """End the attempt that holds a locked job: put the job back into the queue or end its run.

    A run that somebody has ended meanwhile stays as it is. `where` is the one of several nodes on
    which it was decided.
    """
    now, reason = now_ms(), describe(cause, exit_code=exit_code, detail=detail)
    reason = f"{reason} on {where}"[:500] if where else reason[:500]
    update_attempt(job, ended_ms=now, exit_code=exit_code, cause=cause.value, reason=reason)
    if job.nodes > 1:
        close_parts(job, now)
    job.node, job.lease_ms = None, 0
    if cause in (Cause.NODE_LOST, Cause.NOT_GATHERED):
        # What still runs there may write nothing more.
        job.fence += 1
        Run.objects.filter(pk=job.pk).update(fence=job.fence)
    is_over = job.run.status in FINAL_STATUSES
    again = cause in GIVEN_BACK or (job.retries_left > 0 and cause in RETRIED)
    if again and not is_over:
        pause_ms = min(FIRST_PAUSE_MS * 2 ** min(job.fence - 1, 10), LONGEST_PAUSE_MS)
        job.retries_left -= cause not in GIVEN_BACK
        job.state, job.not_before_ms = JobState.QUEUED, now + pause_ms
        update_job(job, *ENDED_FIELDS, "retries_left", "not_before_ms")
        update_run(
            run=job.run, status=Status.QUEUED, by=by, by_cluster=True,
            reason=f"tried again after: {reason}",
        )  # fmt: skip
        transaction.on_commit(lambda: ring(job.cluster))
        return
    job.state = JobState.ENDED
    update_job(job, *ENDED_FIELDS)
    if not is_over:
        update_run(run=job.run, status=cause.status, by=by, reason=reason, by_cluster=True)
    follow_child(job.run)


def cancel(*, run: Run, by: str) -> Status:
    """Ask a run to end. Return its status now: Canceled where it has not begun.

    Canceling a run that has ended changes nothing. The parent of a sweep takes its children along.
    Any other run without a job is only marked.
    """
    if (sweep := find_sweep(run)) is not None:
        return cancel_sweep(sweep, by)
    with transaction.atomic():
        job = lock_job(run)
        if job is None:
            return _mark_canceled(run, by)
        if job.run.status in FINAL_STATUSES:
            return Status(job.run.status)
        reason = describe(Cause.CANCELED, detail=by)
        if job.state == JobState.HELD:
            update_run(run=job.run, status=Status.CANCEL_REQUESTED, by=by, reason=reason)
            return Status.CANCEL_REQUESTED
        job.state = JobState.ENDED
        job.save(update_fields=["state"])
        if job.placement is not None:
            transaction.on_commit(lambda: ring(job.cluster))
        update_run(run=job.run, status=Status.CANCELED, by=by, reason=reason)
        follow_child(job.run)
        return Status.CANCELED


def cancel_sweep(sweep: Sweep, by: str) -> Status:
    """Cancel the children of a sweep one by one; the last one that ends ends the parent.

    No transaction holds them all: each child locks its job before the sweep.
    """
    run = sweep.run
    if run.status in FINAL_STATUSES:
        return Status(run.status)
    reason = describe(Cause.CANCELED, detail=by)
    update_run(run=run, status=Status.CANCEL_REQUESTED, by=by, reason=reason)
    for job in list(open_children(sweep).order_by("-not_before_ms").select_related("run")):
        cancel(run=job.run, by=by)
    settle(run.pk)
    run.refresh_from_db()
    return Status(run.status)


def _mark_canceled(run: Run, by: str) -> Status:
    if run.status not in FINAL_STATUSES:
        reason = describe(Cause.CANCELED, detail=by)
        update_run(run=run, status=Status.CANCELED, by=by, reason=reason)
    return Status(run.status)


def _node_name(job: Job) -> str:
    return job.node.name if job.node else STUDIO


def canceled_by(run: Run) -> str:
    """Return who asked to cancel a run, by its history."""
    asked = run.status_changes.filter(status=Status.CANCEL_REQUESTED).last()
    return asked.by if asked else ""


def active_jobs(workspace: Workspace | Cluster) -> int:
    """Return how many jobs wait or run in a workspace or a cluster. One query."""
    jobs = Job.objects.filter(state__in=OPEN_STATES)
    if isinstance(workspace, Cluster):
        return jobs.filter(cluster=workspace).count()
    return jobs.filter(cluster__workspace=workspace).count()
