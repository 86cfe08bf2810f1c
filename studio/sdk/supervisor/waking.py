"""Waiting for several things at once, a signal among them."""

import os
import select
import signal
from contextlib import suppress


class Waker:
    """Wakes whoever waits, from any thread and from a signal handler (a pipe, as in self-pipe)."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(self.writer, False)

    def wake(self, *_: object) -> None:
        """Wake, now or at the next wait."""
        with suppress(BlockingIOError):
            os.write(self.writer, b"x")

    def wait(self, seconds: float | None) -> None:
        """Wait until somebody wakes, at most `seconds`."""
        select.select([self.reader], [], [], seconds)
        self.clear()

    def clear(self) -> None:
        """Forget that somebody woke."""
        with suppress(BlockingIOError):
            os.read(self.reader, 4096)

    def on_signal(self, number: signal.Signals) -> None:
        """Wake at a signal, and at every other that has a handler; one waker of a process can.

        The C code of Python writes into the pipe: a handler in Python may come too late, when the
        signal comes just before the wait or to another thread.
        """
        signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self.writer, warn_on_full_buffer=False)
