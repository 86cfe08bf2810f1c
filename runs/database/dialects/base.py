"""What a dialect offers. Statements of the hot paths are written in PostgreSQL's words."""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from runs.database.fragments import Row, Sql, sql

# Behind an expression: it is one of a list given as one parameter.
LIST = "= ANY(%s)"
# A table `pair` of two whole numbers, `a` and `b`, given by `Dialect.pair_parameters`.
PAIRS = "unnest(%s::bigint[], %s::bigint[]) AS pair(a, b)"
# At the end of a SELECT: nobody else changes the rows, or deletes what refers to them, until the
# transaction ends.
LOCK_TO_CHANGE = " FOR NO KEY UPDATE"
LOCK_TO_DELETE = " FOR UPDATE"

# A text of this form is a number wherever texts are compared with numbers; its size keeps the
# conversion inside the range of a double.
NUMBER_TEXT = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?")


class Dialect(ABC):
    """One database's words. The methods return SQL; those that run something say so."""

    # Between two tables: joins them in the order they are written in.
    cross_join: ClassVar[str]
    # At the end of a subquery of EXISTS: keeps it a probe of each row. As a join, PostgreSQL's
    # planner would build it for all rows first.
    fence: ClassVar[str]
    # Joins all rows at once where that is faster than probing each.
    joins_at_once: ClassVar[bool]
    # A transaction that writes waits until no other one does.
    has_one_writer: ClassVar[bool]
    in_list: ClassVar[str]
    # The number greater than all others, as a double.
    infinity: ClassVar[str]

    @abstractmethod
    def translate(self, statement: str) -> str:
        """Return a statement of PostgreSQL's words, with `%s`, in those of the driver."""

    @abstractmethod
    def list_parameter(self, values: Iterable[int] | Iterable[str]) -> Any:
        """Return the parameter of `LIST`."""

    @abstractmethod
    def pair_parameters(self, pairs: Sequence[tuple[int, int]]) -> Sequence[Any]:
        """Return the parameters of `PAIRS`."""

    @abstractmethod
    def open_cursor(self, on: BaseDatabaseWrapper) -> Any:
        """Open a cursor of the driver on a connection that is open."""

    @abstractmethod
    def read_each(self, raw: Any, statement: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Run a statement once for each row of parameters on a cursor of the driver; return the
        first row of each answer."""

    def one_of(self, expression: str, values: Collection[Any]) -> Sql:
        """The condition that a number or text is one of `values`."""
        if len(values) == 1:
            return sql(f"{expression} = %s", *values)
        return sql(f"{expression} {self.in_list}", self.list_parameter(values))

    @abstractmethod
    def ids(self, ids: Collection[int]) -> Sql:
        """A subquery of numbers given as a list, as `id`."""

    @abstractmethod
    def beginning(self, expression: str, chars: int) -> str:
        """The first characters of a text, as the indexes of Django's `Substr` have them."""

    @abstractmethod
    def like(self, expression: str, pattern: str) -> Sql:
        """`LIKE`, case-sensitive: `%` any characters, `_` one; there is no escape."""

    @abstractmethod
    def ilike(self, expression: str, pattern: str) -> Sql:
        """`LIKE` without regard to case."""

    @abstractmethod
    def match(self, expression: str, pattern: str) -> Sql:
        """A regular expression found anywhere in the text."""

    @abstractmethod
    def number(self, expression: str) -> str:
        """The number that a text reads as, NULL where it reads as none."""

    def fetch(self, query: Sql) -> list[Row]:
        """Run a query and return its rows. Raises what the database raises."""
        with connection.cursor() as cursor:
            self.prepare()
            cursor.execute(query.text, query.params)
            return cursor.fetchall()

    @abstractmethod
    def prepare(self) -> None:
        """Teach this thread's connection the functions that the SQL above needs, once."""

    @abstractmethod
    def name_server(self) -> str:
        """Return product and version. At most one query."""

    @abstractmethod
    def measure_bytes(self) -> int:
        """Return the size of the database with what is still in its log. At most one query."""

    @abstractmethod
    def estimate_rows(self, table: str, key: str) -> int | None:
        """Return about how many rows a table has; None where it is small enough to be counted.
        `key` is a column of whole numbers that an index begins with. One or two short queries."""

    @abstractmethod
    def hold_migration_lock(self, of: BaseDatabaseWrapper) -> AbstractContextManager[None]:
        """Hold the lock of one database; the kernel or the server releases it if this process
        dies."""


def fetch_one(statement: str, params: Sequence[Any] = ()) -> Row:
    """Run a query that gives one row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()
