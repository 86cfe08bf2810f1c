"""Sorting by an aggregate of a metric."""

from collections.abc import Sequence

from runs.database.fragments import FALSE, TRUE, Sql, any_of, chain, sql
from runs.metrics.tables import SERIES
from runs.search.conditions import TABLES, indexes_of, read_aggregate
from runs.search.drivers import Driver, Range
from runs.search.errors import SearchError
from runs.search.keyed_terms import KeyedTerm
from runs.search.metric_ids import MetricIds
from runs.search.scope import Scope
from runs.search.sort_keys import EMPTY, MISSING, NUMBER, SortKey
from runs.search.terms import Band, RunTerm, Term, Walk
from runs.tracking.fields import INDEXED, STORED, Entity


class MetricTerm(Term):
    """An aggregate of a metric; NaN and infinities have a band of their own."""

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
        return {NUMBER: self._number()}

    def rank(self) -> str:
        return (
            f"CASE WHEN {self.row}.run_id IS NULL THEN {MISSING}"
            f" WHEN {self._number()} IS NULL THEN {EMPTY} ELSE {NUMBER} END"
        )

    def _number(self) -> str:
        """Return the expression of the value, NULL where it has no place among the numbers."""
        value = read_aggregate(self.key.field.aggregate, self.row)
        if self.key.as_text:
            return value
        return f"CASE WHEN {self._is_number().format(value=value)} THEN {value} END"

    def _is_number(self) -> str:
        """Return the condition that a value has a place among the numbers."""
        if self.key.as_text:
            return "{value} IS NOT NULL"
        end = self.dialect.infinity
        return f"{{value}} > -{end} AND {{value}} < {end}"

    def _is_none(self) -> list[str]:
        """Return the conditions of which one is true for a value that has no such place."""
        end = self.dialect.infinity
        infinite = [] if self.key.as_text else [f"{{value}} = {end}", f"{{value}} = -{end}"]
        return ["{value} IS NULL", *infinite]

    def bands(self) -> list[Band]:
        if not self.ids:
            return [Band(MISSING, TRUE)]
        return [
            self._band(NUMBER, [self._is_number()]),
            self._band(EMPTY, self._is_none()),
            Band(MISSING, self._exists(Sql("")).wrap("NOT ", "")),
        ]

    def rows(self) -> Sql:
        """Return `FROM … WHERE …` of all series of the metric."""
        places = self.dialect.one_of("s.metric_id", self.ids) if self.ids else FALSE
        return Sql(f"FROM {SERIES} s WHERE ") + places

    def ends(self) -> Sql:
        """Return the query of the least and the greatest value of each metric."""
        parts = [
            rows.wrap(f"SELECT {value} AS value FROM {SERIES} s WHERE s.metric_id = e.id AND ", "")
            for value, rows in self._parts
        ]
        end = chain(" UNION ALL ", parts)
        least = end.wrap("(SELECT value FROM (", ") l ORDER BY value LIMIT 1)")
        greatest = end.wrap("(SELECT value FROM (", ") g ORDER BY value DESC LIMIT 1)")
        source = self.dialect.ids(self.ids).wrap(" FROM (", ") e")
        return chain(", ", [least, greatest]).wrap("SELECT ", "") + source

    def walk(self, rank: int) -> Walk | None:
        if rank != NUMBER:
            return None
        return Walk(
            rank,
            SERIES,
            tuple((value, rows + f" AND {value} IS NOT NULL") for value, rows in self._parts),
            "s.metric_id",
            tuple(self.ids),
            is_indexed=self.key.field.aggregate in INDEXED,
            infinity="" if self.key.as_text else self.dialect.infinity,
        )

    def equals(self, rank: int, value: float | str) -> Band:
        return self._band(rank, ["{value} = %s"], value)

    @property
    def _parts(self) -> list[tuple[str, Sql]]:
        return indexes_of(self.key.field.aggregate, "s")

    def _band(self, rank: int, choices: Sequence[str], *params: object) -> Band:
        """Return the runs whose `value` satisfies one of some conditions."""
        aggregate = read_aggregate(self.key.field.aggregate, "s")
        whole = any_of(sql(one.format(value=aggregate), *params) for one in choices)
        ranges = (
            Range(
                "s.run_id",
                chain(" AND ", [self.rows(), rows, sql(one.format(value=value), *params)]),
            )
            for value, rows in self._parts
            for one in choices
        )
        return Band(rank, self._exists(whole.wrap(" AND ", "")), Driver(tuple(ranges)))

    def _exists(self, condition: Sql) -> Sql:
        fence = self.dialect.fence if condition.text else ""
        inside = Sql(f"SELECT 1 FROM {SERIES} s WHERE s.run_id = r.id AND s.metric_id = ")
        return (inside + self.of_run + condition).wrap("EXISTS (", f"{fence})")


def make_term(key: SortKey, index: int, scope: Scope, metrics: MetricIds) -> Term:
    """Return the term of a sort key. Raises SearchError for one there is not."""
    if key.is_metric:
        return MetricTerm(key, index, scope, metrics)
    if key.field.entity in TABLES:
        return KeyedTerm(key, index, scope)
    if key.field.entity is Entity.RUN:
        return RunTerm(key, index, scope)
    raise SearchError(f"Runs cannot be sorted by `{key.field.entity}`.")
