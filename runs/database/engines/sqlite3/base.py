"""Django's SQLite, whose writers wait for a locked file together."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from django.db.backends.sqlite3 import base

from runs.database.waiting import Line, line_of

# How long SQLite itself waits before the line is asked whether to go on.
SLICE_MS = 100
BEGIN = "BEGIN IMMEDIATE"


class Connection(sqlite3.Connection):
    """A connection that knows the line of its file; None for a database in memory."""

    line: Line | None = None


class Cursor(base.SQLiteCursorWrapper):
    """A cursor whose statements wait in line where another program holds the lock."""

    def execute(self, query: str, params: Sequence[Any] | None = None) -> Any:
        line = self.connection.line
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
        connection = super().get_new_connection(conn_params)
        if not self.is_in_memory_db():
            connection.line = line_of(str(self.settings_dict["NAME"]), conn_params["timeout"])
            connection.execute(f"PRAGMA busy_timeout = {SLICE_MS}")
        return connection

    def create_cursor(self, name: str | None = None) -> Cursor:
        return self.connection.cursor(factory=Cursor)
