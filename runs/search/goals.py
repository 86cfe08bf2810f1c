"""The goal of a search: the metric that decides at which step a run is at its best."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from runs.metrics.meanings import Direction
from runs.metrics.queries import value_at_best
from runs.search.sort_keys import SortKey
from runs.tracking.errors import InvalidValue
from runs.tracking.fields import Aggregate, Entity, Field

NO_BEST_OF_COLUMN = "A column of a table has no value at best: a goal is best at a step."
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


def read_at_best(goal: Goal, run_ids: Sequence[int], key: str) -> dict[int, float]:
    """Return the value of the metric `key` at the best step of each run that has one."""
    found = value_at_best(
        run_ids=run_ids, goal_metric_key=goal.key, goal=goal.direction, keys=[key]
    )
    return {run: value for (run, _), value in found.items()}
