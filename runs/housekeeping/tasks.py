"""What the clock has done to whole runs, and the heartbeat of the worker."""

from celery import shared_task

from runs.housekeeping.heartbeats import EVERY_S, record_heartbeat
from runs.housekeeping.purging.working import resume_purges


@shared_task
def erase_deleted() -> None:
    """Go on with the purges that no worker is erasing."""
    resume_purges()


@shared_task
def beat() -> None:
    """Record a heartbeat: the clock has sent this task, and a worker has run it."""
    record_heartbeat()


# A message that has waited for a minute is dropped: the next one does the same.
SCHEDULE = {
    "erase deleted": {
        "task": erase_deleted.name,
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "beat": {"task": beat.name, "schedule": EVERY_S, "options": {"expires": 60}},
}
