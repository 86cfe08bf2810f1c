"""Exit codes: what a script learns from a command."""

from typing import Any

from studio.sdk.exceptions import NotFound, NotSignedIn, StudioAway, StudioError

DONE, FAILED, USAGE, CANCELED, NOT_SIGNED_IN, NOT_FOUND, AWAY = range(7)
INTERRUPTED = 130

BY_ERROR: tuple[tuple[type[StudioError], int], ...] = (
    (NotSignedIn, NOT_SIGNED_IN),
    (NotFound, NOT_FOUND),
    (StudioAway, AWAY),
)
BY_STATUS = {"Completed": DONE, "Failed": FAILED, "Canceled": CANCELED}


def exit_code_of(error: BaseException) -> int:
    """Return the exit code of an error, or of the one that it was made of."""
    told: BaseException | None = error
    while told is not None:
        for kind, code in BY_ERROR:
            if isinstance(told, kind):
                return code
        told = told.__cause__
    return FAILED


def exit_code_of_run(run: Any) -> int:
    """Return the exit code that a run's final status stands for."""
    return BY_STATUS.get(run.status, DONE)
