"""What the clock has done to files."""

from celery import shared_task

from runs.artifacts import sweeping
from runs.artifacts.logs.text_index import index_waiting
from runs.artifacts.snapshots.sweeping import sweep_snapshots


@shared_task
def sweep_orphans() -> None:
    """Remove snapshots that no run holds, and bytes that no row names."""
    sweep_snapshots()
    sweeping.sweep_orphans()


@shared_task
def finish_left_logs() -> None:
    """Finish the logs that clients of ended runs have left open."""
    sweeping.finish_left_logs()


@shared_task
def index_logs() -> None:
    """Make the indexes of the logs that are waiting for one."""
    index_waiting()


@shared_task
def move_finished_files() -> None:
    """Move finished files to the bucket, where one is configured."""
    sweeping.move_finished_files()


SCHEDULE = {
    "sweep orphans": {"task": sweep_orphans.name, "schedule": 3600.0},
    "finish left logs": {"task": finish_left_logs.name, "schedule": 60.0},
    "index logs": {"task": index_logs.name, "schedule": 60.0},
    "move finished files": {"task": move_finished_files.name, "schedule": 60.0},
}
