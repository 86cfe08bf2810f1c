"""What a failed run says about its end: its error, and what its log says there."""

from dataclasses import dataclass, field

from runs.artifacts.errors import ArtifactError
from runs.artifacts.logs.conventions import default_log
from runs.artifacts.logs.failures import error_line, error_message
from runs.artifacts.logs.reading import Line, tail_log
from runs.artifacts.models import File
from runs.tracking.models import Run
from runs.tracking.statuses import Status

TAIL_LINES = 20


@dataclass(frozen=True)
class Failure:
    """`message` is the run's own error, else the one its log ends with. `line_no` is the line of
    `log_path` to open; None where the log names no error or is still being counted."""

    message: str
    log_path: str = ""
    line_no: int | None = None
    tail: list[Line] = field(default_factory=list)


def read_failure(run: Run) -> Failure | None:
    """Return why `run` has failed, None for one that has not. One query, and a look at its log."""
    if run.status != Status.FAILED:
        return None
    message = run.error or run.status_reason
    log = default_log(run)
    if log is None:
        return Failure(message) if message else None
    try:
        return read_log_failure(log, message)
    except ArtifactError:
        return Failure(message, log.path)


def read_log_failure(log: File, message: str) -> Failure:
    error = error_line(log)
    message = message or (error_message(log, error) if error else "")
    return Failure(message, log.path, error.no if error else None, tail_log(log, TAIL_LINES))
