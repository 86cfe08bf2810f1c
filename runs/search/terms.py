"""Sort keys as SQL: which band a run is in, its value there, and the index that is in that order.

In a statement the row of term number `i` is called `k<i>`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from runs.database.fragments import TRUE, Sql, sql
from runs.search.drivers import Driver, Range
from runs.search.errors import SearchError
from runs.search.run_fields import read_field
from runs.search.scope import Scope
from runs.search.sort_keys import MISSING, NUMBER, TEXT, SortKey
from runs.tracking.run_fields import BY_NAME
from runs.tracking.tables import RUN


@dataclass(frozen=True, slots=True)
class Band:
    """The runs of one rank of a term.

    `condition` is true for a run `r` in the band. `driver` selects a superset of them from an
    index. `is_sparse`: reading that index in order would meet many other rows. `is_there` tells
    whether there may be any, where to read the band would take longer than to ask.
    """

    rank: int
    condition: Sql
    driver: Driver | None = None
    is_sparse: bool = False
    is_there: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """A band in sorted order: the rows `s` of a table; `run_column` is the key of their run.

    `parts` are expressions of the value, each with the condition on the rows that are read by it.
    Within each of the `branches` (values of `branch_column`) an index has the rows of a part
    ascending by its value. Without such an index (`is_indexed` is false) the rows are sorted first,
    then runs are joined to the first of them. Of a text, the value is its first characters. Where
    `infinity` is given, that number and its negative are not of the band.
    """

    rank: int
    table: str
    parts: tuple[tuple[str, Sql], ...]
    branch_column: str
    branches: tuple[int, ...]
    run_column: str = "s.run_id"
    is_indexed: bool = True
    infinity: str = ""


class Term:
    """One sort key, compiled."""

    # The rank that every run has, where there is one.
    constant_rank: int | None = None

    def __init__(self, key: SortKey, index: int, scope: Scope) -> None:
        self.key, self.scope, self.row = key, scope, f"k{index}"
        self.dialect = scope.dialect

    @property
    def descending(self) -> bool:
        return self.key.descending

    def join(self) -> Sql:
        """Return the LEFT JOIN that brings the values, empty if none is needed."""
        return Sql("")

    def values(self) -> dict[int, str]:
        """Return the expression of the value in each band that has values."""
        raise NotImplementedError

    def rank(self) -> str:
        """Return the expression of the band, for use with `join`."""
        raise NotImplementedError

    def walk(self, rank: int) -> Walk | None:
        """Return a band in the order of an index, None where there is no such index."""
        return None

    def bands(self) -> list[Band]:
        """Return all bands in order; empty where the database has to sort."""
        return []

    def equals(self, rank: int, value: float | str) -> Band:
        """Return the runs of one value (of a text: of its indexed first characters)."""
        raise NotImplementedError


class RunTerm(Term):
    """A field of the run itself; blank texts count as missing."""

    def __init__(self, key: SortKey, index: int, scope: Scope) -> None:
        super().__init__(key, index, scope)
        if key.field.key not in BY_NAME:
            raise SearchError(f"Runs cannot be sorted by `{key.field.key}`.")
        field = BY_NAME[key.field.key]
        self.band = TEXT if field.is_text else NUMBER
        self.expression = read_field(field.name, scope)
        self.indexed = field.is_indexed
        if field.is_always:
            self.constant_rank = self.band
        elif self.band == TEXT:
            self.expression = f"NULLIF({self.expression}, '')"
        is_own_order = bool(field.order) and not key.as_text
        self.value = f"r.{field.order}" if is_own_order else self.expression

    def values(self) -> dict[int, str]:
        return {self.band: self.value}

    def rank(self) -> str:
        if self.constant_rank is not None:
            return str(self.constant_rank)
        return f"CASE WHEN {self.expression} IS NULL THEN {MISSING} ELSE {self.band} END"

    def bands(self) -> list[Band]:
        return [Band(NUMBER, TRUE)] if self.indexed else []

    def walk(self, rank: int) -> Walk | None:
        if not self.indexed or rank != NUMBER:
            return None
        column = self._column("s")
        ids = tuple(self.scope.experiment_ids)
        return Walk(rank, RUN, ((column, TRUE),), "s.experiment_id", ids, "s.id")

    def equals(self, rank: int, value: float | str) -> Band:
        places = self.dialect.one_of("q.experiment_id", self.scope.experiment_ids)
        source = sql(f"FROM {RUN} q WHERE ") + places
        source += sql(f" AND {self._column('q')} = %s", value)
        driver = Driver((Range("q.id", source),))
        return Band(rank, sql(f"{self.expression} = %s", value), driver)

    def _column(self, row: str) -> str:
        return BY_NAME[self.key.field.key].expression.replace("r.", f"{row}.")
