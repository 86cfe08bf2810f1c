"""What the log says while the database or the store is in trouble: one line, not one per request.

While nothing can be stored, every request ends alike. Django would log each one, those that no view
answers with a traceback.
"""

import logging
import threading
import time
from http import HTTPStatus

EVERY_S = 30.0
OUTAGES = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE})

logger = logging.getLogger(__name__)
_mutex = threading.Lock()
# When a line was last written, and how many were left out since.
_told: dict[str, tuple[float, int]] = {}


def tell(what: str, why: object = "") -> None:
    """Log `what` is wrong, and the first line of `why`; the same thing at most every 30 s."""
    now = time.monotonic()
    with _mutex:
        at, left_out = _told.get(what, (0.0, 0))
        is_due = not at or now - at >= EVERY_S
        _told[what] = (now, 0) if is_due else (at, left_out + 1)
    if is_due:
        lines = str(why).strip().splitlines()
        more = f" ({left_out} more requests ended so)" if left_out else ""
        logger.error("%s%s%s", what, f" [{lines[0]}]" if lines else "", more)


def forget() -> None:
    """Say again at once whatever is wrong."""
    with _mutex:
        _told.clear()


class LeaveOutages(logging.Filter):
    """Keeps Django from logging each answer of 503 and 507: `tell` has said why."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) not in OUTAGES
