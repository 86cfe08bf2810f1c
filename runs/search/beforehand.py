"""Conditions on what no table keeps, logs and values at best: looked up before the search itself,
in the runs that the rest of the filter leaves."""

import math
import operator
from collections.abc import Callable, Collection, Mapping, Sequence

from runs.search.errors import SearchError
from runs.search.sort_keys import BEST, SortKey, SortKind
from runs.tracking.filters import Aggregate, And, Comparison, Entity, Node, Operator, join, walk

# (pattern, keys of the runs to look into) -> keys of those whose logs match
LogMatcher = Callable[[str, list[int]], Collection[int]]
# (keys of runs, what is sought at its best) -> the values of those that have one
BestValues = Callable[[list[int], SortKey], Mapping[int, float]]
# keys of runs -> those for which a condition holds
Finder = Callable[[list[int]], list[int]]

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


def finder_of(
    node: Comparison, log_matcher: LogMatcher | None, best_values: BestValues | None
) -> Finder:
    """Return what finds those of some runs for which `node` holds. Raises SearchError where logs
    cannot be searched, no goal is chosen, or a column of a table is meant."""
    if node.field.entity is Entity.LOG:
        if log_matcher is None:
            raise SearchError("Logs cannot be searched here.")
        return lambda ids: sorted(log_matcher(str(node.value), ids))
    if best_values is None:
        raise SearchError("Choose a goal metric (Best by) to filter by the value at its best.")
    if node.field.column:
        raise SearchError("A column of a table has no value at best: a goal is best at a step.")
    key = SortKey(SortKind.METRIC, node.field.key, BEST)

    def find(ids: list[int]) -> list[int]:
        values = best_values(ids, key)
        return sorted(one for one in ids if holds(node, values.get(one)))

    return find


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
