"""The summary of a series: made from points, and joined with the one that is stored."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

NAN = math.nan


@dataclass(slots=True)
class Summary:
    """All of a series but its points: the columns of `Series`, in their order.

    `first` and `last` may be NaN. `min` and `max` are NaN, and their steps None, where no value is
    a number. `sum` is that of the numbers. See `Series` for the rules.
    """

    n: int
    nan_count: int
    first: float
    first_step: int
    first_ms: int
    last: float
    last_step: int
    last_ms: int
    min: float
    min_step: int | None
    max: float
    max_step: int | None
    sum: float
    ordered: bool

    @property
    def last_rank(self) -> tuple[int, int, bool, float]:
        """What orders the last point among others, see `rank`."""
        return rank(self.last_step, self.last_ms, self.last)

    @property
    def mean(self) -> float:
        """The mean of the numbers; NaN where there is none."""
        numbers = self.n - self.nan_count
        return self.sum / numbers if numbers else NAN


COLUMNS = tuple(field.name for field in fields(Summary))
_values_of = attrgetter(*COLUMNS)
_MAY_BE_NAN = [COLUMNS.index(name) for name in ("first", "last", "min", "max", "sum")]


def of_point(step: int, ms: int, value: float) -> Summary:
    """Return the summary of a single point."""
    is_nan = value != value
    best_step = None if is_nan else step
    return Summary(
        n=1,
        nan_count=int(is_nan),
        first=value,
        first_step=step,
        first_ms=ms,
        last=value,
        last_step=step,
        last_ms=ms,
        min=value,
        min_step=best_step,
        max=value,
        max_step=best_step,
        sum=0.0 if is_nan else value,
        ordered=True,
    )


def from_row(row: Sequence[Any]) -> Summary:
    """Return the summary kept in a row of `COLUMNS`: NULL in a column of floats is NaN."""
    values = list(row)
    for position in _MAY_BE_NAN:
        if values[position] is None:
            values[position] = NAN
    values[-1] = bool(values[-1])
    return Summary(*values)


def to_row(summary: Summary) -> list[Any]:
    """Return the row of `COLUMNS` that keeps a summary."""
    return [None if value != value else value for value in _values_of(summary)]


def rank(step: int, ms: int, value: float) -> tuple[int, int, bool, float]:
    """Return what orders points by (step, time, value) with NaN as the greatest value."""
    is_nan = value != value
    return (step, ms, is_nan, 0.0 if is_nan else value)


def follows(before: Summary, after: Summary) -> bool:
    """Tell whether the first point of `after` comes after the last of `before` in both orders:
    (step, time, value) and (time, step, value)."""
    return (
        after.first_step >= before.last_step
        and after.first_ms >= before.last_ms
        and rank(after.first_step, after.first_ms, after.first) > before.last_rank
    )


def join_summaries(before: Summary, after: Summary) -> Summary:
    """Return the summary of the points of both, `after` having arrived later."""
    in_order = follows(before, after)
    early, late = (before, after) if in_order else (_earlier(before, after), _later(before, after))
    low = after if _is_better(after.min, after.min_step, before.min, before.min_step) else before
    high = after if _is_better(-after.max, after.max_step, -before.max, before.max_step) else before
    return Summary(
        n=before.n + after.n,
        nan_count=before.nan_count + after.nan_count,
        first=early.first,
        first_step=early.first_step,
        first_ms=early.first_ms,
        last=late.last,
        last_step=late.last_step,
        last_ms=late.last_ms,
        min=low.min,
        min_step=low.min_step,
        max=high.max,
        max_step=high.max_step,
        sum=before.sum + after.sum,
        ordered=before.ordered and after.ordered and in_order,
    )


def _earlier(one: Summary, other: Summary) -> Summary:
    is_other = rank(other.first_step, other.first_ms, other.first) < rank(
        one.first_step, one.first_ms, one.first
    )
    return other if is_other else one


def _later(one: Summary, other: Summary) -> Summary:
    return other if other.last_rank > one.last_rank else one


def _is_better(value: float, step: int | None, than: float, than_step: int | None) -> bool:
    """Tell whether a value is lower, or as low at an earlier step; any number is lower than NaN."""
    if step is None or than_step is None:
        return than_step is None
    return (value, step) < (than, than_step)
