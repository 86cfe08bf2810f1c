"""Why an attempt ended, in words that tell the user's fault from the machine's."""

import signal

from django.db import models

from runs.tracking.statuses import Status

# What a shell answers for a command it cannot start (POSIX, 2.8.2).
NOT_EXECUTABLE, NOT_FOUND = 126, 127


class Cause(models.TextChoices):
    """Why an attempt ended."""

    COMPLETED = "completed"
    EXIT = "exit"
    SIGNAL = "signal"
    OUT_OF_MEMORY = "out_of_memory"
    TIME_LIMIT = "time_limit"
    COULD_NOT_START = "could_not_start"
    SNAPSHOT_MISSING = "snapshot_missing"
    ENVIRONMENT_FAILED = "environment_failed"
    NODE_LOST = "node_lost"
    NODE_STOPPED = "node_stopped"
    NOT_GATHERED = "not_gathered"
    NOT_PLACED = "not_placed"
    CANCELED = "canceled"

    @property
    def is_machine(self) -> bool:
        """Whether the machine is to blame: then, and only then, may a retry help by itself."""
        return self in MACHINE_CAUSES

    @property
    def status(self) -> Status:
        """The status in which such an end leaves the run."""
        return ENDS.get(self, Status.FAILED)


# After these a job waits again as if it had not been tried: nothing of the user's has run.
GIVEN_BACK = frozenset({Cause.NOT_GATHERED, Cause.NOT_PLACED})
MACHINE_CAUSES = GIVEN_BACK | {Cause.NODE_LOST, Cause.NODE_STOPPED}
ENDS = {Cause.COMPLETED: Status.COMPLETED, Cause.CANCELED: Status.CANCELED}

WORDS = {
    Cause.OUT_OF_MEMORY: "out of memory",
    Cause.TIME_LIMIT: "time limit reached",
    Cause.COULD_NOT_START: "could not start",
    Cause.SNAPSHOT_MISSING: "snapshot missing",
    Cause.ENVIRONMENT_FAILED: "environment failed",
    Cause.NODE_LOST: "node lost",
    Cause.NODE_STOPPED: "node stopped",
    Cause.NOT_GATHERED: "not all nodes came",
    Cause.NOT_PLACED: "the node could not take it",
}


def describe(cause: Cause, *, exit_code: int | None = None, detail: str = "") -> str:
    """Return the words for a page: `exit code 1`, `signal SIGKILL`, `could not start: …`."""
    if cause is Cause.COMPLETED:
        return ""
    if cause is Cause.CANCELED:
        return f"canceled by {detail}" if detail else "canceled"
    if cause is Cause.EXIT:
        return f"exit code {exit_code}"
    if cause is Cause.SIGNAL:
        return f"signal {signal_name(-(exit_code or 0))}"
    return f"{WORDS[cause]}: {detail}" if detail else WORDS[cause]


def signal_name(number: int) -> str:
    """Return `SIGKILL` for 9; the number itself where it has no name here."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
