"""Writing to a SQLite file that several processes share: one transaction and one connection.

SQLite's own busy handler sleeps between tries and is unfair: with two server processes its slowest
writers wait ten times longer than under `flock`. The kernel frees the lock when a process dies.

A connection to SQLite drops the pages it has cached as soon as another one has written. If every
thread committed on its own, each transaction would begin by reading its pages anew.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.database.dialects import dialect_of

# The connections that write, by the name of the database file.
_held: dict[str, BaseDatabaseWrapper] = {}
# Opened before a fork: SQLite allows neither to use them behind it nor to close them.
_left_behind: list[BaseDatabaseWrapper] = []


def _leave_behind() -> None:
    _left_behind.extend(_held.values())
    _held.clear()


@cache
def _open_lock(path: str) -> int:
    return os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


# A lock belongs to an open file, and a forked child would share its parent's.
os.register_at_fork(after_in_child=_open_lock.cache_clear)
os.register_at_fork(after_in_child=_leave_behind)


def _shared_file(connection: BaseDatabaseWrapper) -> str | None:
    """Return the SQLite file; None on PostgreSQL and for a database in memory."""
    name = str(connection.settings_dict["NAME"])
    return name if dialect_of(connection).has_one_writer and ":" not in name else None


@contextmanager
def hold_writer_lock() -> Iterator[None]:
    """Wait for this process's turn to write; nothing to wait for on PostgreSQL."""
    path = _shared_file(connections[DEFAULT_DB_ALIAS])
    if path is None:
        yield
        return
    handle = _open_lock(path)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


@contextmanager
def use_writer_connection() -> Iterator[None]:
    """Let `django.db.connection` be the writer's inside the block, which one thread at a time may
    enter. On other databases it stays the thread's own."""
    own = connections[DEFAULT_DB_ALIAS]
    path = _shared_file(own)
    if path is None:
        yield
        return
    writer = _held.get(path) or _open_writer(path)
    connections[DEFAULT_DB_ALIAS] = writer
    try:
        yield
    except DatabaseError:
        writer.close()
        raise
    finally:
        connections[DEFAULT_DB_ALIAS] = own


def _open_writer(path: str) -> BaseDatabaseWrapper:
    writer = connections.create_connection(DEFAULT_DB_ALIAS)
    writer.inc_thread_sharing()
    _held[path] = writer
    return writer
