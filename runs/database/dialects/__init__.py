"""What differs between the two databases, in one class for each.

Text columns sort and compare by code point on both (on PostgreSQL by their collation "C"). Case is
folded for ASCII by the database itself; for other letters by Python on SQLite and by ICU on
PostgreSQL.
"""

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.database.dialects.base import Dialect
from runs.database.dialects.postgresql import PostgreSQL
from runs.database.dialects.sqlite import SQLite

__all__ = ["Dialect", "current_dialect", "dialect_of"]

DIALECTS: dict[str, Dialect] = {"sqlite": SQLite(), "postgresql": PostgreSQL()}


def dialect_of(of: BaseDatabaseWrapper) -> Dialect:
    """Return the dialect of a connection."""
    return DIALECTS[of.vendor]


def current_dialect() -> Dialect:
    """Return the dialect of this thread's connection."""
    return DIALECTS[connection.vendor]
