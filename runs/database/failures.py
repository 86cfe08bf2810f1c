"""Why the database does not do what it is asked, read off the driver's error.

Codes: https://www.sqlite.org/rescode.html and
https://www.postgresql.org/docs/current/errcodes-appendix.html (SQLSTATE).
"""

import enum
import shutil
import sqlite3
import time
from pathlib import Path
from types import MappingProxyType

from django.db import DatabaseError, InterfaceError, OperationalError

from runs.database.sqlite_file import sqlite_file


class Failure(enum.Enum):
    """What keeps the database from answering. `AWAY`: it is stopped, starts, or is out of reach.
    `FILE`: the file of SQLite is gone, or the studio may not write it."""

    AWAY = enum.auto()
    FILE = enum.auto()
    LOCKED = enum.auto()
    FULL = enum.auto()


OF_SQLITE = MappingProxyType(
    {
        # A table or a function is missing, or the statement is wrong: a fault of the studio.
        sqlite3.SQLITE_ERROR: None,
        sqlite3.SQLITE_BUSY: Failure.LOCKED,
        sqlite3.SQLITE_LOCKED: Failure.LOCKED,
        sqlite3.SQLITE_PROTOCOL: Failure.LOCKED,
        sqlite3.SQLITE_FULL: Failure.FULL,
        sqlite3.SQLITE_PERM: Failure.FILE,
        sqlite3.SQLITE_READONLY: Failure.FILE,
        sqlite3.SQLITE_IOERR: Failure.FILE,
        sqlite3.SQLITE_CANTOPEN: Failure.FILE,
    }
)
# What SQLite says when it can make a file neither longer nor anew.
OF_FILES = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
OF_POSTGRESQL = MappingProxyType(
    {
        "53100": Failure.FULL,
        "55P03": Failure.LOCKED,
        "40P01": Failure.LOCKED,
        "40001": Failure.LOCKED,
        "25006": Failure.AWAY,  # a standby, which only reads
    }
)

# With less free than this, SQLite can soon write nothing more.
LITTLE_BYTES = 1024 * 1024
FULL_FOR_S = 30.0

_full_at: float | None = None


def failure_of(error: BaseException | None) -> Failure | None:
    """Return why the database failed; None for an error that says something else."""
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    if state in OF_POSTGRESQL:
        found = OF_POSTGRESQL[state]
    elif isinstance(cause, sqlite3.Error):
        found = _of_sqlite(error, getattr(cause, "sqlite_errorcode", None))
    elif isinstance(error, InterfaceError):
        # psycopg: the connection is closed.
        found = Failure.AWAY if type(cause).__module__.startswith("psycopg") else None
    else:
        found = Failure.AWAY if isinstance(error, OperationalError) else None
    if found is Failure.FULL:
        _note_full()
    return found


def _of_sqlite(error: BaseException, code: int | None) -> Failure | None:
    if not isinstance(error, OperationalError):
        return None
    kind = 0 if code is None else code & 0xFF
    if kind in OF_FILES and is_little_left():
        return Failure.FULL
    return OF_SQLITE.get(kind, Failure.AWAY)


def _note_full() -> None:
    global _full_at
    _full_at = time.monotonic()


def is_full() -> bool:
    """Tell whether the disk under the database is full: a write of this process failed for that
    within the last half minute, or the file of SQLite has no room to grow. No query."""
    told = _full_at is not None and time.monotonic() - _full_at < FULL_FOR_S
    return told or is_little_left()


def is_little_left() -> bool:
    """Tell whether the disk under SQLite's file is full; of a server's disk nothing is known."""
    path = sqlite_file()
    try:
        return path is not None and shutil.disk_usage(Path(path).parent).free < LITTLE_BYTES
    except OSError:
        return False
