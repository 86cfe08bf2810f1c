"""Inserting rows the fastest way each database has."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

Row = tuple[Any, ...]


def next_id(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}")
        return cursor.fetchone()[0]


def load(table: str, columns: str, rows: Iterable[Row]) -> None:
    """Insert rows with their ids: by COPY on PostgreSQL, by executemany on SQLite.

    Whatever makes the rows must not read from the database: the connection is busy with them.
    """
    names = columns.split()
    quoted = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table} ({quoted}) VALUES ({marks})"
            connection.connection.executemany(statement, rows)


def count_on(*tables: str) -> None:
    """Let PostgreSQL number new rows behind those that were inserted with ids."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"
                )


def settle() -> None:
    """Let PostgreSQL look at the new rows at once instead of a minute later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
