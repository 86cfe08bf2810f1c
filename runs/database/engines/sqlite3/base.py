"""Django's SQLite, whose writers wait for a locked file together, and which writes nothing into a
file that was deleted: SQLite itself would, and all of that would be lost."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from django.db.backends.sqlite3 import base

from runs.database.sqlite_file import make_error
from runs.database.waiting import Line, line_of

# How long SQLite itself waits before the line is asked whether to go on.
SLICE_MS = 100
BEGIN = "BEGIN IMMEDIATE"
GONE = "the database file was deleted, moved or replaced"

# The files that this process has opened: none of them is made anew, with nothing in it.
_opened: set[str] = set()


class Connection(sqlite3.Connection):
    """A connection that knows the line of its file; None for a database in memory."""

    line: Line | None = None
    opened: os.stat_result | None = None

    def has_its_file(self) -> bool:
        """Tell whether the file that it has opened is still in its place."""
        if self.line is None or self.opened is None:
            return True
        try:
            return os.path.samestat(os.stat(self.line.path), self.opened)
        except OSError:
            return False


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose statements wait in line where another program holds the lock."""

    def execute(self, query: str, params: Sequence[Any] | None = None) -> Any:
        line = self.connection.line
        if query == BEGIN and not self.connection.has_its_file():
            raise make_error(sqlite3.SQLITE_READONLY_DBMOVED, GONE)
        try:
            answer = super().execute(query, params)
        except sqlite3.OperationalError as error:
            # Inside a transaction the lock is ours already: this is another kind of trouble.
            if line is None or self.connection.in_transaction or not is_busy(error):
                raise
            return wait(line, lambda: super(Cursor, self).execute(query, params), error)
        if line is not None and query == BEGIN:
            line.note_progress()
        return answer


def is_busy(error: sqlite3.OperationalError) -> bool:
    """Tell whether another connection holds the lock."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def wait(line: Line, attempt: Callable[[], Any], error: sqlite3.OperationalError) -> Any:
    """Return what `attempt` returns once the lock is free. Raises `error` where the line
    gives up."""
    while not line.gives_up():
        try:
            answer = attempt()
        except sqlite3.OperationalError as again:
            if not is_busy(again):
                raise
            continue
        line.note_progress()
        return answer
    raise error


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite. `timeout` of its options is how long writers wait at most."""

    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"factory": Connection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        if self.is_in_memory_db():
            return super().get_new_connection(conn_params)
        path = str(self.settings_dict["NAME"])
        if path in _opened and not os.path.exists(path):
            raise make_error(sqlite3.SQLITE_CANTOPEN, GONE)
        connection = super().get_new_connection(conn_params)
        connection.line = line_of(path, conn_params["timeout"])
        connection.opened = os.stat(path)
        connection.execute(f"PRAGMA busy_timeout = {SLICE_MS}")
        _opened.add(path)
        return connection

    def is_usable(self) -> bool:
        """Tell whether to go on with the open connection, which Django asks before a request."""
        return self.connection.has_its_file() and super().is_usable()

    def create_cursor(self, name: str | None = None) -> Cursor:
        return self.connection.cursor(factory=Cursor)
