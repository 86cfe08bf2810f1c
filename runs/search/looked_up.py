"""Conditions that SQL cannot answer: on logs, on values at best, and in JMESPath. They are looked
up before the search itself, for the runs that satisfy the rest of the filter."""

import math
import operator
from collections.abc import Callable, Sequence

import numpy as np

from runs.search.documents import match_documents
from runs.search.errors import SearchError
from runs.search.goals import NO_BEST_OF_COLUMN, Goal, read_at_best
from runs.search.logs import match_logs
from runs.search.scope import Scope
from runs.tracking.fields import Aggregate, Entity
from runs.tracking.filters import And, Comparison, Node, Operator, join, walk_comparisons

# Keys of runs, ascending -> those for which a condition holds.
Finder = Callable[[list[int]], list[int]]

COMPARE: dict[Operator, Callable[[float, float], bool]] = {
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}


def is_looked_up(node: Comparison) -> bool:
    return (
        node.field.entity in (Entity.LOG, Entity.JMESPATH) or node.field.aggregate is Aggregate.BEST
    )


def without_looked_up(node: Node) -> Node:
    """Return the clauses that must hold and that the database can answer."""
    parts = node.parts if isinstance(node, And) else (node,)
    return join(And, [part for part in parts if not any(map(is_looked_up, walk_comparisons(part)))])


def finder_of(node: Comparison, goal: Goal | None, scope: Scope) -> Finder:
    """Return what finds those of some runs for which `node` holds. Raises SearchError where there
    is no goal, or a column of a table is meant."""
    if node.field.entity is Entity.LOG:
        return lambda ids: sorted(match_logs(str(node.value), ids))
    if node.field.entity is Entity.JMESPATH:
        return lambda ids: match_documents(str(node.value), ids)
    if goal is None:
        raise SearchError("Choose a goal metric (Best by) to filter by the value at its best.")
    if node.field.column:
        raise SearchError(NO_BEST_OF_COLUMN)

    def find(ids: list[int]) -> list[int]:
        runs = np.array(ids, np.int64)
        values, has = read_at_best(goal, scope, runs, node.field.key).of(runs)
        rows = zip(ids, values.tolist(), has.tolist(), strict=True)
        return sorted(run for run, value, is_one in rows if holds(node, value if is_one else None))

    return find


def holds(node: Comparison, value: float | None) -> bool:
    """Tell whether a value satisfies a comparison. None is no value; NaN equals NaN alone, as
    in the database."""
    if value is None or node.operator in (Operator.IS_NULL, Operator.IS_NOT_NULL):
        return (value is None) == (node.operator is Operator.IS_NULL)
    if math.isnan(value):
        return node.operator is Operator.EQ and math.isnan(node.value)
    if node.operator in COMPARE:
        return COMPARE[node.operator](value, float(node.value))
    wanted: Sequence = node.value if isinstance(node.value, tuple) else (node.value,)
    is_one = any(value == float(one) for one in wanted)
    return is_one == (node.operator in (Operator.EQ, Operator.IN))
