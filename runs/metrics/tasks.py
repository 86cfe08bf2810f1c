"""What the clock has done to metrics."""

from celery import shared_task

from runs.metrics.services import forget_batches


@shared_task
def forget_old_batches() -> None:
    """Forget the ids of batches that nobody will send again."""
    forget_batches()


SCHEDULE = {"forget batches": {"task": forget_old_batches.name, "schedule": 3600.0}}
