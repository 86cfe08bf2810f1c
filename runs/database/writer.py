"""Writing to a SQLite file that several processes share: one transaction and one connection.

SQLite's own busy handler sleeps between tries and is unfair: with two server processes its slowest
writers wait ten times longer than under `flock`. The kernel frees the lock when a process dies.

A connection to SQLite drops the pages it has cached as soon as another one has written. If every
thread committed on its own, each transaction would begin by reading its pages anew.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.database.sqlite_file import sqlite_file
from runs.database.turns import turns
from runs.database.waiting import (
    SLICE_S,
    Line,
    busy,
    came_at,
    is_impatient,
    line_of,
    lock_file,
)
from runs.database.wake_ups import wake_ups_of

# The connections that write, by the name of the database file.
_held: dict[str, BaseDatabaseWrapper] = {}
# Who may use them: one thread at a time.
_use = threading.Lock()
# Opened before a fork: SQLite allows neither to use them behind it nor to close them.
_left_behind: list[BaseDatabaseWrapper] = []


def _leave_behind() -> None:
    global _use
    _use = threading.Lock()
    _left_behind.extend(_held.values())
    _held.clear()


os.register_at_fork(after_in_child=_leave_behind)


@contextmanager
def hold_writer_lock() -> Iterator[None]:
    """Wait for this process's turn to write; nothing to wait for on PostgreSQL.

    Raises OperationalError where the line gives up, and at once for who is `impatient`.
    """
    line = _line()
    if line is None:
        yield
        return
    handle = lock_file(line.path)
    with connections[DEFAULT_DB_ALIAS].wrap_database_errors:
        line.wait(lambda: _lock(line.path), came_at())
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)
        wake_ups_of(line.path).send()


def _lock(path: str) -> None:
    """Lock the file, trying for `SLICE_S`: the kernel itself would wait without limit for a process
    that was stopped while it held the lock. Raises `busy`."""
    handle, wake_ups = lock_file(path), wake_ups_of(path)
    deadline = time.monotonic() + (0.0 if is_impatient() else SLICE_S)
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise busy() from None
        wake_ups.wait(left_s)


def is_locked() -> bool:
    """Tell whether another program has locked the SQLite file for longer than writers wait."""
    line = _line()
    return line is not None and line.is_stuck()


def _line() -> Line | None:
    connection = connections[DEFAULT_DB_ALIAS]
    path = sqlite_file(connection)
    return None if path is None else line_of(path, connection.settings_dict["OPTIONS"]["timeout"])


@contextmanager
def use_writer_connection() -> Iterator[None]:
    """Let `django.db.connection` be the writer's inside the block, which one thread at a time
    enters. On other databases it stays the thread's own."""
    own = connections[DEFAULT_DB_ALIAS]
    path = sqlite_file(own)
    if path is None:
        yield
        return
    with _use, turns.write():
        writer = _held.get(path) or _open_writer(path)
        connections[DEFAULT_DB_ALIAS] = writer
        try:
            yield
        except DatabaseError:
            writer.close()
            raise
        finally:
            connections[DEFAULT_DB_ALIAS] = own


@contextmanager
def write_together() -> Iterator[None]:
    """Run the block in a transaction, by the writer's connection where there is one writer; inside
    a transaction of the caller's, in that."""
    if connections[DEFAULT_DB_ALIAS].in_atomic_block:
        with transaction.atomic():
            yield
        return
    with use_writer_connection(), hold_writer_lock(), transaction.atomic():
        yield


def _open_writer(path: str) -> BaseDatabaseWrapper:
    writer = connections.create_connection(DEFAULT_DB_ALIAS)
    writer.inc_thread_sharing()
    _held[path] = writer
    return writer
