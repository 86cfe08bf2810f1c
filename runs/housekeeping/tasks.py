"""What touches every room and is done by the clock or by a worker."""

from celery import shared_task

from runs.housekeeping.heartbeats import give_sign
from runs.housekeeping.purging.working import resume_purges


@shared_task
def erase_deleted() -> None:
    """Go on with what is to be erased for good."""
    resume_purges()


@shared_task
def beat() -> None:
    """Give a sign of life: the clock has sent this, and a worker has run it."""
    give_sign()
