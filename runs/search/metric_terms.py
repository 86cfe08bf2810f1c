"""Sorting by an aggregate of a metric."""

from runs.database.fragments import FALSE, TRUE, Sql, sql
from runs.metrics.tables import SERIES
from runs.search.conditions import TABLES, read_aggregate
from runs.search.drivers import Driver, Range
from runs.search.errors import SearchError
from runs.search.keyed_terms import KeyedTerm
from runs.search.metric_ids import MetricIds
from runs.search.scope import Scope
from runs.search.sort_keys import EMPTY, MISSING, NUMBER, SortKey
from runs.search.terms import Band, RunTerm, Term, Walk
from runs.tracking.fields import INDEXED, STORED, Entity


class MetricTerm(Term):
    """An aggregate of a metric; NaN has a band of its own."""

    def __init__(self, key: SortKey, index: int, scope: Scope, metrics: MetricIds) -> None:
        super().__init__(key, index, scope)
        if key.field.aggregate not in STORED:
            raise SearchError(f"Runs cannot be sorted by the {key.field.aggregate} of a metric.")
        self.ids = metrics.all(key.field.key, key.field.column)
        self.of_run = metrics.of_run(key.field.key, key.field.column) or sql("NULL")
        self.constant_rank = None if self.ids else MISSING

    def join(self) -> Sql:
        # A run has series of its own experiment's metrics alone: any of the ids will do, and
        # PostgreSQL can join all runs at once; SQLite probes each run and wants one id.
        row = self.row
        on = sql(f" LEFT JOIN {SERIES} {row} ON {row}.run_id = r.id AND ")
        if self.dialect.joins_at_once and self.ids:
            return on + self.dialect.one_of(f"{row}.metric_id", self.ids)
        return on + f"{row}.metric_id = " + self.of_run

    def values(self) -> dict[int, str]:
        return {NUMBER: read_aggregate(self.key.field.aggregate, self.row)}

    def rank(self) -> str:
        value = read_aggregate(self.key.field.aggregate, self.row)
        return (
            f"CASE WHEN {self.row}.run_id IS NULL THEN {MISSING}"
            f" WHEN {value} IS NULL THEN {EMPTY} ELSE {NUMBER} END"
        )

    def bands(self) -> list[Band]:
        if not self.ids:
            return [Band(MISSING, TRUE)]
        value = read_aggregate(self.key.field.aggregate, "s")
        return [
            self._band(NUMBER, Sql(f"{value} IS NOT NULL")),
            self._band(EMPTY, Sql(f"{value} IS NULL")),
            Band(MISSING, self._exists(Sql("")).wrap("NOT ", "")),
        ]

    def rows(self) -> Sql:
        """Return `FROM … WHERE …` of all series of the metric."""
        places = self.dialect.one_of("s.metric_id", self.ids) if self.ids else FALSE
        return Sql(f"FROM {SERIES} s WHERE ") + places

    def ends(self) -> Sql:
        """Return the query of the least and the greatest value of each metric."""
        value = read_aggregate(self.key.field.aggregate, "s")
        end = f"(SELECT {value} FROM {SERIES} s WHERE s.metric_id = e.id ORDER BY {value}"
        ends = f"SELECT {end} LIMIT 1), {end} DESC LIMIT 1) FROM ("
        return self.dialect.ids(self.ids).wrap(ends, ") e")

    def walk(self, rank: int) -> Walk | None:
        if rank != NUMBER:
            return None
        value = read_aggregate(self.key.field.aggregate, "s")
        return Walk(
            rank,
            SERIES,
            Sql(f"{value} IS NOT NULL"),
            value,
            "s.metric_id",
            tuple(self.ids),
            is_indexed=self.key.field.aggregate in INDEXED,
        )

    def equals(self, rank: int, value: float | str) -> Band:
        return self._band(rank, sql(f"{read_aggregate(self.key.field.aggregate, 's')} = %s", value))

    def _band(self, rank: int, condition: Sql) -> Band:
        exists = self._exists(condition.wrap(" AND ", ""))
        return Band(rank, exists, self._driver(condition))

    def _exists(self, condition: Sql) -> Sql:
        fence = self.dialect.fence if condition.text else ""
        inside = Sql(f"SELECT 1 FROM {SERIES} s WHERE s.run_id = r.id AND s.metric_id = ")
        return (inside + self.of_run + condition).wrap("EXISTS (", f"{fence})")

    def _driver(self, condition: Sql) -> Driver:
        return Driver((Range("s.run_id", self.rows() + " AND " + condition),))


def make_term(key: SortKey, index: int, scope: Scope, metrics: MetricIds) -> Term:
    """Return the term of a sort key. Raises SearchError for one there is not."""
    if key.is_metric:
        return MetricTerm(key, index, scope, metrics)
    if key.field.entity in TABLES:
        return KeyedTerm(key, index, scope)
    if key.field.entity is Entity.RUN:
        return RunTerm(key, index, scope)
    raise SearchError(f"Runs cannot be sorted by `{key.field.entity}`.")
