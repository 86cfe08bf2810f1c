"""The rows of the migrations, which a test that commits empties its tables of.

Django puts them back before the next such test, each row by a statement of its own: a tenth of a
second for the permissions, which is most of what many a test takes.
"""

from functools import cache
from itertools import groupby

from django.core import serializers
from django.db import transaction
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.models import Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery


def restore_in_bulk() -> None:
    """Have Django put them back by one statement for each table."""
    BaseDatabaseCreation.deserialize_db_from_string = restore


def restore(creation: BaseDatabaseCreation, data: str) -> None:
    """Put back the rows in `data`, which Django has written, but those that are there."""
    connection = creation.connection
    with (
        transaction.atomic(using=connection.alias),
        connection.constraint_checks_disabled(),
    ):
        for model, rows in groupby(read_rows(data), key=type):
            query = InsertQuery(model, on_conflict=OnConflict.IGNORE)
            query.insert_values(model._meta.local_concrete_fields, list(rows), raw=True)
            query.get_compiler(connection=connection).execute_sql()


@cache
def read_rows(data: str) -> tuple[Model, ...]:
    return tuple(row.object for row in serializers.deserialize("json", data))
