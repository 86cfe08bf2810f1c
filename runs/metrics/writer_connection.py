"""One connection for all group commits of a process, on SQLite.

A connection to SQLite drops the pages it has cached as soon as another one has written. If every
thread committed on its own, each transaction would begin by reading its pages anew.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# By the name of the database file.
_held: dict[str, BaseDatabaseWrapper] = {}
# Opened before a fork: SQLite allows neither to use them behind it nor to close them.
_left_behind: list[BaseDatabaseWrapper] = []


def _leave_behind() -> None:
    _left_behind.extend(_held.values())
    _held.clear()


os.register_at_fork(after_in_child=_leave_behind)


@contextmanager
def use_writer_connection() -> Iterator[None]:
    """Let `django.db.connection` be the writer's inside the block, which one thread at a time may
    enter. On other databases it stays the thread's own."""
    own = connections[DEFAULT_DB_ALIAS]
    name = str(own.settings_dict["NAME"])
    if own.vendor != "sqlite" or ":" in name:
        yield
        return
    writer = _held.get(name) or _open(name)
    connections[DEFAULT_DB_ALIAS] = writer
    try:
        yield
    except DatabaseError:
        writer.close()
        raise
    finally:
        connections[DEFAULT_DB_ALIAS] = own


def _open(name: str) -> BaseDatabaseWrapper:
    writer = connections.create_connection(DEFAULT_DB_ALIAS)
    writer.inc_thread_sharing()
    _held[name] = writer
    return writer
