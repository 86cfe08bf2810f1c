"""What the log says while the database or the store is in trouble: one line, not one per request.

While nothing can be stored, every request and every task ends alike. Django and Celery would log
each one, most with a traceback.
"""

import logging
import threading
import time
from http import HTTPStatus
from types import MappingProxyType

from runs.database.failures import Failure, failure_of

EVERY_S = 30.0
OUTAGES = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE})

WORDS = MappingProxyType(
    {
        Failure.AWAY: "The database does not answer.",
        Failure.FILE: "The file of the database cannot be opened or written.",
        Failure.LOCKED: "Another program keeps the database locked.",
        Failure.FULL: "The disk is full, and the database cannot grow.",
    }
)

logger = logging.getLogger(__name__)
_mutex = threading.Lock()
# When a line was last written, and how many were left out since.
_told: dict[str, tuple[float, int]] = {}


def tell_failure(failure: Failure, error: BaseException | None) -> None:
    """Log why the database failed, like `tell`."""
    tell(WORDS[failure], error)


def tell(what: str, why: object = "") -> None:
    """Log `what` is wrong, and the first line of `why`; the same thing at most every 30 s."""
    now = time.monotonic()
    with _mutex:
        at, left_out = _told.get(what, (0.0, 0))
        is_due = not at or now - at >= EVERY_S
        _told[what] = (now, 0) if is_due else (at, left_out + 1)
    if is_due:
        lines = str(why).strip().splitlines()
        more = f" ({left_out} more ended so)" if left_out else ""
        logger.error("%s%s%s", what, f" [{lines[0]}]" if lines else "", more)


def forget() -> None:
    """Say again at once whatever is wrong."""
    with _mutex:
        _told.clear()


class LeaveOutages(logging.Filter):
    """Keeps what an outage ends from being logged one by one: Django's lines about answers of 503
    and 507, and errors of the database with their tracebacks."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to log the record."""
        if getattr(record, "status_code", None) in OUTAGES:
            return False
        error = record.exc_info[1] if record.exc_info else None
        failure = failure_of(error)
        if failure is not None:
            tell_failure(failure, error)
        return failure is None
