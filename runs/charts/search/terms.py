"""Sort keys as SQL: which band a run is in, its value there, and the index that is in that order.

In a statement the row of term number `i` is called `k<i>`.
"""

from dataclasses import dataclass, replace

from runs.charts.search.comparisons import starts_alike
from runs.charts.search.conditions import TABLES, read_aggregate
from runs.charts.search.drivers import Driver, Range
from runs.charts.search.errors import SearchError
from runs.charts.search.fragments import FALSE, TRUE, Sql, all_of, sql
from runs.charts.search.metric_ids import MetricIds
from runs.charts.search.run_fields import read_field
from runs.charts.search.scope import Scope
from runs.charts.search.sort_keys import EMPTY, MISSING, NUMBER, TEXT, SortKey
from runs.tracking.filters import Aggregate, Entity
from runs.tracking.filters.fields import BY_NAME, Type

ENTITIES = {"param": Entity.PARAM, "tag": Entity.TAG, "property": Entity.PROPERTY}
TEXTS = (Type.TEXT, Type.CHOICE)
INDEXED_AGGREGATES = ("last", "min", "max")


@dataclass(frozen=True, slots=True)
class Band:
    """The runs of one rank of a term.

    `condition` tells that run `r` is in it, `driver` selects a superset of them from an index,
    which `is_sparse` where its walk would meet many others.
    """

    rank: int
    condition: Sql
    driver: Driver | None = None
    is_sparse: bool = False


@dataclass(frozen=True, slots=True)
class Walk:
    """A band in sorted order: the rows `s` of a table under a condition, each with its `run_id`.

    An index has them ascending by `value` within each of the `branches` (numbers that
    `branch_column` equals). A text's `value` is its first characters, `full_value` all of it.
    """

    rank: int
    table: str
    condition: Sql
    value: str
    full_value: str
    branch_column: str
    branches: tuple[int, ...]


class Term:
    """One sort key, compiled. The base class is a run field."""

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
        """Return all bands in order; empty where the term cannot be walked."""
        return []

    def equals(self, rank: int, value: float | str) -> Band:
        """Return the runs of one value (of a text: of its indexed first characters)."""
        raise NotImplementedError


class RunTerm(Term):
    """A field of the run itself; blank texts count as missing."""

    def __init__(self, key: SortKey, index: int, scope: Scope) -> None:
        super().__init__(key, index, scope)
        if key.key not in BY_NAME:
            raise SearchError(f"Runs cannot be sorted by `{key.key}`.")
        self.is_text = BY_NAME[key.key].type in TEXTS
        expression = read_field(BY_NAME[key.key].name, scope)
        self.expression = f"NULLIF({expression}, '')" if self.is_text else expression

    def values(self) -> dict[int, str]:
        return {TEXT if self.is_text else NUMBER: self.expression}

    def rank(self) -> str:
        found = TEXT if self.is_text else NUMBER
        return f"CASE WHEN {self.expression} IS NULL THEN {MISSING} ELSE {found} END"


class KeyedTerm(Term):
    """A param, tag or property."""

    def __init__(self, key: SortKey, index: int, scope: Scope) -> None:
        super().__init__(key, index, scope)
        self.table = TABLES[ENTITIES[key.kind]]
        self.has_numbers = key.kind == "param" and not key.as_text

    def join(self) -> Sql:
        row = self.row
        return sql(
            f" LEFT JOIN {self.table} {row} ON {row}.run_id = r.id AND {row}.key = %s", self.key.key
        )

    def values(self) -> dict[int, str]:
        if not self.has_numbers:
            return {TEXT: f"{self.row}.value"}
        text = f"CASE WHEN {self.row}.number IS NULL THEN {self.row}.value END"
        return {NUMBER: f"{self.row}.number", TEXT: text}

    def rank(self) -> str:
        row = self.row
        number = f" WHEN {row}.number IS NOT NULL THEN {NUMBER}" if self.has_numbers else ""
        return (
            f"CASE WHEN {row}.run_id IS NULL THEN {MISSING}{number}"
            f" WHEN {row}.value IS NULL THEN {EMPTY} ELSE {TEXT} END"
        )

    def bands(self) -> list[Band]:
        return [
            *([self._band(NUMBER, Sql("s.number IS NOT NULL"))] if self.has_numbers else []),
            replace(self._band(TEXT, self._is_text()), is_sparse=self.has_numbers),
            *([self._band(EMPTY, Sql("s.value IS NULL"))] if self.key.kind == "tag" else []),
            Band(MISSING, self._exists(Sql("")).wrap("NOT ", "")),
        ]

    def _is_text(self) -> Sql:
        return Sql("s.number IS NULL" if self.has_numbers else "s.value IS NOT NULL")

    def _exists(self, condition: Sql, fence: str = "") -> Sql:
        inside = sql(
            f"SELECT 1 FROM {self.table} s WHERE s.run_id = r.id AND s.key = %s", self.key.key
        )
        return (inside + condition).wrap("EXISTS (", f"{fence})")

    def _range(self, condition: Sql) -> Sql:
        if not self.scope.experiment_ids:
            return sql(f"FROM {self.table} s WHERE ") + FALSE
        places = self.dialect.one_of("s.experiment_id", self.scope.experiment_ids)
        return (
            sql(f"FROM {self.table} s WHERE ")
            + places
            + sql(" AND s.key = %s AND ", self.key.key)
            + condition
        )

    def _band(self, rank: int, condition: Sql) -> Band:
        exists = self._exists(condition.wrap(" AND ", ""), self.dialect.fence)
        return Band(rank, exists, Driver((Range("s.run_id", self._range(condition)),)))

    def walk(self, rank: int) -> Walk | None:
        if rank not in (NUMBER, TEXT):
            return None
        condition = Sql("s.number IS NOT NULL") if rank == NUMBER else self._is_text()
        condition = sql("s.key = %s AND ", self.key.key) + condition
        value = "s.number" if rank == NUMBER else self.dialect.prefix("s.value")
        full = "s.number" if rank == NUMBER else "s.value"
        ids = tuple(self.scope.experiment_ids)
        return Walk(rank, self.table, condition, value, full, "s.experiment_id", ids)

    def equals(self, rank: int, value: float | str) -> Band:
        if rank == NUMBER:
            return self._band(rank, sql("s.number = %s", value))
        alike = starts_alike(self.dialect, "s.value", [str(value)])
        exact = all_of([alike, self._is_text()])
        return Band(
            rank,
            self._exists(exact.wrap(" AND ", ""), self.dialect.fence),
            Driver((Range("s.run_id", self._range(alike)),)),
        )


class MetricTerm(Term):
    """An aggregate of a metric, NaN apart."""

    def __init__(self, key: SortKey, index: int, scope: Scope, metrics: MetricIds) -> None:
        super().__init__(key, index, scope)
        if key.aggregate not in set(Aggregate):
            raise SearchError(f"Runs cannot be sorted by the {key.aggregate} of a metric.")
        self.ids = metrics.all(key.key, key.column)
        self.of_run = metrics.of_run(key.key, key.column) or sql("NULL")

    def join(self) -> Sql:
        row = self.row
        on = sql(f" LEFT JOIN runs_series {row} ON {row}.run_id = r.id AND {row}.metric_id = ")
        return on + self.of_run

    def values(self) -> dict[int, str]:
        return {NUMBER: read_aggregate(self.key.aggregate, self.row)}

    def rank(self) -> str:
        value = read_aggregate(self.key.aggregate, self.row)
        return (
            f"CASE WHEN {self.row}.run_id IS NULL THEN {MISSING}"
            f" WHEN {value} IS NULL THEN {EMPTY} ELSE {NUMBER} END"
        )

    def bands(self) -> list[Band]:
        value = read_aggregate(self.key.aggregate, "s")
        if not self.ids:
            return [Band(MISSING, TRUE)]
        if self.key.aggregate not in INDEXED_AGGREGATES:
            return []
        return [
            self._band(NUMBER, Sql(f"{value} IS NOT NULL")),
            self._band(EMPTY, Sql(f"{value} IS NULL")),
            Band(MISSING, self._exists(Sql("")).wrap("NOT ", "")),
        ]

    def _exists(self, condition: Sql, fence: str = "") -> Sql:
        inside = Sql("SELECT 1 FROM runs_series s WHERE s.run_id = r.id AND s.metric_id = ")
        return (inside + self.of_run + condition).wrap("EXISTS (", f"{fence})")

    def _band(self, rank: int, condition: Sql) -> Band:
        exists = self._exists(condition.wrap(" AND ", ""), self.dialect.fence)
        places = self.dialect.one_of("s.metric_id", self.ids)
        source = sql("FROM runs_series s WHERE ") + places + " AND " + condition
        return Band(rank, exists, Driver((Range("s.run_id", source),)))

    def walk(self, rank: int) -> Walk | None:
        if rank != NUMBER:
            return None
        value = read_aggregate(self.key.aggregate, "s")
        condition, ids = Sql(f"{value} IS NOT NULL"), tuple(self.ids)
        return Walk(rank, "runs_series", condition, value, value, "s.metric_id", ids)

    def equals(self, rank: int, value: float | str) -> Band:
        return self._band(rank, sql(f"{read_aggregate(self.key.aggregate, 's')} = %s", value))


def make_term(key: SortKey, index: int, scope: Scope, metrics: MetricIds) -> Term:
    """Return the term of a sort key. Raises SearchError for one there is not."""
    if key.kind == "metric":
        return MetricTerm(key, index, scope, metrics)
    if key.kind in ENTITIES:
        return KeyedTerm(key, index, scope)
    if key.kind == "run":
        return RunTerm(key, index, scope)
    raise SearchError(f"Runs cannot be sorted by a `{key.kind}`.")
