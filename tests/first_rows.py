"""The rows of the migrations, and nothing else, are there again after each test that commits.

Django empties every table after such a test (PostgreSQL writes each of them and its indexes anew,
which takes more than most tests), makes permissions anew, and puts the other rows back before the
next test that asks for them, each by a statement of its own. It also closes the connection, and
PostgreSQL then has to learn about all tables again.
"""

from functools import cache
from itertools import groupby

from django.core import serializers
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.backends.utils import CursorWrapper
from django.db.models.sql import InsertQuery
from django.test import TransactionTestCase

flush = TransactionTestCase._fixture_teardown
# What was read back of the rows that were written, by table.
known: dict[str, list[str]] = {}


def restore_in_bulk() -> None:
    """Have Django empty the tables that have other rows alone, and put rows back at once, by one
    statement for each table, on a connection that stays open."""
    BaseDatabaseCreation.deserialize_db_from_string = leave
    TransactionTestCase._fixture_teardown = put_back
    TransactionTestCase._should_reload_connections = lambda case: False


def leave(creation: BaseDatabaseCreation, data: str) -> None:
    """Write nothing before a test: the rows in `data` are there."""


def put_back(case: TransactionTestCase) -> None:
    """Leave every database of a test as the migrations have made it."""
    for name in case._databases_names(include_mirrors=False):
        connection = connections[name]
        if not hasattr(connection, "_test_serialized_contents"):
            # No test of this process asks for the rows of the migrations.
            flush(case)
            return
        with connection.constraint_checks_disabled(), transaction.atomic(using=name):
            put_rows_back(connection)


def put_rows_back(connection: BaseDatabaseWrapper) -> None:
    """Delete all rows but those of the migrations, and write these where they have changed.
    Foreign keys are checked when the transaction ends."""
    inserts = statements(connection.alias, connection._test_serialized_contents)
    with connection.cursor() as cursor:
        filled = filled_tables(cursor, connection)
        changed = {table for table in inserts if known.get(table) != rows_of(cursor, table)}
        for table in filled:
            if table in changed or table not in inserts:
                cursor.execute(f"DELETE FROM {table}")
        for table in changed:
            cursor.execute(*inserts[table])
            known[table] = rows_of(cursor, table)


def filled_tables(cursor: CursorWrapper, connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables that have rows."""
    tables = table_names(connection.alias)
    if connection.vendor == "postgresql":
        # Wait for those who still write, as SQLite does: their rows are to go too.
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
    filled = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
    cursor.execute(" UNION ALL ".join(filled))
    return [table for (table,) in cursor.fetchall()]


@cache
def table_names(name: str) -> tuple[str, ...]:
    """Return the names of all tables, quoted."""
    connection = connections[name]
    names = connection.introspection.django_table_names(only_existing=True)
    return tuple(map(connection.ops.quote_name, names))


def rows_of(cursor: CursorWrapper, table: str) -> list[str]:
    """Return what tells whether the rows of a table are the same."""
    cursor.execute(f"SELECT * FROM {table}")
    return sorted(map(repr, cursor.fetchall()))


@cache
def statements(name: str, data: str) -> dict[str, tuple[str, tuple]]:
    """Return by table the statement that writes the rows in `data`, which Django has written when
    the database was made. (To put them into words takes longer than to run them.)"""
    found = {}
    rows = (row.object for row in serializers.deserialize("json", data))
    for model, group in groupby(rows, key=type):
        query = InsertQuery(model)
        query.insert_values(model._meta.local_concrete_fields, list(group), raw=True)
        (statement,) = query.get_compiler(using=name).as_sql()
        found[connections[name].ops.quote_name(model._meta.db_table)] = statement
    return found
