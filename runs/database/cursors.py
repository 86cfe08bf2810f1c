"""Plain driver cursors on the Django connection of this thread, for the hot paths.

SQL is written in PostgreSQL's words with `%s`. Driver errors come out as Django's. What is read
and written here does not show up in Django's query log.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from runs.database.dialects import Dialect, current_dialect
from runs.database.dialects.base import LIST, LOCK_TO_CHANGE, LOCK_TO_DELETE, PAIRS
from runs.database.fragments import Row

__all__ = ["LIST", "LOCK_TO_CHANGE", "LOCK_TO_DELETE", "PAIRS", "Cursor", "Row", "open_cursor"]


class Cursor:
    """A driver's cursor with the same few methods for both databases."""

    def __init__(self, raw: Any, dialect: Dialect) -> None:
        self._raw = raw
        self._dialect = dialect

    def read(self, statement: str, params: Sequence[Any] = ()) -> list[Row]:
        """Run a query and return its rows."""
        rows: list[Row] = self._raw.execute(self._dialect.translate(statement), params).fetchall()
        return rows

    def run(self, statement: str, params: Sequence[Any] = ()) -> None:
        """Run a statement."""
        self._raw.execute(self._dialect.translate(statement), params)

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        if rows:
            self._raw.executemany(self._dialect.translate(statement), rows)

    def read_each(self, statement: str, rows: Sequence[Sequence[Any]]) -> list[Row | None]:
        """Run a query once for each row of parameters; return the first row of each answer."""
        return self._dialect.read_each(self._raw, statement, rows) if rows else []

    def list(self, values: Iterable[int] | Iterable[str]) -> Any:
        """Return the parameter of `LIST`."""
        return self._dialect.list_parameter(values)

    def pairs(self, pairs: Sequence[tuple[int, int]]) -> Sequence[Any]:
        """Return the parameters of `PAIRS`."""
        return self._dialect.pair_parameters(pairs)


@contextmanager
def open_cursor() -> Iterator[Cursor]:
    """Give a cursor on this thread's connection; it takes part in its transaction."""
    connection.ensure_connection()
    dialect = current_dialect()
    with connection.wrap_database_errors:
        raw = dialect.open_cursor()
        try:
            yield Cursor(raw, dialect)
        finally:
            raw.close()
