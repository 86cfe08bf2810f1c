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

# An active run may go anywhere but back to waiting once it runs; a final one only back to Running
# (an MLflow client resumes a run so), or to Failed (`run.fail()` on a finished run).
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
    **dict.fromkeys(_STARTED, _STARTED | FINAL_STATUSES),
    Status.COMPLETED: frozenset({Status.RUNNING, Status.FAILED}),
    Status.FAILED: frozenset({Status.RUNNING}),
    Status.CANCELED: frozenset({Status.RUNNING, Status.FAILED}),
}


# What a cluster tries again waits once more, from any of these.
TRIED_AGAIN = frozenset(
    {Status.PREPARING, Status.RUNNING, Status.FINALIZING, Status.NOT_RESPONDING}
)


def may_change(current: Status, new: Status, *, by_cluster: bool = False) -> bool:
    """Tell whether a run may go from `current` to `new`. Staying is always allowed.

    `by_cluster`: the cluster asks that runs it, which may put it back into the queue.
    """
    if by_cluster and new == Status.QUEUED and current in TRIED_AGAIN:
        return True
    return current == new or new in ALLOWED_CHANGES[current]
