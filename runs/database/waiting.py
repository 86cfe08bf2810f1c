"""The line of those who wait for the lock of a SQLite file: one wait for all of them.

SQLite lets every writer wait for itself. Behind a lock that another program holds, each request
would keep its thread for the whole time-out, one crowd after the other, and no thread would be left
to answer reads. Here the time counts from the moment at which the writers of all processes stopped
getting on. When it is over they all give up together, and whoever comes after them gives up after
one try, until somebody gets the lock again.

Where so many wait that threads become scarce, they give up sooner.
"""

import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache

# A server process has 16 threads: some must be left for reads.
MOST_WAITING = 12
CROWD_WAITS_S = 1.0

# Since when nobody has got the lock (seconds of the machine's monotonic clock, 0: somebody just
# has), and whether a process has too many who wait. Each is kept in the file of the writers' lock,
# where all processes see it.
BLOCKED_SINCE, CROWD, BOTH = struct.Struct("=d"), struct.Struct("=?"), struct.Struct("=d?")
CROWD_AT = BLOCKED_SINCE.size

_impatient: ContextVar[bool] = ContextVar("impatient", default=False)


@contextmanager
def impatient() -> Iterator[None]:
    """Let the statements of this block give up at once where another program holds the lock."""
    token = _impatient.set(True)
    try:
        yield
    finally:
        _impatient.reset(token)


def is_impatient() -> bool:
    """Tell whether this is inside a block that does not wait."""
    return _impatient.get()


class Line:
    """Those of this process who wait for one file; `longest_s` is how long they do so at most."""

    def __init__(self, path: str, longest_s: float) -> None:
        self.path = path
        self.longest_s = longest_s
        self._mutex = threading.Lock()
        self._waiting = 0
        os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        self._mutex, self._waiting = threading.Lock(), 0

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Count whoever may have to wait inside the block."""
        with self._mutex:
            self._waiting += 1
            is_crowd = self._waiting > MOST_WAITING
        if is_crowd:
            self._write(CROWD, CROWD_AT, True)
        try:
            yield
        finally:
            with self._mutex:
                self._waiting -= 1

    def note_progress(self) -> None:
        """Note that somebody has got the lock."""
        since, is_crowd = self._read()
        if since:
            self._write(BLOCKED_SINCE, 0, 0.0)
        if is_crowd:
            self._write(CROWD, CROWD_AT, False)

    def gives_up(self) -> bool:
        """Tell whether to wait no longer. The first one who asks starts the time of all."""
        if not self._read()[0]:
            self._write(BLOCKED_SINCE, 0, time.monotonic())
        return is_impatient() or self.is_stuck()

    def is_stuck(self) -> bool:
        """Tell whether nobody has got the lock for as long as one waits, and somebody has tried."""
        since, is_crowd = self._read()
        patience_s = min(CROWD_WAITS_S, self.longest_s) if is_crowd else self.longest_s
        return bool(since) and time.monotonic() - since > patience_s

    def _read(self) -> tuple[float, bool]:
        """Return since when nobody has got the lock, and whether a process has too many who wait.
        What was noted before the machine started again is 0.0."""
        data = os.pread(lock_file(self.path), BOTH.size, 0).ljust(BOTH.size, b"\0")
        since, is_crowd = BOTH.unpack(data)
        return (since if since <= time.monotonic() else 0.0), is_crowd

    def _write(self, kind: struct.Struct, place: int, value: float | bool) -> None:
        # On a full disk every one waits for itself.
        with suppress(OSError):
            os.pwrite(lock_file(self.path), kind.pack(value), place)


@cache
def line_of(path: str, longest_s: float) -> Line:
    """Return this process's line for a SQLite file."""
    return Line(path, longest_s)


@cache
def lock_file(path: str) -> int:
    """Open the file of the writers' lock, which stands beside the SQLite file."""
    return os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


# A lock belongs to an open file, and a forked child would share its parent's.
os.register_at_fork(after_in_child=lock_file.cache_clear)
