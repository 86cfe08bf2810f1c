"""The statuses of a run and the one table of changes between them."""

from django.db import models


class Status(models.TextChoices):
    """Azure ML's words, kept because its users know them."""

    NOT_STARTED = "NotStarted"
    STARTING = "Starting"
    PROVISIONING = "Provisioning"
    PREPARING = "Preparing"
    QUEUED = "Queued"
    RUNNING = "Running"
    FINALIZING = "Finalizing"
    CANCEL_REQUESTED = "CancelRequested"
    COMPLETED = "Completed"
    FAILED = "Failed"
    CANCELED = "Canceled"
    NOT_RESPONDING = "NotResponding"

    @property
    def is_final(self) -> bool:
        return self in FINAL_STATUSES


FINAL_STATUSES = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELED})
WAITING_STATUSES = frozenset(
    {
        Status.NOT_STARTED,
        Status.STARTING,
        Status.PROVISIONING,
        Status.PREPARING,
        Status.QUEUED,
    }
)
ACTIVE_STATUSES = frozenset(Status) - FINAL_STATUSES

# A run that has started goes back to waiting only where its job is tried again (Queued). A final
# one goes only back to Running (an MLflow client resumes a run so), or to Failed (`run.fail()` on a
# finished run).
_STARTED = frozenset(
    {
        Status.RUNNING,
        Status.FINALIZING,
        Status.CANCEL_REQUESTED,
        Status.NOT_RESPONDING,
    }
)
ALLOWED_CHANGES: dict[Status, frozenset[Status]] = {
    **{status: frozenset(Status) for status in WAITING_STATUSES},
    **dict.fromkeys(_STARTED, _STARTED | FINAL_STATUSES | {Status.QUEUED}),
    Status.CANCEL_REQUESTED: _STARTED | FINAL_STATUSES,
    Status.COMPLETED: frozenset({Status.RUNNING, Status.FAILED}),
    Status.FAILED: frozenset({Status.RUNNING}),
    Status.CANCELED: frozenset({Status.RUNNING, Status.FAILED}),
}


def may_change(current: Status, new: Status) -> bool:
    """Tell whether a run may go from `current` to `new`. Staying is always allowed."""
    return current == new or new in ALLOWED_CHANGES[current]
