"""Bodies that have stopped coming: their requests are refused and their connections closed.

The server reads a body on the thread that asks for it, and only the end of the connection frees a
thread that waits. So the refusal is sent first; the connection that has carried it is known by what
the kernel says of it (`studio.front.connections`), and its reading half is shut.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from studio.front.connections import Silent, silent_connections

logger = logging.getLogger(__name__)

LOOKS = 10  # how often a pause is looked at before it has lasted too long
LONGEST_SLEEP_S = 1.0
TRIES, TRY_EVERY_S = 40, 0.05

Refuse = Callable[[Any, dict[str, Any]], None]


class Stalled(Exception):
    """Nothing of a body came for too long; the client has been told."""


class Reading:
    """A thread that waits for a piece of a body, inside a `with`. Raises Stalled behind it."""

    __slots__ = ("begun", "environ", "is_over", "protocol", "readings")

    def __init__(self, readings: "set[Reading]", protocol: Any, environ: dict[str, Any]) -> None:
        self.readings = readings
        self.protocol = protocol
        self.environ = environ
        self.is_over = False

    def __enter__(self) -> None:
        self.begun = time.monotonic()
        self.readings.add(self)

    def __exit__(self, *_: object) -> None:
        self.readings.discard(self)
        if self.is_over:
            raise Stalled


class Stalls:
    """Watches what waits for bodies. `refuse` answers a request whose body has paused for
    `longest_s`."""

    def __init__(self, longest_s: float, refuse: Refuse) -> None:
        self.longest_s = longest_s
        self.refuse = refuse
        self._readings: set[Reading] = set()
        threading.Thread(target=self._watch, name="stalls", daemon=True).start()

    def watch(self, protocol: Any, environ: dict[str, Any]) -> Reading:
        """Return a block that has `longest_s` to read a piece of a body."""
        return Reading(self._readings, protocol, environ)

    def _watch(self) -> None:
        while True:
            time.sleep(min(self.longest_s / LOOKS, LONGEST_SLEEP_S))
            before = time.monotonic() - self.longest_s
            waiting = [reading for reading in tuple(self._readings) if not reading.is_over]
            stalled = [reading for reading in waiting if reading.begun < before]
            try:
                self._end(stalled)
            except Exception:
                # Whatever it is: without this thread nobody would end the next stalled body.
                logger.exception("A stalled request could not be ended")

    def _end(self, stalled: list[Reading]) -> None:
        if not stalled:
            return
        silent = silent_connections(self.longest_s)
        for reading in stalled:
            reading.is_over = True
            self.refuse(reading.protocol, reading.environ)
        shut_answered(silent, len(stalled))


def shut_answered(silent: list[Silent], count: int) -> None:
    """Shut those `count` connections that carry an answer by now."""
    for _ in range(TRIES):
        time.sleep(TRY_EVERY_S)
        answered = [connection for connection in silent if connection.has_sent()]
        for connection in answered:
            connection.shut()
            silent.remove(connection)
        count -= len(answered)
        if count <= 0:
            break
    for connection in silent:
        connection.release()
