"""Django's SQLite, whose writers wait for a locked file together, and which writes nothing into a
file that was deleted: SQLite itself would, and all of that would be lost."""

import os
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

from django.db.backends.sqlite3 import base

from runs.database.sqlite_file import make_error
from runs.database.waiting import SLICE_S, Line, came_at, is_busy, line_of

BEGIN = "BEGIN IMMEDIATE"
GONE = "the database file was deleted, moved or replaced"

# The files that this process has opened: none of them is made anew, with nothing in it.
_opened: set[str] = set()


class Connection(sqlite3.Connection):
    """A connection that knows the line of its file; None for a database in memory."""

    line: Line | None = None
    opened: os.stat_result | None = None

    def begin(self) -> None:
        """Begin a transaction that writes, in line with those who wait for the lock."""
        if not self.has_its_file():
            raise make_error(sqlite3.SQLITE_READONLY_DBMOVED, GONE)
        if self.line is None:
            self.execute(BEGIN)
            return
        self.line.wait(lambda: self.execute(BEGIN), came_at())
        self.line.note_progress()

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
        return run_in_line(self.connection, partial(super().execute, query, params))

    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        """Do as Django does, once for each text: the same few statements are run all the time."""
        if param_names is None:
            return convert(query)
        return super().convert_query(query, param_names=param_names)


class PlainCursor(sqlite3.Cursor):
    """The same for statements in SQLite's own words."""

    def execute(self, query: str, params: Sequence[Any] = ()) -> sqlite3.Cursor:
        return run_in_line(self.connection, partial(super().execute, query, params))


def run_in_line(connection: Connection, statement: Callable[[], Any]) -> Any:
    """Run a statement; where another program holds the lock, as one of those who wait for it."""
    try:
        return statement()
    except sqlite3.OperationalError as error:
        # Inside a transaction the lock is ours already: this is another kind of trouble.
        if connection.line is None or connection.in_transaction or not is_busy(error):
            raise
    answer = connection.line.wait(statement, time.monotonic())
    connection.line.note_progress()
    return answer


@lru_cache(maxsize=1024)
def convert(query: str) -> str:
    """Return a statement with the places for parameters as SQLite writes them."""
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


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
        connection.execute(f"PRAGMA busy_timeout = {SLICE_S * 1000:.0f}")
        _opened.add(path)
        return connection

    def is_usable(self) -> bool:
        """Tell whether to go on with the open connection, which Django asks before a request."""
        return self.connection.has_its_file() and super().is_usable()

    def _start_transaction_under_autocommit(self) -> None:
        """Begin a transaction. (Django's way through a cursor takes three times as long.)"""
        with self.wrap_database_errors:
            self.connection.begin()

    def create_cursor(self, name: str | None = None) -> Cursor:
        return self.connection.cursor(factory=Cursor)

    def plain_cursor(self) -> PlainCursor:
        """Open a cursor that is SQLite's own but for waiting, on a connection that is open."""
        return self.connection.cursor(factory=PlainCursor)
