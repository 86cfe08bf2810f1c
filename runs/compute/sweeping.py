"""Finding attempts whose node no longer answers.

Each server process sweeps by itself, and so does the clock: nothing waits for one process. Only a
server that has answered for a while takes a lease for lost: while the studio was away, nobody could
beat.
"""

import logging
import threading
import time

from django.db import close_old_connections, transaction

from runs.compute.attempts import cancel_sweep, canceled_by, end_attempt
from runs.compute.gangs import find_lost
from runs.compute.models import Job, JobState, Node, Sweep
from runs.compute.nodes import LEASE_MS, SILENT_MS
from runs.compute.reasons import Cause
from runs.compute.sweeps import settle
from runs.tracking.clock import now_ms
from runs.tracking.errors import TrackingError
from runs.tracking.models import GONE
from runs.tracking.runs import update_run
from runs.tracking.silence import mark_silent_runs
from runs.tracking.statuses import FINAL_STATUSES, Status

EVERY_S = 5.0
# A supervisor that could not reach the studio beats again within this time.
SETTLED_S = 30.0
FORGET_NODES_MS = 86_400_000
STUDIO = "studio"

log = logging.getLogger(__name__)
_lock = threading.Lock()
_next_at = 0.0
_answers_since = _looked_at = time.monotonic()


def start_sweeping() -> None:
    """Sweep every five seconds from now on, in a thread of this server."""
    threading.Thread(target=_keep_sweeping, name="sweeps", daemon=True).start()


def _keep_sweeping() -> None:
    while True:
        time.sleep(EVERY_S)
        try:
            sweep_if_due()
        except Exception:
            log.exception("a sweep failed; the next one comes in %g s", EVERY_S)
        finally:
            close_old_connections()


def sweep_if_due() -> None:
    """Sweep unless this process did so within the last five seconds."""
    global _next_at, _answers_since, _looked_at
    with _lock:
        now = time.monotonic()
        if now < _next_at:
            return
        if now - _looked_at > SETTLED_S:
            # This process was stopped meanwhile, or nobody has asked it for anything.
            _answers_since = now
        _next_at, _looked_at = now + EVERY_S, now
        is_settled = now - _answers_since > SETTLED_S
    sweep(ends_lost=is_settled)


def sweep(*, ends_lost: bool = True) -> int:
    """Mark runs of which nothing is heard; end attempts whose lease is over where `ends_lost`, and
    return how many.

    A beat that comes first wins: each job is looked at again once it is locked.
    """
    mark_silent_runs()
    now = now_ms()
    held = Job.objects.filter(state=JobState.HELD)
    silent = held.filter(lease_ms__lt=now + LEASE_MS - SILENT_MS, run__status=Status.RUNNING)
    for pk in list(silent.values_list("pk", flat=True)):
        _mark_silent(pk)
    _end_jobs_of_ended_runs()
    if not ends_lost:
        return 0
    lost = held.filter(lease_ms__lt=now)
    return sum(_end_lost(pk) for pk in list(lost.values_list("pk", flat=True)))


def _end_jobs_of_ended_runs() -> None:
    """Take what somebody has ended by hand out of the queue."""
    waiting = Job.objects.filter(state=JobState.QUEUED, run__status__in=FINAL_STATUSES)
    pks = list(waiting.values_list("pk", flat=True))
    Job.objects.filter(pk__in=pks, state=JobState.QUEUED).update(state=JobState.ENDED)


def _mark_silent(pk: int) -> None:
    with transaction.atomic():
        job = _lock_held(pk)
        if job is None or job.run.status != Status.RUNNING:
            return
        silent_ms = now_ms() + LEASE_MS - job.lease_ms
        if silent_ms >= SILENT_MS:
            reason = f"no sign of life for {silent_ms // 1000} s"
            update_run(run=job.run, status=Status.NOT_RESPONDING, by=STUDIO, reason=reason)


def _end_lost(pk: int) -> int:
    try:
        with transaction.atomic():
            job = _lock_held(pk)
            if job is None or job.lease_ms >= now_ms():
                return 0
            cause, detail = Cause.NODE_LOST, _node_name(job)
            if job.nodes > 1:
                found = find_lost(job, now_ms())
                if found is None:
                    return 0
                cause, detail = found
            if job.run.status == Status.CANCEL_REQUESTED:
                cause, detail = Cause.CANCELED, canceled_by(job.run)
            end_attempt(job, cause, detail=detail)
            return 1
    except TrackingError:
        # The run was deleted meanwhile: its job ends with it.
        Job.objects.filter(pk=pk).update(state=JobState.ENDED, node=None)
        return 1


def _node_name(job: Job) -> str:
    """Return the name of the node of a job's attempt, which may have left since."""
    names = job.attempts.filter(fence=job.fence).values_list("node_name", flat=True)
    return names.first() or ""


def _lock_held(pk: int) -> Job | None:
    jobs = Job.objects.select_for_update(of=("self",)).select_related("run", "cluster", "node")
    return jobs.filter(pk=pk, state=JobState.HELD).first()


def settle_sweeps() -> None:
    """Bring the open sweeps up to date, and go on with canceling where that was cut off."""
    sweeps = Sweep.objects.exclude(run__status__in=FINAL_STATUSES).select_related("run")
    for one in list(sweeps.exclude(run__lifecycle__in=GONE)):
        if one.run.status == Status.CANCEL_REQUESTED:
            cancel_sweep(one, canceled_by(one.run))
        else:
            settle(one.run_id)


def forget_nodes() -> int:
    """Remove nodes that have been away for a day. Return how many."""
    return Node.objects.filter(seen_ms__lt=now_ms() - FORGET_NODES_MS).delete()[0]
