"""Which arguments the runs of a sweep get: every combination, or draws that a seed repeats."""

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import TextChoices

from runs.tracking.errors import InvalidValue
from runs.tracking.texts import check_choice, check_int64, check_text

MOST_RUNS = 1000
MOST_ARGUMENTS = 50
DRAWS_PER_RUN = 50

Choice = list[tuple[str, str]]


class Method(TextChoices):
    """GRID runs every combination; RANDOM draws `count` of them."""

    GRID = "grid"
    RANDOM = "random"


class Scale(TextChoices):
    """How a number is drawn between its bounds: evenly, evenly in its logarithm, or whole."""

    LINEAR = "linear"
    LOG = "log"
    WHOLE = "whole"


@dataclass(frozen=True)
class Argument:
    """An argument such as `--lr`: the values it takes, or the bounds between which it is drawn.
    One without a name is given by its value alone."""

    name: str = ""
    values: Sequence[str] = ()
    low: float | None = None
    high: float | None = None
    scale: str = Scale.LINEAR.value

    @property
    def is_range(self) -> bool:
        """Whether it is drawn between bounds."""
        return self.low is not None or self.high is not None


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep tries. `count` is how many runs a random one makes; `parallel` how many may wait
    or run at a time, None for all."""

    arguments: Sequence[Argument]
    method: str = Method.GRID.value
    count: int | None = None
    seed: int = 0
    parallel: int | None = None


def list_choices(plan: SweepPlan) -> list[Choice]:
    """Return the arguments of each run, as pairs of name and value. Raises InvalidValue."""
    check_plan(plan)
    if plan.method == Method.GRID:
        axes = [[(one.name, value) for value in one.values] for one in plan.arguments]
        return [list(choice) for choice in itertools.product(*axes)]
    return _draw_choices(plan)


def _draw_choices(plan: SweepPlan) -> list[Choice]:
    """Draw different combinations, fewer than asked for where there are no more."""
    chance = random.Random(plan.seed)
    found: dict[tuple[tuple[str, str], ...], None] = {}
    for _ in range((plan.count or 0) * DRAWS_PER_RUN):
        found[tuple((one.name, _draw(one, chance)) for one in plan.arguments)] = None
        if len(found) == plan.count:
            break
    return [list(choice) for choice in found]


def _draw(argument: Argument, chance: random.Random) -> str:
    if argument.low is None or argument.high is None:
        return chance.choice(argument.values)
    if argument.scale == Scale.WHOLE:
        return str(chance.randint(math.ceil(argument.low), math.floor(argument.high)))
    if argument.scale == Scale.LOG:
        value = math.exp(chance.uniform(math.log(argument.low), math.log(argument.high)))
    else:
        value = chance.uniform(argument.low, argument.high)
    return f"{value:.6g}"


def check_plan(plan: SweepPlan) -> None:
    """Raise InvalidValue for a plan that cannot be carried out; the message says what to do."""
    check_choice(Method, plan.method, "method of a sweep")
    check_int64(plan.seed, "seed")
    if not 1 <= len(plan.arguments) <= MOST_ARGUMENTS:
        raise InvalidValue(f"A sweep varies 1 to {MOST_ARGUMENTS} arguments.")
    for argument in plan.arguments:
        _check_argument(argument, plan.method)
    if plan.parallel is not None and not 1 <= plan.parallel <= MOST_RUNS:
        raise InvalidValue(f"Between 1 and {MOST_RUNS} runs of a sweep may go on at a time.")
    count = plan.count
    if plan.method == Method.GRID:
        count = math.prod(len(one.values) for one in plan.arguments)
    elif count is None:
        raise InvalidValue("Say how many runs a random sweep makes (count).")
    if not 1 <= count <= MOST_RUNS:
        raise InvalidValue(f"A sweep makes 1 to {MOST_RUNS} runs, this one would make {count}.")


def _check_argument(argument: Argument, method: str) -> None:
    name = check_text(argument.name, "name of an argument") or "An argument"
    check_choice(Scale, argument.scale, "scale")
    for value in argument.values:
        check_text(value, f"value of {name}")
    if argument.is_range == bool(argument.values):
        raise InvalidValue(f"{name} needs either values or a low and a high bound.")
    if not argument.is_range:
        return
    if method == Method.GRID:
        raise InvalidValue(f"{name} has bounds: draw it at random, or list its values.")
    _check_bounds(name, argument)


def _check_bounds(name: str, argument: Argument) -> None:
    low, high = argument.low, argument.high
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        raise InvalidValue(f"{name} needs a low and a high bound that are numbers.")
    if low > high:
        raise InvalidValue(f"The low bound of {name} is above the high one.")
    if argument.scale == Scale.LOG and low <= 0:
        raise InvalidValue(f"The bounds of {name} must be above 0 on a logarithmic scale.")
    if argument.scale == Scale.WHOLE and math.ceil(low) > math.floor(high):
        raise InvalidValue(f"There is no whole number between the bounds of {name}.")
