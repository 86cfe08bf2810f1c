"""What the metrics room does by the clock."""

from celery import shared_task

from runs.metrics.services import forget_batches


@shared_task
def forget_old_batches() -> None:
    """Forget the ids of batches that nobody will send again."""
    forget_batches()
