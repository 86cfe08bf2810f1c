"""Writing to a SQLite file that several processes share: one transaction and one connection.

SQLite's own busy handler sleeps between tries and is unfair: with two server processes its slowest
writers wait ten times longer than under `flock`. The kernel frees the lock when a process dies.

A connection to SQLite drops the pages it has cached as soon as another one has written. If every
thread committed on its own, each transaction would begin by reading its pages anew.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, DatabaseError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.database.sqlite_file import make_error, sqlite_file
from runs.database.waiting import Line, is_impatient, line_of, lock_file

# The connections that write, by the name of the database file.
_held: dict[str, BaseDatabaseWrapper] = {}
# Who may use them: one thread at a time.
_turn = threading.Lock()
# Opened before a fork: SQLite allows neither to use them behind it nor to close them.
_left_behind: list[BaseDatabaseWrapper] = []


def _leave_behind() -> None:
    global _turn
    _turn = threading.Lock()
    _left_behind.extend(_held.values())
    _held.clear()


os.register_at_fork(after_in_child=_leave_behind)


@contextmanager
def hold_writer_lock() -> Iterator[None]:
    """Wait for this process's turn to write; nothing to wait for on PostgreSQL.

    Raises OperationalError instead of waiting for who is `impatient`.
    """
    path = sqlite_file()
    if path is None:
        yield
        return
    handle = lock_file(path)
    _lock(handle)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _lock(handle: int) -> None:
    if not is_impatient():
        fcntl.flock(handle, fcntl.LOCK_EX)
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        why = "another process writes"
        raise OperationalError(why) from make_error(sqlite3.SQLITE_BUSY, why)


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
    with _turn:
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
