"""The goal of a search: the metric that decides at which step a run is at its best."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from runs.metrics.meanings import Direction
from runs.metrics.queries import (
    BestColumn,
    read_best_column,
    read_extreme_column,
    value_at_best,
)
from runs.search.metric_ids import MetricIds
from runs.search.scope import Scope
from runs.search.sort_keys import SortKey
from runs.tracking.errors import InvalidValue
from runs.tracking.fields import Aggregate, Entity, Field

NO_BEST_OF_COLUMN = "A column of a table has no value at best: a goal is best at a step."
# For more runs than these, the values of all runs with the metric are read.
FEW = 2000
DIRECTIONS: dict[str, Direction] = {"min": "min", "max": "max"}


@dataclass(frozen=True, slots=True)
class Goal:
    """The metric `key` that is to be small (`min`) or large (`max`)."""

    key: str
    direction: Direction = "min"


def parse_goal(text: str) -> Goal | None:
    """Read `min:val/loss`; an empty text is no goal. Raises InvalidValue."""
    if not text:
        return None
    direction, _, key = text.partition(":")
    if direction not in DIRECTIONS or not key:
        raise InvalidValue("goal is min:<metric> or max:<metric>.")
    return Goal(key, DIRECTIONS[direction])


def use_stored_extreme(key: SortKey, goal: Goal | None) -> SortKey:
    """Return the sort key of the same order whose values a table holds, where there is one: at its
    best the goal metric itself has its least or its greatest value."""
    if goal is None or key.field != Field(Entity.METRIC, goal.key, Aggregate.BEST):
        return key
    return replace(key, field=replace(key.field, aggregate=Aggregate(goal.direction)))


def read_at_best(goal: Goal, scope: Scope, run_ids: NDArray[np.int64], key: str) -> BestColumn:
    """Return the value of the metric `key` at the best step of those runs that have one; of many
    runs that of all runs with the metric."""
    if len(run_ids) > FEW:
        return _read_column(goal, scope, key)
    found = value_at_best(
        run_ids=run_ids.tolist(), goal_metric_key=goal.key, goal=goal.direction, keys=[key]
    )
    values = sorted((run, value) for (run, _), value in found.items())
    return BestColumn(
        np.array([run for run, _ in values], np.int64), np.array([one for _, one in values], float)
    )


def _read_column(goal: Goal, scope: Scope, key: str) -> BestColumn:
    ids = MetricIds(scope, {(goal.key, ""), (key, "")})
    if key == goal.key:
        return read_extreme_column(ids.all(key), goal.direction)
    return read_best_column(ids.all(goal.key), goal.direction, ids.all(key))
