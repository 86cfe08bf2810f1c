"""The file that a SQLite database is."""

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.database.dialects import dialect_of


def sqlite_file(connection: BaseDatabaseWrapper | None = None) -> str | None:
    """Return the path; None on PostgreSQL and for a database in memory."""
    connection = connection or connections[DEFAULT_DB_ALIAS]
    name = str(connection.settings_dict["NAME"])
    return name if dialect_of(connection).has_one_writer and ":" not in name else None
