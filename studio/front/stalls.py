"""Bodies that have stopped coming: their requests are refused and their connections closed.

The server reads bodies in threads of its own kind, and a thread that waits for one can only be
freed by the end of the connection. So the refusal is sent first; the connection that carried it is
then known by what the kernel says of it, and its reading half is shut.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from studio.front.connections import Silent, silent_connections

LOOKS = 10  # how often a pause is looked at before it has lasted too long
LONGEST_SLEEP_S = 1.0
TRIES, TRY_EVERY_S = 40, 0.05

Refuse = Callable[[Any, dict[str, Any]], None]


class Stalled(Exception):
    """Nothing of a body came for too long; the client has been told."""


class Reading:
    """A thread that waits for a piece of a body."""

    __slots__ = ("begun", "environ", "is_over", "protocol")

    def __init__(self, protocol: Any, environ: dict[str, Any]) -> None:
        self.protocol = protocol
        self.environ = environ
        self.begun = time.monotonic()
        self.is_over = False


class Stalls:
    """Watches what waits for bodies. `refuse` answers a request whose body has paused for
    `longest_s`."""

    def __init__(self, longest_s: float, refuse: Refuse) -> None:
        self.longest_s = longest_s
        self.refuse = refuse
        self._readings: set[Reading] = set()
        threading.Thread(target=self._watch, name="stalls", daemon=True).start()

    @contextmanager
    def watch(self, protocol: Any, environ: dict[str, Any]) -> Iterator[None]:
        """Give the block `longest_s` to read a piece of a body. Raises Stalled behind it."""
        reading = Reading(protocol, environ)
        self._readings.add(reading)
        try:
            yield
        finally:
            self._readings.discard(reading)
        if reading.is_over:
            raise Stalled

    def _watch(self) -> None:
        while True:
            time.sleep(min(self.longest_s / LOOKS, LONGEST_SLEEP_S))
            before = time.monotonic() - self.longest_s
            stalled = [reading for reading in tuple(self._readings) if reading.begun < before]
            if stalled:
                self._end([reading for reading in stalled if not reading.is_over])

    def _end(self, stalled: list[Reading]) -> None:
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
