"""Finding few runs fast: by the rarest condition of a filter instead of in the sort order.

A driver is a range of an index whose runs include every match. It is counted up to a cap, which is
cheap; where a driver has few runs, only these are tested against the filter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from runs.database.fragments import FALSE, Sql, chain, sql
from runs.metrics.tables import SERIES
from runs.search.comparisons import compare_float, starts_alike
from runs.search.conditions import TABLES, Conditions, indexes_of, read_aggregate
from runs.search.fetching import fetch
from runs.search.run_fields import find_runs_by_id
from runs.search.scope import Scope
from runs.tracking.fields import INDEXED, Entity
from runs.tracking.filters import And, Comparison, Node, Operator, Or
from runs.tracking.filters.nodes import NULLS, ORDERED
from runs.tracking.models import INDEXED_VALUE_CHARS
from runs.tracking.tables import RUN

FEW = 1000
POSITIVE = (Operator.EQ, Operator.IN)


@dataclass(frozen=True, slots=True)
class Range:
    """`FROM … WHERE …` over an index, and the column of it that is the run's key.

    `rest` is the part of the comparison that the index cannot answer; with it, the range has
    exactly the runs that satisfy the comparison. `is_own`: the index is on the table of runs.
    """

    column: str
    source: Sql
    rest: Sql | None = None
    is_own: bool = False

    def runs(self) -> Sql:
        found = self.source.wrap(f"SELECT {self.column} AS run_id ", "")
        return found + " AND " + self.rest if self.rest else found


@dataclass(frozen=True, slots=True)
class Driver:
    """The runs of one range, or of several together.

    `is_exact`: within the scope, these are exactly the runs that satisfy the tree.
    """

    ranges: tuple[Range, ...]
    is_exact: bool = False

    @classmethod
    def of_ids(cls, ids: Sql) -> "Driver":
        """Return the driver of a subquery that gives runs' keys as `id`."""
        return cls((Range("d.id", ids.wrap("FROM (", ") d")),), is_exact=True)

    @property
    def is_own(self) -> bool:
        return all(one.is_own for one in self.ranges)

    def runs(self) -> Sql:
        """Return the subquery of the runs' keys, each once, as `run_id`."""
        return chain(" UNION ", [one.runs() for one in self.ranges])

    def count(self, most: int) -> Sql:
        """Return a scalar subquery that counts rows of the ranges, up to `most`."""
        each = chain(" UNION ALL ", [one.source.wrap("SELECT 1 ", "") for one in self.ranges])
        return each.wrap("(SELECT COUNT(*) FROM (SELECT 1 FROM (", f") a LIMIT {most}) b)")


def find_drivers(node: Node, conditions: Conditions) -> list[Driver]:
    """Return the drivers of a tree: any of an And's parts, one for every part of an Or."""
    if isinstance(node, Comparison):
        found = _RangeFinder(conditions).find(node)
        return [Driver(found, is_exact=True)] if found else []
    if isinstance(node, And):
        found = [driver for part in node.parts for driver in find_drivers(part, conditions)]
        return [replace(driver, is_exact=False) for driver in found]
    if isinstance(node, Or) and node.parts:
        choices = [find_drivers(part, conditions) for part in node.parts]
        if all(choices):
            ranges = [one for choice in choices for one in choice[0].ranges]
            return [Driver(tuple(ranges), all(choice[0].is_exact for choice in choices))]
    return []


def count_drivers(drivers: Sequence[Driver], scope: Scope, most: int) -> Sequence[int]:
    """Return how many runs each driver has, counted up to `most`. One query."""
    counts = chain(", ", [driver.count(most) for driver in drivers])
    return fetch(counts.wrap("SELECT ", ""))[0]


class _RangeFinder:
    """Finds the ranges of indexes that one comparison allows."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self.scope, self.dialect = conditions.scope, conditions.dialect

    def find(self, node: Comparison) -> tuple[Range, ...]:
        """Return the ranges, none where no index helps."""
        if node.field.entity is Entity.METRIC and node not in self.conditions.known:
            return self._metric(node)
        found = self._find_one(node)
        return (found,) if found else ()

    def _find_one(self, node: Comparison) -> Range | None:
        if node.operator is Operator.IS_NULL:
            return None
        if node in self.conditions.known:
            return Driver.of_ids(self.dialect.ids(self.conditions.known[node])).ranges[0]
        if node.field.entity in TABLES:
            return self._keyed(node)
        return self._run(node) if node.field.entity is Entity.RUN else None

    def _metric(self, node: Comparison) -> tuple[Range, ...]:
        values = node.value if isinstance(node.value, tuple) else (node.value,)
        if node.operator in NULLS or any(isinstance(one, str) for one in values):
            return ()
        ids = self.conditions.metrics.all(node.field.key, node.field.column)
        source = sql(f"FROM {SERIES} s WHERE ")
        source += self.dialect.one_of("s.metric_id", ids) if ids else FALSE
        if node.field.aggregate not in INDEXED or node.operator is Operator.NE:
            number = read_aggregate(node.field.aggregate, "s")
            compared = compare_float(number, node.operator, node.value)
            return (Range("s.run_id", source, compared),)
        return tuple(
            Range("s.run_id", chain(" AND ", [source, rows, self._compare(node, number)]))
            for number, rows in indexes_of(node.field.aggregate, "s")
        )

    def _compare(self, node: Comparison, number: str) -> Sql:
        return compare_float(number, node.operator, node.value)

    def _keyed(self, node: Comparison) -> Range | None:
        if not self.scope.experiment_ids:
            return None
        source = sql(f"FROM {TABLES[node.field.entity]} p WHERE ")
        source += self.dialect.one_of("p.experiment_id", self.scope.experiment_ids)
        source += sql(" AND p.key = %s", node.field.key)
        if node.operator is Operator.IS_NOT_NULL:
            return Range("p.run_id", source)
        compared = self.conditions.compare_keyed(node, "p")
        indexed, is_exact = self._indexed_value(node)
        return Range("p.run_id", source + indexed, None if is_exact else compared)

    def _indexed_value(self, node: Comparison) -> tuple[Sql, bool]:
        """Return the condition that the index answers, and whether it is the whole comparison."""
        values = node.value if isinstance(node.value, tuple) else (node.value,)
        if node.operator in POSITIVE and all(isinstance(value, str) for value in values):
            alike = starts_alike(self.dialect, "p.value", values)
            is_exact = all(len(value) < INDEXED_VALUE_CHARS for value in values)
            return sql(" AND ") + alike, is_exact
        numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
        is_ordered = node.operator in ORDERED or node.operator in POSITIVE
        if node.field.entity is Entity.PARAM and is_ordered and len(numbers) == len(values):
            return sql(" AND ") + compare_float("p.number", node.operator, node.value), True
        return Sql(""), False

    def _run(self, node: Comparison) -> Range | None:
        if node.field.key == "status" and node.operator in POSITIVE:
            values = node.value if isinstance(node.value, tuple) else (node.value,)
            source = sql(f"FROM {RUN} q WHERE q.workspace_id = %s AND ", self.scope.workspace.id)
            return Range("q.id", source + self.dialect.one_of("q.status", values), is_own=True)
        if node.field.key not in ("run_id", "parent", "root"):
            return None
        source = find_runs_by_id(node, self.scope)
        column = "q.id" if node.field.key == "run_id" else "c.id"
        return Range(column, source, is_own=True) if source else None
