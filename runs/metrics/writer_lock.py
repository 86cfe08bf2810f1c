"""One writer transaction at a time among the processes that share a SQLite file.

SQLite's own busy handler sleeps between tries and is unfair: with two server processes its slowest
writers wait ten times longer than under `flock`. The kernel frees the lock when a process dies.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.db import connection


@cache
def _open(path: str) -> int:
    return os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


# A lock belongs to an open file, and a forked child would share its parent's.
os.register_at_fork(after_in_child=_open.cache_clear)


@contextmanager
def hold_writer_lock() -> Iterator[None]:
    """Wait for this process's turn to write; nothing to wait for on PostgreSQL."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or ":" in name:
        yield
        return
    handle = _open(name)
    fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)
