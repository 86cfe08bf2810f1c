"""Waking those who wait for the writers' lock of a SQLite file, across processes.

A thread that waits for the lock in the kernel cannot give up after a time. One that sleeps between
tries comes too late whenever another process frees the lock and takes it again. So it waits for a
byte in a named pipe, for as long as it likes, and whoever frees the lock writes one. A byte only
says when to try; who may write is decided by the lock.
"""

import os
import select
import time
from contextlib import suppress
from functools import cache

# How long one who waits sleeps between tries where the file system has no named pipes.
PAUSE_S = 0.001


class WakeUps:
    """The wake-ups of one lock. `pipe` is None where the file system has no named pipes."""

    def __init__(self, pipe: int | None) -> None:
        self._pipe = pipe

    def send(self) -> None:
        """Wake whoever waits, or comes to wait before anybody else has read the byte."""
        if self._pipe is not None:
            # A full pipe wakes as well.
            with suppress(BlockingIOError):
                os.write(self._pipe, b"\0")

    def wait(self, longest_s: float) -> None:
        """Return when a wake-up was sent, or after so many seconds."""
        if self._pipe is None:
            time.sleep(min(PAUSE_S, longest_s))
            return
        sent = select.poll()
        sent.register(self._pipe, select.POLLIN)
        if sent.poll(longest_s * 1000):
            # Another one may have read it first.
            with suppress(BlockingIOError):
                os.read(self._pipe, select.PIPE_BUF)


@cache
def wake_ups_of(path: str) -> WakeUps:
    """Return the wake-ups of a SQLite file; their pipe stands beside it."""
    name = f"{path}.wake"
    try:
        with suppress(FileExistsError):
            os.mkfifo(name, 0o600)
        return WakeUps(os.open(name, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError:
        return WakeUps(None)
