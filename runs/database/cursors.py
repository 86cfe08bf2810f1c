"""Plain driver cursors on the Django connection of this thread, for the hot paths.

SQL is written in PostgreSQL's words with `%s`. Driver errors come out as Django's.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from runs.database.dialects import Dialect, dialect_of
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

    def run(self, statement: str, params: Sequence[Any] = ()) -> int:
        """Run a statement; return how many rows it has written."""
        count: int = self._raw.execute(self._dialect.translate(statement), params).rowcount
        return count

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


class CountedCursor(Cursor):
    """A cursor whose statements show up in Django's query log, for those who count them."""

    def __init__(self, raw: Any, dialect: Dialect, log: deque[dict[str, str]]) -> None:
        super().__init__(raw, dialect)
        self._log = log

    def read(self, statement: str, params: Sequence[Any] = ()) -> list[Row]:
        self._log.append({"sql": statement})
        return super().read(statement, params)

    def run(self, statement: str, params: Sequence[Any] = ()) -> int:
        self._log.append({"sql": statement})
        return super().run(statement, params)

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            self._log.append({"sql": f"{len(rows)} times: {statement}"})
        super().run_many(statement, rows)

    def read_each(self, statement: str, rows: Sequence[Sequence[Any]]) -> list[Row | None]:
        if rows:
            self._log.append({"sql": f"{len(rows)} times: {statement}"})
        return super().read_each(statement, rows)


class open_cursor:
    """Give a cursor on this thread's connection; it takes part in its transaction.

    A class, because a generator would cost a third of a short query.
    """

    __slots__ = ("_connection", "_raw")

    def __enter__(self) -> Cursor:
        self._connection = connection = connections[DEFAULT_DB_ALIAS]
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        dialect = dialect_of(connection)
        self._raw = dialect.open_cursor(connection)
        if connection.force_debug_cursor:
            return CountedCursor(self._raw, dialect, connection.queries_log)
        return Cursor(self._raw, dialect)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._raw.close()
        self._connection.wrap_database_errors.__exit__(kind, error, trace)
