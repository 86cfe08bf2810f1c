"""Finding few runs fast: from the rarest condition of a filter instead of from the sort order.

A driver is a range of an index whose runs include every match. Counting it stops at `FEW + 1`, so
that asking costs little; a filter with a driver of few runs is answered from these alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.charts.search.comparisons import compare_float, starts_alike
from runs.charts.search.conditions import TABLES, Conditions, read_aggregate
from runs.charts.search.fragments import FALSE, Sql, chain, sql
from runs.charts.search.run_fields import find_runs_by_id
from runs.charts.search.scope import Scope
from runs.tracking.filters import Aggregate, And, Comparison, Entity, Node, Operator, Or
from runs.tracking.filters.nodes import ORDERED

FEW = 1000
POSITIVE = (Operator.EQ, Operator.IN)
INDEXED_AGGREGATES = (None, Aggregate.MIN, Aggregate.MAX)


@dataclass(frozen=True, slots=True)
class Range:
    """`FROM … WHERE …` over an index, and the column of it that is the run's key."""

    column: str
    source: Sql

    def select(self, what: str) -> Sql:
        return self.source.wrap(f"SELECT {what} ", "")


@dataclass(frozen=True, slots=True)
class Driver:
    """The runs of one range, or of several together."""

    ranges: tuple[Range, ...]

    @classmethod
    def of_ids(cls, ids: Sql) -> "Driver":
        """Return the driver of a subquery that gives runs' keys as `run_id`."""
        return cls((Range("run_id", ids.wrap("FROM (", ") d")),))

    def runs(self) -> Sql:
        """Return the subquery of the runs' keys, each once, as `run_id`."""
        return chain(" UNION ", [one.select(f"{one.column} AS run_id") for one in self.ranges])

    def count(self) -> Sql:
        """Return the scalar subquery of how many there are at most, up to `FEW + 1`."""
        each = chain(" UNION ALL ", [one.select("1 AS one") for one in self.ranges])
        return each.wrap("(SELECT COUNT(*) FROM (SELECT 1 FROM (", f") a LIMIT {FEW + 1}) b)")


def find_drivers(node: Node, conditions: Conditions) -> list[Driver]:
    """Return the drivers of a tree: any of an And's parts, one for every part of an Or."""
    if isinstance(node, Comparison):
        found = _RangeFinder(conditions).find(node)
        return [Driver((found,))] if found else []
    if isinstance(node, And):
        return [driver for part in node.parts for driver in find_drivers(part, conditions)]
    if isinstance(node, Or) and node.parts:
        choices = [find_drivers(part, conditions) for part in node.parts]
        if all(choices):
            ranges = [one for choice in choices for one in choice[0].ranges]
            return [Driver(tuple(ranges))]
    return []


def choose_rarest(drivers: Sequence[Driver], scope: Scope) -> tuple[Driver, int]:
    """Return the driver of the fewest runs and how many they are (`FEW + 1`: many). One query."""
    counts = chain(", ", [driver.count() for driver in drivers])
    row = scope.dialect.read(counts.wrap("SELECT ", ""))[0]
    return min(zip(drivers, row, strict=True), key=lambda pair: pair[1])


class _RangeFinder:
    """Finds the range of an index that one comparison allows."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self.scope, self.dialect = conditions.scope, conditions.dialect

    def find(self, node: Comparison) -> Range | None:
        if node.operator is Operator.IS_NULL:
            return None
        if node.field.entity is Entity.METRIC:
            return self._metric(node)
        if node.field.entity in TABLES:
            return self._keyed(node)
        if node.field.entity is Entity.LOG:
            return Driver.of_ids(self.dialect.ids(self.conditions.logs[node])).ranges[0]
        return self._run(node) if node.field.entity is Entity.RUN else None

    def _metric(self, node: Comparison) -> Range | None:
        ids = self.conditions.metrics.all(node.field.key, node.field.column)
        values = node.value if isinstance(node.value, tuple) else (node.value,)
        if any(isinstance(value, str) for value in values) or node.operator in (
            Operator.IS_NOT_NULL,
        ):
            return None
        source = sql("FROM runs_series s WHERE ")
        source += self.dialect.one_of("s.metric_id", ids) if ids else FALSE
        indexed = node.field.aggregate in INDEXED_AGGREGATES
        if indexed and node.operator is not Operator.NE:
            number = read_aggregate(node.field.aggregate, "s")
            source += sql(" AND ") + compare_float(number, node.operator, node.value)
        return Range("s.run_id", source)

    def _keyed(self, node: Comparison) -> Range | None:
        if not self.scope.experiment_ids:
            return None
        source = sql(f"FROM {TABLES[node.field.entity]} p WHERE ")
        source += self.dialect.one_of("p.experiment_id", self.scope.experiment_ids)
        source += sql(" AND p.key = %s", node.field.key) + self._indexed_value(node)
        return Range("p.run_id", source)

    def _indexed_value(self, node: Comparison) -> Sql:
        values = node.value if isinstance(node.value, tuple) else (node.value,)
        if node.operator in POSITIVE and all(isinstance(value, str) for value in values):
            return sql(" AND ") + starts_alike(self.dialect, "p.value", values)
        if node.field.entity is Entity.PARAM and node.operator in ORDERED | set(POSITIVE):
            numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
            if len(numbers) == len(values):
                return sql(" AND ") + compare_float("p.number", node.operator, node.value)
        return Sql("")

    def _run(self, node: Comparison) -> Range | None:
        if node.field.key == "status" and node.operator in POSITIVE:
            values = node.value if isinstance(node.value, tuple) else (node.value,)
            source = sql("FROM runs_run q WHERE q.workspace_id = %s AND ", self.scope.workspace.id)
            return Range("q.id", source + self.dialect.one_of("q.status", values))
        if node.field.key not in ("run_id", "parent", "root"):
            return None
        source = find_runs_by_id(node, self.scope)
        return source and Range("q.id" if node.field.key == "run_id" else "c.id", source)
