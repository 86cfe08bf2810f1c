"""The file that a SQLite database is."""

import sqlite3

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.database.dialects import dialect_of


def sqlite_file(connection: BaseDatabaseWrapper | None = None) -> str | None:
    """Return the path; None on PostgreSQL and for a database in memory."""
    connection = connection or connections[DEFAULT_DB_ALIAS]
    name = str(connection.settings_dict["NAME"])
    return name if dialect_of(connection).has_one_writer and ":" not in name else None


def make_error(code: int, why: str) -> sqlite3.OperationalError:
    """Return an error as the driver raises it: `code` is one of `sqlite3.SQLITE_*`."""
    error = sqlite3.OperationalError(why)
    error.sqlite_errorcode = code
    return error
