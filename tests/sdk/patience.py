"""The client waits a bounded time for a studio. On a busy machine that time is over before one that
is there has answered: a test about something else waits longer."""

from collections.abc import Callable

from studio.sdk import connection, experiment, starting
from studio.sdk.outbox import console, opening, outbox
from tests.waiting import LONGEST_WAIT_S

TIMES = (
    (connection, "CONNECT_S"),
    (console, "SHOW_WAIT_S"),
    (opening, "EXIT_WAIT_S"),
    (outbox, "EXIT_WAIT_S"),
    (outbox, "SETTLE_S"),
    (experiment, "START_PATIENCE_S"),
    (experiment, "START_SILENCE_S"),
    (starting, "START_PATIENCE_S"),
    (starting, "START_SILENCE_S"),
)


def be_patient(change: Callable[[object, str, object], None] = setattr) -> None:
    """Have the client in this process wait as long as a test does."""
    for module, name in TIMES:
        change(module, name, LONGEST_WAIT_S)
