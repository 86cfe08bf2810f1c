"""PostgreSQL's words. Its driver is imported when it is used: who keeps to SQLite has none."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.database.dialects.base import LIST, NUMBER_TEXT, Dialect, fetch_one
from runs.database.fragments import Row, Sql, sql
from runs.database.patterns import IGNORE_CASE, to_postgresql

# A table of fewer rows or pages is counted, not estimated.
FEW_ROWS = 8000
FEW_PAGES = 400
MIGRATION_LOCK = 0x53545544494F  # "STUDIO": no other program's advisory lock


class PostgreSQL(Dialect):
    """PostgreSQL, whose words statements are written in."""

    cross_join = "JOIN"
    fence = " OFFSET 0"
    joins_at_once = True
    has_one_writer = False
    in_list = LIST
    infinity = "'Infinity'::double precision"

    def translate(self, statement: str) -> str:
        return statement

    def list_parameter(self, values: Iterable[int] | Iterable[str]) -> list[Any]:
        return [*values]

    def pair_parameters(self, pairs: Sequence[tuple[int, int]]) -> Sequence[list[int]]:
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def open_cursor(self, on: BaseDatabaseWrapper) -> Any:
        import psycopg

        # Django's cursor binds on the client: blobs would travel as text both ways.
        raw = psycopg.Cursor(on.connection)
        raw.format = psycopg.pq.Format.BINARY
        return raw

    def read_each(
        self, raw: Any, statement: str, rows: Sequence[Sequence[Any]]
    ) -> list[Row | None]:
        raw.executemany(statement, rows, returning=True)
        answers = [raw.fetchone()]
        while raw.nextset():
            answers.append(raw.fetchone())
        return answers

    def ids(self, ids: Collection[int]) -> Sql:
        return sql("SELECT unnest(%s::bigint[]) AS id", list(ids))

    def beginning(self, expression: str, chars: int) -> str:
        return f"SUBSTRING({expression}, 1, {chars})"

    def like(self, expression: str, pattern: str) -> Sql:
        return sql(f"{expression} LIKE %s ESCAPE ''", pattern)

    def ilike(self, expression: str, pattern: str) -> Sql:
        if pattern.isascii():
            return sql(f"{expression} ILIKE %s ESCAPE ''", pattern)
        order = unicode_collation()
        return sql(
            f'LOWER({expression} COLLATE "{order}") LIKE LOWER(%s COLLATE "{order}") ESCAPE \'\'',
            pattern,
        )

    def match(self, expression: str, pattern: str) -> Sql:
        if pattern.startswith(IGNORE_CASE) and not pattern.isascii():
            expression = f'{expression} COLLATE "{unicode_collation()}"'
        return sql(f"{expression} ~ %s", to_postgresql(pattern))

    def number(self, expression: str) -> str:
        form = f"^({NUMBER_TEXT.pattern})$"
        return f"CASE WHEN {expression} ~ '{form}' THEN {expression}::double precision END"

    def prepare(self) -> None:
        """PostgreSQL has all functions."""

    def name_server(self) -> str:
        return f"PostgreSQL {fetch_one('SHOW server_version')[0]}"

    def measure_bytes(self) -> int:
        return fetch_one("SELECT pg_database_size(current_database())")[0]

    def estimate_rows(self, table: str, key: str) -> int | None:
        """What the planner believes; None for a small table and for one it has not looked at."""
        pages, rows = fetch_one(
            "SELECT relpages, reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table]
        )
        return None if rows < FEW_ROWS and pages < FEW_PAGES else max(rows, 0)

    @contextmanager
    def hold_migration_lock(self, of: BaseDatabaseWrapper) -> Iterator[None]:
        with of.cursor() as cursor:
            # Another process may migrate for minutes, and a table be in use for as long.
            cursor.execute("SET lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            yield
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


@lru_cache(maxsize=1)
def unicode_collation() -> str:
    """Return the name of a collation that folds the case of all letters, where there is one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'")
        return "und-x-icu" if cursor.fetchone() else "default"
