"""Locking a job, so that one change of its attempt comes after the other.

Whoever changes a job locks the job first and its run second, so no two wait for each other.
"""

from runs.compute.models import Job, JobState
from runs.compute.rows import lock_job_of
from runs.tracking.models import Run
from runs.tracking.write_limits import AttemptOver


def lock_attempt(run: Run, fence: int) -> Job:
    """Lock the job of a run for the attempt with this fence until the transaction ends.

    Raises AttemptOver where the job has ended or another attempt holds it.
    """
    job = lock_job(run)
    if job is None or job.state != JobState.HELD or job.fence != fence:
        raise AttemptOver(f"The attempt {fence} of the run {run.run_id} is over. Stop it.")
    return job


def lock_job(run: Run) -> Job | None:
    """Lock the job of a run until the transaction ends; None where it has none."""
    return lock_job_of(run.pk)
