"""SQLite's words."""

import fcntl
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.database.dialects.base import (
    LIST,
    LOCK_TO_CHANGE,
    LOCK_TO_DELETE,
    NUMBER_TEXT,
    PAIRS,
    Dialect,
    fetch_one,
)
from runs.database.fragments import Row, Sql, sql
from runs.database.patterns import compile_pattern

IN_LIST = "IN (SELECT value FROM json_each(%s))"
# A transaction that writes holds all locks.
WORDS = {
    PAIRS: (
        "(SELECT json_extract(value, '$[0]') AS a, json_extract(value, '$[1]') AS b"
        " FROM json_each(%s)) AS pair"
    ),
    LIST: IN_LIST,
    LOCK_TO_CHANGE: "",
    LOCK_TO_DELETE: "",
    "%s": "?",
}
# The rows of a table are estimated from so many windows of so many keys.
WINDOWS = 20
WINDOW_KEYS = 400


def to_json(values: Sequence[Any]) -> str:
    """Return a list as JSON. (`json.dumps` takes ten times as long for a short one.)"""
    return msgspec.json.encode(values).decode()


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


class SQLite(Dialect):
    """SQLite lacks arrays, row locks and regular expressions: lists travel as JSON, functions in
    Python do the rest."""

    cross_join = "CROSS JOIN"
    fence = ""
    joins_at_once = False
    has_one_writer = True
    in_list = IN_LIST
    infinity = "9e999"

    def translate(self, statement: str) -> str:
        return translate(statement)

    def list_parameter(self, values: Iterable[int] | Iterable[str]) -> str:
        return to_json([*values])

    def pair_parameters(self, pairs: Sequence[tuple[int, int]]) -> Sequence[str]:
        return (to_json(pairs),)

    def open_cursor(self, on: BaseDatabaseWrapper) -> sqlite3.Cursor:
        return on.plain_cursor()

    def read_each(
        self, raw: sqlite3.Cursor, statement: str, rows: Sequence[Sequence[Any]]
    ) -> list[Row | None]:
        text = translate(statement)
        return [raw.execute(text, row).fetchone() for row in rows]

    def ids(self, ids: Collection[int]) -> Sql:
        return sql("SELECT value AS id FROM json_each(%s)", to_json(list(ids)))

    def beginning(self, expression: str, chars: int) -> str:
        return f"SUBSTR({expression}, 1, {chars})"

    def like(self, expression: str, pattern: str) -> Sql:
        return sql(f"{expression} GLOB %s", to_glob(pattern))

    def ilike(self, expression: str, pattern: str) -> Sql:
        if pattern.isascii():
            return sql(f"{expression} LIKE %s", pattern)
        return sql(f"studio_lower({expression}) GLOB %s", to_glob(pattern.lower()))

    def match(self, expression: str, pattern: str) -> Sql:
        return sql(f"studio_match(%s, {expression})", pattern)

    def number(self, expression: str) -> str:
        return f"studio_number({expression})"

    def prepare(self) -> None:
        try:
            connection.connection.execute("SELECT studio_lower('')").close()
        except sqlite3.Error:
            for name, (arguments, function) in FUNCTIONS.items():
                connection.connection.create_function(name, arguments, function, deterministic=True)

    def name_server(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    def measure_bytes(self) -> int:
        path = str(connection.settings_dict["NAME"])
        files = (Path(path), Path(f"{path}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def estimate_rows(self, table: str, key: str) -> int | None:
        """The span of the keys, times how densely some windows of it are filled; None for a
        short span, which is counted as fast."""
        low, high = fetch_one(
            f"SELECT (SELECT MIN({key}) FROM {table}), (SELECT MAX({key}) FROM {table})"
        )
        span = 0 if high is None else high - low + 1
        if span <= WINDOWS * WINDOW_KEYS:
            return None
        starts = [low + (span - WINDOW_KEYS) * number // (WINDOWS - 1) for number in range(WINDOWS)]
        counts = " UNION ALL ".join(
            f"SELECT COUNT(*) AS n FROM {table}"
            f" WHERE {key} BETWEEN {start} AND {start + WINDOW_KEYS - 1}"
            for start in starts
        )
        seen = fetch_one(f"SELECT SUM(n) FROM ({counts})")[0]
        return round(span * seen / (WINDOWS * WINDOW_KEYS))

    @contextmanager
    def hold_migration_lock(self, of: BaseDatabaseWrapper) -> Iterator[None]:
        # Taken before the first connection: two at once would also race to switch to WAL.
        with open(f"{of.settings_dict['NAME']}.migrate.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@lru_cache(maxsize=256)
def translate(statement: str) -> str:
    """Return a statement in SQLite's words."""
    for word, own in WORDS.items():
        statement = statement.replace(word, own)
    return statement


def to_glob(pattern: str) -> str:
    """Return SQLite's GLOB for a LIKE pattern: the only case-sensitive matcher it always has."""
    words = {"%": "*", "_": "?", "*": "[*]", "?": "[?]", "[": "[[]"}
    return "".join(words.get(letter, letter) for letter in pattern)
