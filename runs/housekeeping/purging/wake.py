"""Waking a worker that erases."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

TASK = "runs.housekeeping.tasks.erase_deleted"
TIMEOUT_S = 1.0

log = logging.getLogger(__name__)


def wake_worker() -> None:
    """Send the task. Where the queue does not answer, the clock finds the open purge within a
    minute."""
    patience = {"socket_timeout": TIMEOUT_S, "socket_connect_timeout": TIMEOUT_S}
    try:
        with current_app.connection(transport_options=patience) as queue:
            queue.ensure_connection(max_retries=1, interval_start=0, timeout=TIMEOUT_S)
            current_app.send_task(TASK, connection=queue, retry=False)
    except OperationalError as error:
        log.warning("the purge waits for the clock: %s", error)
