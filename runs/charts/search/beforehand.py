"""Conditions on what no table keeps, logs and values at best: looked up before the search itself,
in the runs that the rest of the filter leaves."""

import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence

from runs.charts.search.errors import SearchError
from runs.charts.search.sort_keys import BEST, SortKey, SortKind
from runs.tracking.filters import Aggregate, And, Comparison, Entity, Node, Operator, join, walk

# (pattern, keys of the runs to look into) -> keys of those whose logs match
LogMatcher = Callable[[str, list[int]], Collection[int]]
# (keys of runs, what is sought at its best) -> the values of those that have one
BestValues = Callable[[list[int], SortKey], Mapping[int, float]]

COMPARE: dict[Operator, Callable[[float, float], bool]] = {
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}


def is_beforehand(node: Comparison) -> bool:
    return node.field.entity is Entity.LOG or node.field.aggregate is Aggregate.BEST


def without_beforehand(node: Node) -> Node:
    """Return the clauses that must hold and that the database can tell."""
    parts = node.parts if isinstance(node, And) else (node,)
    return join(And, [part for part in parts if not any(map(is_beforehand, walk(part)))])


def match_logs(node: Comparison, ids: list[int], matcher: LogMatcher | None) -> list[int]:
    """Return the runs with a log that matches. Raises SearchError where none can be searched."""
    if matcher is None:
        raise SearchError("Logs cannot be searched here.")
    return sorted(matcher(str(node.value), ids))


def match_best(node: Comparison, ids: list[int], best_values: BestValues | None) -> list[int]:
    """Return the runs whose value at best is as `node` says. Raises SearchError without a goal."""
    if best_values is None:
        raise SearchError("Choose a goal metric (Best by) to filter by the value at its best.")
    field = node.field
    values = best_values(ids, SortKey(SortKind.METRIC, field.key, BEST, column=field.column))
    return sorted(one for one in ids if holds(node, values.get(one)))


def holds(node: Comparison, value: float | None) -> bool:
    """Tell whether a value is as the comparison says; None is no value, and NaN equals NaN alone,
    as where the database compares."""
    if value is None or node.operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
        return (value is None) == (node.operator is Operator.IS_NULL)
    if math.isnan(value):
        return node.operator is Operator.EQ and math.isnan(node.value)
    if node.operator in COMPARE:
        return COMPARE[node.operator](value, float(node.value))
    wanted: Sequence = node.value if isinstance(node.value, tuple) else (node.value,)
    is_one = any(value == float(one) for one in wanted)
    return is_one == (node.operator in (Operator.EQ, Operator.IN))
