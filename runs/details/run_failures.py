"""What a failed run says about its end: its error, and what its log says there."""

import re
from dataclasses import dataclass, field, replace

from runs.artifacts.errors import ArtifactError
from runs.artifacts.logs.conventions import default_log
from runs.artifacts.logs.failures import error_line, error_message
from runs.artifacts.logs.reading import Line, read_lines, tail_log
from runs.artifacts.models import File
from runs.tracking.models import Run
from runs.tracking.statuses import Status

TAIL_LINES = 20
LINES_ABOVE = 3
# The studio's word for a script that ended by itself: why it did, only its log says.
EXITED = "exit code"
OUT_OF_MEMORY = "out of memory"
_EXCEPTION = re.compile(r"(?:\w+\.)*(\w*(?:Error|Exception|Interrupt|Exit|Warning))(?::|$)")


@dataclass(frozen=True)
class Failure:
    """`message` is one line: the run's own error, else the one its log ends with. `line_no` is the
    line of `log_path` to open; None where the log names no error or is still being counted.

    `tail` are the lines around the error, or the last ones. `traceback` is what the run's own error
    says besides, where no log shows it.
    """

    message: str
    log_path: str = ""
    line_no: int | None = None
    tail: list[Line] = field(default_factory=list)
    traceback: str = ""

    @property
    def word(self) -> str:
        """The name of the exception, where the message begins with one; else the message. What is
        out of memory has many names."""
        if OUT_OF_MEMORY in self.message.lower():
            return OUT_OF_MEMORY
        named = _EXCEPTION.match(self.message)
        return named[1] if named else self.message


def read_failure(run: Run) -> Failure | None:
    """Return why `run` has failed, None for one that has not. One query, and a look at its log."""
    if run.status != Status.FAILED:
        return None
    text = run.error or run.status_reason
    message, log = last_line(text), default_log(run)
    has_exited = not run.error and message.startswith(EXITED)
    traceback = text if text.strip() != message else ""
    if log is None:
        return Failure(message, traceback=traceback)
    try:
        found = read_log_failure(log, "" if has_exited else message)
    except ArtifactError:
        return Failure(message, log.path, traceback=traceback)
    if has_exited:
        both = f"{found.message} ({message})" if found.message else message
        found = replace(found, message=both)
    is_shown = any(message in line.text for line in found.tail)
    return found if is_shown or not traceback else with_traceback(found, traceback)


def last_line(text: str) -> str:
    """Return what a traceback ends with; of any other text, its only line."""
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""


def read_log_failure(log: File, message: str) -> Failure:
    error = error_line(log)
    if error is None:
        return Failure(message, log.path, None, tail_log(log, TAIL_LINES))
    message = message or error_message(log, error)
    page = read_lines(log, around_byte=error.byte, count=2 * TAIL_LINES)
    place = next((i for i, line in enumerate(page.lines) if line.byte == error.byte), 0)
    shown = page.lines[max(0, place - LINES_ABOVE) : place + TAIL_LINES - LINES_ABOVE]
    return Failure(message, log.path, error.no, shown)


def with_traceback(found: Failure, traceback: str) -> Failure:
    return replace(found, traceback=traceback)
