"""The line of those who wait for the lock of a SQLite file: one wait for all of them.

SQLite lets every writer wait for itself. Behind a lock that another program holds, each request
would wait for the whole time-out, one group after the other. Here the time counts from the moment
at which the writers of all processes stopped getting on. When it is over they all give up together:
also those that have waited in front of the database, for their turn. Whoever comes after them gives
up after one try, and so do all who came before that try, until somebody gets the lock again.
"""

import os
import sqlite3
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from typing import TypeVar

from django.db import OperationalError

from runs.database.sqlite_file import make_error

# Since when nobody has got the lock, and when the last of those who gave up began to try: seconds
# of the machine's monotonic clock; 0, 0: somebody just has. They are kept in the file of the
# writers' lock, where all processes see them.
TIMES = struct.Struct("=dd")
# How long one try waits for the lock.
SLICE_S = 0.1

_impatient: ContextVar[bool] = ContextVar("impatient", default=False)
_came_at: ContextVar[float | None] = ContextVar("came_at", default=None)

Got = TypeVar("Got")


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


def note_request() -> None:
    """Note that what this thread is asked for has come now, whenever its turn will be."""
    _came_at.set(time.monotonic())


def came_at() -> float:
    """Return when the request of this thread came; now, outside of requests."""
    at = _came_at.get()
    return time.monotonic() if at is None else at


def busy() -> sqlite3.OperationalError:
    """Return the error of a lock that somebody else holds."""
    return make_error(sqlite3.SQLITE_BUSY, "another program holds the lock of the database")


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether another connection holds the lock."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


class Line:
    """Those who wait for one file; `longest_s` is how long they do so at most."""

    def __init__(self, path: str, longest_s: float) -> None:
        self.path = path
        self.longest_s = longest_s

    def wait(self, attempt: Callable[[], Got], came_at: float) -> Got:
        """Return what `attempt` returns, which tries for `SLICE_S` to get the lock and raises
        `busy`; again and again, until those who came at that moment give up."""
        if self.has_answered(came_at):
            raise busy()
        while True:
            began = time.monotonic()
            try:
                return attempt()
            except sqlite3.OperationalError as error:
                if not is_busy(error) or self.gives_up(began):
                    raise

    def note_progress(self) -> None:
        """Note that somebody has got the lock."""
        if self._read()[0]:
            self._write(0.0, 0.0)

    def gives_up(self, began: float) -> bool:
        """Tell whether to wait no longer after a try that began then and was in vain. The first one
        who asks starts the time of all."""
        since, _ = self._read()
        if not since:
            self._write(time.monotonic(), 0.0)
        elif self._is_over(since):
            self._write(since, began)
            return True
        return is_impatient()

    def has_answered(self, came_at: float) -> bool:
        """Tell whether somebody who began to try after that moment has given up."""
        since, tried_at = self._read()
        return bool(tried_at) and tried_at >= came_at and self._is_over(since)

    def is_stuck(self) -> bool:
        """Tell whether nobody has got the lock for as long as one waits, and somebody has tried."""
        since, _ = self._read()
        return bool(since) and self._is_over(since)

    def _is_over(self, since: float) -> bool:
        return time.monotonic() - since > self.longest_s

    def _read(self) -> tuple[float, float]:
        """Return both times; 0.0 also where they were noted before the machine started again."""
        data = os.pread(lock_file(self.path), TIMES.size, 0)
        since, tried_at = TIMES.unpack(data.ljust(TIMES.size, b"\0"))
        return (since, tried_at) if since <= time.monotonic() else (0.0, 0.0)

    def _write(self, since: float, tried_at: float) -> None:
        # On a full disk each one waits for itself.
        with suppress(OSError):
            os.pwrite(lock_file(self.path), TIMES.pack(since, tried_at), 0)


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
