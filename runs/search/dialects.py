"""Where the two databases differ, and the running of statements.

Text columns sort and compare by code point on both (on PostgreSQL by their collation "C"). Case is
folded for ASCII by the database itself; for other letters by Python on SQLite and by ICU on
PostgreSQL.
"""

import json
import re
from collections.abc import Collection
from functools import lru_cache
from sqlite3 import Error
from typing import Any

from django.db import DataError, connection

from runs.search.errors import SearchError
from runs.search.fragments import Sql, sql
from runs.tracking.filters.patterns import IGNORE_CASE, compile_pattern, to_postgresql
from runs.tracking.models import INDEXED_VALUE_CHARS

Row = tuple[Any, ...]
MOST_PATTERN_CHARS = 10_000
# A text of this form is a number wherever texts are compared with numbers; its size keeps the
# conversion inside the range of a double.
NUMBER_TEXT = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?")


def lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def match(pattern: str, text: str | None) -> bool | None:
    return None if text is None else compile_pattern(pattern).search(text) is not None


def read_number(text: str | None) -> float | None:
    return float(text) if text is not None and NUMBER_TEXT.fullmatch(text) else None


FUNCTIONS = {
    "studio_lower": (1, lower),
    "studio_match": (2, match),
    "studio_number": (1, read_number),
}


class Dialect:
    """SQLite's words; `PostgreSQL` below replaces those that differ."""

    # Keeps the order of the tables as written.
    cross_join = "CROSS JOIN"
    fence = ""
    joins_at_once = False

    def prefix(self, expression: str) -> str:
        """The indexed first characters of a text."""
        return f"SUBSTR({expression}, 1, {INDEXED_VALUE_CHARS})"

    def one_of(self, expression: str, values: Collection[Any]) -> Sql:
        """The condition that a number or text is one of `values`."""
        if len(values) == 1:
            return sql(f"{expression} = %s", *values)
        return self._in_list(expression, list(values))

    def _in_list(self, expression: str, values: list[Any]) -> Sql:
        return sql(f"{expression} IN (SELECT value FROM json_each(%s))", json.dumps(values))

    def ids(self, ids: Collection[int]) -> Sql:
        """A subquery of numbers given as a list, as `id`."""
        return sql("SELECT value AS id FROM json_each(%s)", json.dumps(list(ids)))

    def like(self, expression: str, pattern: str) -> Sql:
        """`LIKE`, case-sensitive: `%` any characters, `_` one; there is no escape."""
        check_length(pattern)
        return sql(f"{expression} GLOB %s", to_glob(pattern))

    def ilike(self, expression: str, pattern: str) -> Sql:
        """`LIKE` without regard to case."""
        check_length(pattern)
        if pattern.isascii():
            return sql(f"{expression} LIKE %s", pattern)
        return sql(f"studio_lower({expression}) GLOB %s", to_glob(pattern.lower()))

    def match(self, expression: str, pattern: str) -> Sql:
        """A regular expression found anywhere in the text."""
        return sql(f"studio_match(%s, {expression})", pattern)

    def number(self, expression: str) -> str:
        """The number that a text reads as, NULL where it reads as none."""
        return f"studio_number({expression})"

    def read(self, query: Sql) -> list[Row]:
        """Run a query and return its rows."""
        try:
            with connection.cursor() as cursor:
                self.prepare()
                cursor.execute(query.text, query.params)
                return cursor.fetchall()
        except (DataError, OverflowError) as error:
            raise SearchError(f"The database cannot run this search: {error}.") from error

    def prepare(self) -> None:
        """Teach the connection the functions used above, once."""
        try:
            connection.connection.execute("SELECT studio_lower('')").close()
        except Error:
            for name, (arguments, function) in FUNCTIONS.items():
                connection.connection.create_function(name, arguments, function, deterministic=True)


class PostgreSQL(Dialect):
    """PostgreSQL's words."""

    cross_join = "JOIN"
    # Keeps EXISTS a probe of each row: as a join, the planner would build it for all rows first.
    fence = " OFFSET 0"
    joins_at_once = True

    def prefix(self, expression: str) -> str:
        return f"SUBSTRING({expression}, 1, {INDEXED_VALUE_CHARS})"

    def _in_list(self, expression: str, values: list[Any]) -> Sql:
        return sql(f"{expression} = ANY(%s)", values)

    def ids(self, ids: Collection[int]) -> Sql:
        return sql("SELECT unnest(%s::bigint[]) AS id", list(ids))

    def like(self, expression: str, pattern: str) -> Sql:
        check_length(pattern)
        return sql(f"{expression} LIKE %s ESCAPE ''", pattern)

    def ilike(self, expression: str, pattern: str) -> Sql:
        check_length(pattern)
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
        """PostgreSQL has all it needs."""


SQLITE, POSTGRESQL = Dialect(), PostgreSQL()


def current_dialect() -> Dialect:
    """Return the dialect of this thread's connection."""
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


@lru_cache(maxsize=1)
def unicode_collation() -> str:
    """Return the name of a collation that folds the case of all letters, where there is one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'")
        return "und-x-icu" if cursor.fetchone() else "default"


def check_length(pattern: str) -> None:
    """Raise SearchError for a pattern longer than SQLite matches, whatever the database."""
    if len(pattern) > MOST_PATTERN_CHARS:
        raise SearchError(f"A LIKE pattern has at most {MOST_PATTERN_CHARS:,} characters.")


def to_glob(pattern: str) -> str:
    """Return SQLite's GLOB for a LIKE pattern: the only case-sensitive matcher it always has."""
    words = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
    return "".join(words.get(letter, letter) for letter in pattern)
