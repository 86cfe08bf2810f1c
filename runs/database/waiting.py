"""The line of those who wait for the lock of a SQLite file: one wait for all of them.

SQLite lets every writer wait for itself. Behind a lock that another program holds, each request
would wait for the whole time-out, one group after the other. Here the time counts from the moment
at which the writers of all processes stopped getting on. When it is over they all give up together,
and whoever comes after them gives up after one try, until somebody gets the lock again.
"""

import os
import sqlite3
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache

from django.db import OperationalError

from runs.database.sqlite_file import make_error

# Since when nobody has got the lock: seconds of the machine's monotonic clock, 0: somebody just
# has. It is kept in the file of the writers' lock, where all processes see it.
BLOCKED_SINCE = struct.Struct("=d")

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
    """Those who wait for one file; `longest_s` is how long they do so at most."""

    def __init__(self, path: str, longest_s: float) -> None:
        self.path = path
        self.longest_s = longest_s

    def note_progress(self) -> None:
        """Note that somebody has got the lock."""
        if self._blocked_since():
            self._write(0.0)

    def gives_up(self) -> bool:
        """Tell whether to wait no longer. The first one who asks starts the time of all."""
        if not self._blocked_since():
            self._write(time.monotonic())
        return is_impatient() or self.is_stuck()

    def is_stuck(self) -> bool:
        """Tell whether nobody has got the lock for as long as one waits, and somebody has tried."""
        since = self._blocked_since()
        return bool(since) and time.monotonic() - since > self.longest_s

    def _blocked_since(self) -> float:
        """Return the moment; 0.0 also where it was noted before the machine started again."""
        data = os.pread(lock_file(self.path), BLOCKED_SINCE.size, 0)
        since: float = BLOCKED_SINCE.unpack(data.ljust(BLOCKED_SINCE.size, b"\0"))[0]
        return since if since <= time.monotonic() else 0.0

    def _write(self, since: float) -> None:
        # On a full disk each one waits for itself.
        with suppress(OSError):
            os.pwrite(lock_file(self.path), BLOCKED_SINCE.pack(since), 0)


@cache
def line_of(path: str, longest_s: float) -> Line:
    """Return this process's line for a SQLite file."""
    return Line(path, longest_s)


@cache
def lock_file(path: str) -> int:
    """Open the file of the writers' lock, which stands beside the SQLite file. Raises
    OperationalError."""
    try:
        return os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise OperationalError(str(error)) from make_error(sqlite3.SQLITE_CANTOPEN, str(error))


# A lock belongs to an open file, and a forked child would share its parent's.
os.register_at_fork(after_in_child=lock_file.cache_clear)
