"""The rows of the migrations, and nothing else, are there again after each test that commits.

Django empties every table after such a test (PostgreSQL writes each of them and its indexes anew,
which takes more than most tests), makes permissions anew, and puts the other rows back before the
next test that asks for them, each by a statement of its own.
"""

from functools import cache
from itertools import groupby

from django.core import serializers
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.models.sql import InsertQuery
from django.test import TransactionTestCase

flush = TransactionTestCase._fixture_teardown


def restore_in_bulk() -> None:
    """Have Django empty the tables that have rows alone, and put rows back at once, by one
    statement for each table."""
    BaseDatabaseCreation.deserialize_db_from_string = leave
    TransactionTestCase._fixture_teardown = put_back


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
            delete_rows(connection)
            write_rows(connection, connection._test_serialized_contents)


def delete_rows(connection: BaseDatabaseWrapper) -> None:
    """Delete all rows. Foreign keys are checked when the transaction ends."""
    names = connection.introspection.django_table_names(only_existing=True)
    tables = [connection.ops.quote_name(name) for name in names]
    filled = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Wait for those who still write, as SQLite does: their rows are to go too.
            cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
        cursor.execute(" UNION ALL ".join(filled))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")


def write_rows(connection: BaseDatabaseWrapper, data: str) -> None:
    """Write the rows in `data`, which Django has written when the database was made."""
    with connection.cursor() as cursor:
        for statement, values in inserts(connection.alias, data):
            cursor.execute(statement, values)


@cache
def inserts(name: str, data: str) -> tuple[tuple[str, tuple], ...]:
    """Return the statements that write the rows. (To put them into words takes longer than to run
    them.)"""
    found = []
    rows = (row.object for row in serializers.deserialize("json", data))
    for model, group in groupby(rows, key=type):
        query = InsertQuery(model)
        query.insert_values(model._meta.local_concrete_fields, list(group), raw=True)
        found += query.get_compiler(using=name).as_sql()
    return tuple(found)
