"""Plain driver cursors on the Django connection of this thread, for the hot paths.

SQL is written in PostgreSQL's words with `%s`. Driver errors come out as Django's. What is read
and written here does not show up in Django's query log.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import connection

Row = tuple[Any, ...]

LIST = "= ANY(%s)"
LIST_IN_SQLITE = "IN (SELECT value FROM json_each(%s))"
PAIRS = "unnest(%s::bigint[], %s::bigint[]) AS pair(a, b)"
PAIRS_IN_SQLITE = (
    "(SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b"
    " FROM json_each(%s)) AS pair"
)


class Cursor:
    """A driver's cursor with the same few methods for both databases."""

    def __init__(self, raw: Any, is_sqlite: bool) -> None:
        self.raw = raw
        self.is_sqlite = is_sqlite

    def read(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Run a query and return its rows."""
        rows: list[Row] = self.raw.execute(self._translate(sql), params).fetchall()
        return rows

    def run(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Run a statement."""
        self.raw.execute(self._translate(sql), params)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of parameters."""
        if rows:
            self.raw.executemany(self._translate(sql), rows)

    def read_each(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[Row | None]:
        """Run a query once for each row of parameters; return the first row of each answer."""
        if not rows:
            return []
        if self.is_sqlite:
            text = self._translate(sql)
            return [self.raw.execute(text, row).fetchone() for row in rows]
        self.raw.executemany(sql, rows, returning=True)
        answers = [self.raw.fetchone()]
        while self.raw.nextset():
            answers.append(self.raw.fetchone())
        return answers

    def list(self, values: Iterable[int] | Iterable[str]) -> Any:
        """Return the parameter of `LIST`."""
        return json.dumps([*values]) if self.is_sqlite else [*values]

    def pairs(self, pairs: Sequence[tuple[int, int]]) -> Sequence[Any]:
        """Return the parameters of `PAIRS`."""
        if self.is_sqlite:
            return (json.dumps(pairs),)
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def _translate(self, sql: str) -> str:
        return to_sqlite(sql) if self.is_sqlite else sql


@lru_cache(maxsize=256)
def to_sqlite(sql: str) -> str:
    """Return the statement in SQLite's words."""
    return sql.replace(PAIRS, PAIRS_IN_SQLITE).replace(LIST, LIST_IN_SQLITE).replace("%s", "?")


@contextmanager
def open_cursor() -> Iterator[Cursor]:
    """Give a cursor on this thread's connection; it takes part in its transaction."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            yield Cursor(connection.connection.cursor(), is_sqlite=True)
            return
        import psycopg  # (absent where only SQLite is used)

        # Django's cursor binds on the client: blobs would travel as text both ways.
        with psycopg.Cursor(connection.connection) as raw:
            raw.format = psycopg.pq.Format.BINARY
            yield Cursor(raw, is_sqlite=False)
