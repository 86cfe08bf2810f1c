"""Who computes, on SQLite: in each process of the server those who read, or one who writes.

SQLite computes in this process, as Python does, and each of its statements lets go of Python's
lock. A thread that commits would get it back up to five milliseconds later, statement by statement,
as long as others read. So they compute in turn, each to its end: who comes to read waits for the
one who writes or waits to, and this one for those who read already.

Nobody waits long: whoever has had the turn for longer than the patience of another is passed by.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

READERS_PATIENCE_S = 0.05
WRITERS_PATIENCE_S = 0.02


class Turns:
    """The turns of one process. One writes at a time: the caller sees to that."""

    def __init__(self) -> None:
        self._reset()
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        """A forked child has its parent's lock, but not the threads that would free it."""
        self._changed = threading.Condition(threading.Lock())
        self._reading: set[int] = set()
        self._waiting: set[int] = set()
        self._is_written = False
        self._written_since = 0.0

    def begin_to_read(self) -> None:
        """Wait for the turn of this thread, with patience; `end_reading` ends it."""
        own = threading.get_ident()
        with self._changed:
            if self._is_written:
                self._waiting.add(own)
                until = self._written_since + READERS_PATIENCE_S
                self._wait(lambda: own in self._reading, until)
                self._waiting.discard(own)
            self._reading.add(own)

    def end_reading(self) -> None:
        """End the turn of this thread, if it has one."""
        own = threading.get_ident()
        if own in self._reading:
            with self._changed:
                self._reading.discard(own)
                self._changed.notify_all()

    @contextmanager
    def write(self) -> Iterator[None]:
        """Wait for the turn to run the block, with less patience. Behind it all read who wait."""
        own = {threading.get_ident()}
        with self._changed:
            self._is_written, self._written_since = True, time.monotonic()
            if self._reading - own:
                until = self._written_since + WRITERS_PATIENCE_S
                self._wait(lambda: not self._reading - own, until)
        try:
            yield
        finally:
            with self._changed:
                self._is_written = False
                self._reading |= self._waiting
                self._changed.notify_all()

    def _wait(self, is_free: Callable[[], bool], until: float) -> None:
        self._changed.wait_for(is_free, max(until - time.monotonic(), 0.0))


turns = Turns()
