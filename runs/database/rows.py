"""Statements of the hot paths, written once.

The ORM builds a statement anew on every call, which takes several times as long as the database
takes to run it. Here the SQL of a model is made from its fields when the module loads.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection, models

from runs.database.cursors import open_cursor

M = TypeVar("M", bound=models.Model)

ROWS_PER_INSERT = 500


class Rows(Generic[M]):
    """Reading and writing the rows of one model by hand-made SQL."""

    def __init__(self, model: type[M]) -> None:
        fields = model._meta.concrete_fields
        self.model = model
        self.table = model._meta.db_table
        self.names = [field.attname for field in fields]
        self.columns = ", ".join(f'{self.table}."{field.column}"' for field in fields)
        self.json_fields = [field for field in fields if isinstance(field, models.JSONField)]
        self.written = [field for field in fields if not field.primary_key]
        self.insert_start = "INSERT INTO {} ({}) VALUES ".format(
            self.table, ", ".join(f'"{field.column}"' for field in self.written)
        )
        self.insert_row = "({})".format(", ".join(["%s"] * len(self.written)))

    def read(self, values: Sequence[Any]) -> M:
        """Return the instance whose columns are `values`, in the order of `self.columns`."""
        instance = self.model.from_db(connection.alias, self.names, values)
        for field in self.json_fields:
            text = getattr(instance, field.attname)
            setattr(instance, field.attname, field.from_db_value(text, None, connection))
        return instance

    def insert(self, instance: M) -> None:
        """Insert one row and give the instance its key."""
        with open_cursor() as cursor:
            statement = f"{self.insert_start}{self.insert_row} RETURNING id"
            instance.pk = cursor.read(statement, self._values_of(instance))[0][0]
        instance._state.adding = False
        instance._state.db = connection.alias

    def insert_many(self, instances: Iterable[M]) -> None:
        """Insert rows without asking for their keys. One query per 500 rows."""
        self.insert_values([self._values_of(instance) for instance in instances])

    def insert_values(self, rows: Sequence[Sequence[Any]], on_conflict: str = "") -> int:
        """Insert rows given as plain values, in the order of the model's fields without the key.

        Returns how many there are now that were not there before. One query per 500 rows.
        """
        count = 0
        with open_cursor() as cursor:
            for start in range(0, len(rows), ROWS_PER_INSERT):
                part = rows[start : start + ROWS_PER_INSERT]
                places = ", ".join([self.insert_row] * len(part))
                values = [value for row in part for value in row]
                count += cursor.run(f"{self.insert_start}{places} {on_conflict}", values)
        return count

    def update(self, pk: int, changes: Mapping[str, Any]) -> None:
        """Change columns of one row. The names are the model's own, never a client's."""
        places = ", ".join(f'"{name}" = %s' for name in changes)
        with open_cursor() as cursor:
            cursor.run(f"UPDATE {self.table} SET {places} WHERE id = %s", [*changes.values(), pk])

    def _values_of(self, instance: M) -> list[Any]:
        values = [getattr(instance, field.attname) for field in self.written]
        for field in self.json_fields:
            place = self.written.index(field)
            values[place] = field.get_db_prep_save(values[place], connection)
        return values
