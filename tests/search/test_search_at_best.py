"""Sorting and filtering by the value of a metric at the best step of a goal."""

import math
import random
from dataclasses import replace
from itertools import product

import pytest

from runs.metrics.services import log_batch
from runs.search import (
    Goal,
    Search,
    SearchError,
    SortKey,
    goals,
    in_memory,
    looked_up,
    search_runs,
)
from runs.tracking.fields import Aggregate, Entity, Field
from tests.factories import default_workspace, make_experiment, make_run
from tests.search.finding import found


@pytest.fixture
def experiment(db):
    return make_experiment("alpha")


@pytest.fixture(params=["few runs", "many runs"])
def both_ways(request, monkeypatch):
    """Read the values at best of single runs, and those of all runs with the metric."""
    if request.param == "many runs":
        monkeypatch.setattr(goals, "FEW", 0)


def log_at_best(run, value: float) -> None:
    """Log `x`, which has this value where `goal` is least."""
    points = [("x", 0, 0, 99.0), ("x", 1, 0, value), ("goal", 0, 0, 2.0), ("goal", 1, 0, 1.0)]
    log_batch(run=run, points=points)


GOAL = Goal("goal", "min")


def test_runs_are_sorted_by_the_value_at_the_best_step_of_the_goal(experiment, both_ways):
    runs = [make_run(experiment, name=name, started_ms=n) for n, name in enumerate("abcde")]
    for run, value in zip(runs, (2.0, 1.0, math.nan, 1.0), strict=False):
        log_at_best(run, value)
    keys = (SortKey(Field(Entity.METRIC, "x", Aggregate.BEST)),)

    whole = found(sort=keys, goal=GOAL)

    assert whole == ["d", "b", "a", "c", "e"]
    page = search_runs(Search(workspace=default_workspace(), sort=keys, goal=GOAL), limit=2)
    assert found(sort=keys, after=page.next, goal=GOAL) == whole[2:]
    with pytest.raises(SearchError, match="Choose a goal metric"):
        found(sort=keys)


@pytest.mark.parametrize("descending", [False, True])
def test_pages_by_the_value_at_best_join_to_the_whole(experiment, descending, both_ways):
    chances = random.Random(5)
    for number in range(40):
        run = make_run(experiment, name=f"{number}", started_ms=number % 7)
        if number % 4:
            log_at_best(run, chances.choice([1.0, 2.0, -3.0, math.inf, -math.inf, math.nan]))
    keys = (SortKey(Field(Entity.METRIC, "x", Aggregate.BEST), descending),)
    search = Search(workspace=default_workspace(), sort=keys, goal=GOAL)

    whole, pages, after = search_runs(search).run_ids, [], None
    while pages == [] or after:
        page = search_runs(search, limit=3, after=after)
        pages, after = pages + page.run_ids, page.next

    assert len(whole) == 40
    assert pages == whole


def test_the_goal_itself_is_sorted_at_its_best_by_the_table(experiment, monkeypatch):
    runs = [make_run(experiment, name=name, started_ms=n) for n, name in enumerate("abcde")]
    for run, value in zip(runs, (2.0, 1.0, math.nan, 1.0), strict=False):
        points = [("goal", 0, 0, value + 5), ("goal", 1, 0, value), ("goal", 2, 0, value + 9)]
        log_batch(run=run, points=points)
    monkeypatch.setattr(in_memory, "read_at_best", lambda *_: pytest.fail("read in memory"))
    key = SortKey(Field(Entity.METRIC, "goal", Aggregate.BEST))

    whole = found(sort=(key,), goal=GOAL)

    assert whole == ["d", "b", "a", "c", "e"]
    assert found(sort=(replace(key, descending=True),), goal=GOAL) == ["a", "d", "b", "c", "e"]
    assert found(sort=(key,), goal=Goal("goal", "max")) == whole
    page = search_runs(Search(workspace=default_workspace(), sort=(key,), goal=GOAL), limit=2)
    assert found(sort=(key,), after=page.next, goal=GOAL) == whole[2:]


@pytest.mark.parametrize(("direction", "end"), [("min", -math.inf), ("max", math.inf)])
def test_a_run_whose_goal_is_infinite_at_a_step_is_never_the_best(
    experiment, both_ways, direction, end
):
    for number, name in enumerate(("infinite", "good", "better", "nan")):
        run = make_run(experiment, name=name, started_ms=number)
        value = {"good": 1.0, "better": 0.0}.get(name, end if name == "infinite" else math.nan)
        value = value if direction == "min" else -value if math.isfinite(value) else value
        log_batch(run=run, points=[("goal", 0, 0, value), ("x", 0, 0, float(number))])
    goal = Goal("goal", direction)
    at_best = SortKey(Field(Entity.METRIC, "goal", Aggregate.BEST), direction == "max")
    extreme = replace(at_best, field=Field(Entity.METRIC, "goal", Aggregate(direction)))

    assert found(sort=(at_best,), goal=goal)[:2] == ["better", "good"]
    assert found(sort=(extreme,))[:2] == ["better", "good"]
    other = SortKey(Field(Entity.METRIC, "x", Aggregate.BEST))
    assert found(sort=(other,), goal=goal)[:2] == ["good", "better"]
    assert set(found("metrics.goal.best is not null", goal=goal)) == {"good", "better"}
    assert set(found("metrics.x.best >= 0", goal=goal)) == {"good", "better"}


@pytest.mark.parametrize("aggregate", ["last", "min", "max", "first", "mean"])
@pytest.mark.parametrize("descending", [False, True])
def test_infinite_values_follow_the_numbers_in_both_directions(experiment, aggregate, descending):
    values = {"up": math.inf, "one": 1.0, "down": -math.inf, "two": 2.0, "nan": math.nan}
    for number, (name, value) in enumerate(values.items()):
        run = make_run(experiment, name=name, started_ms=number)
        log_batch(run=run, points=[("x", step, 0, value) for step in range(2)])
    make_run(experiment, name="none")
    keys = (SortKey(Field(Entity.METRIC, "x", Aggregate(aggregate)), descending),)

    whole = found(sort=keys)

    assert whole[:2] == (["two", "one"] if descending else ["one", "two"])
    assert whole[2:] == ["nan", "down", "up", "none"]
    page = search_runs(Search(workspace=default_workspace(), sort=keys), limit=3)
    assert found(sort=keys, after=page.next) == whole[3:]


def test_mlflow_sorts_infinite_values_among_the_numbers(experiment):
    for name, value in {"up": math.inf, "one": 1.0, "down": -math.inf, "nan": math.nan}.items():
        log_batch(run=make_run(experiment, name=name), points=[("x", 0, 0, value)])

    key = SortKey(Field(Entity.METRIC, "x"), as_text=True)

    assert found(sort=(key,)) == ["down", "one", "up", "nan"]
    assert found(sort=(replace(key, descending=True),)) == ["up", "one", "down", "nan"]


CONDITIONS = [
    *("= 1", "!= 1", "< 1", "<= 1", "> 1", ">= 1", "in (1, 2)", "not in (1, 2)", "= nan", "!= nan"),
    *("= inf", "< inf", "> -inf", "is null", "is not null"),
]


FILTERS = ("metrics.x{} {}", "not metrics.x{} {}", "name != b and metrics.x{} {}")


def test_a_value_at_best_is_compared_as_one_of_a_table(experiment, both_ways):
    values = {"a": 0.5, "b": 1.0, "c": 2.0, "d": math.nan, "e": math.inf, "f": -math.inf}
    runs = {name: make_run(experiment, name=name) for name in [*values, "none"]}
    for name, value in values.items():
        log_at_best(runs[name], value)

    for condition, text in product(CONDITIONS, FILTERS):
        stored = found(text.format("", condition))
        assert found(text.format(".best", condition), goal=GOAL) == stored, (text, condition)
        assert found(text.format(":best", condition), goal=GOAL) == stored, (text, condition)


def test_only_what_the_rest_of_the_filter_leaves_is_looked_up_at_its_best(experiment, monkeypatch):
    one = make_run(experiment, name="one")
    make_run(experiment, name="two")
    asked = []
    read = looked_up.read_at_best

    def spy(goal, scope, runs, key):
        asked.append(runs.tolist())
        return read(goal, scope, runs, key)

    monkeypatch.setattr(looked_up, "read_at_best", spy)

    assert found("metrics.x.best > 0 and name = one", goal=GOAL) == []
    assert asked == [[one.id]]


# Where the goal is best twice or the metric has several points at that step, or none, or NaN.
CURVES = {
    "last": ([("goal", 5, 0, 1.0)], [("x", 5, 0, 7.0)]),
    "inner": ([("goal", 1, 0, 1.0), ("goal", 2, 0, 2.0)], [("x", 1, 0, 6.0), ("x", 2, 0, 9.0)]),
    "latest": ([("goal", 1, 0, 1.0)], [("x", 1, 3, 2.0), ("x", 1, 8, 5.0), ("x", 2, 0, 1.0)]),
    "greater": ([("goal", 1, 0, 1.0)], [("x", 1, 3, 4.0), ("x", 1, 3, 2.0), ("x", 2, 0, 1.0)]),
    "first of two": (
        [("goal", 1, 0, 1.0), ("goal", 4, 0, 1.0)],
        [("x", 1, 0, 3.0), ("x", 4, 0, 0)],
    ),
    "nan": ([("goal", 1, 0, 1.0)], [("x", 1, 3, math.nan), ("x", 1, 3, 8.0), ("x", 2, 0, 1.0)]),
    "no point": ([("goal", 1, 0, 1.0)], [("x", 0, 0, 1.0), ("x", 2, 0, 1.0)]),
    "no goal": ([], [("x", 1, 0, 1.0)]),
    "goal is nan": ([("goal", 1, 0, math.nan)], [("x", 1, 0, 1.0)]),
    "nothing": ([], []),
}
IN_ORDER = ["first of two", "greater", "latest", "inner", "last", "nan"]


def test_values_at_best_of_all_shapes_of_curves(experiment, both_ways):
    for number, (name, curves) in enumerate(CURVES.items()):
        run = make_run(experiment, name=name, started_ms=-number)
        log_batch(run=run, points=[point for curve in curves for point in curve])
    key = SortKey(Field(Entity.METRIC, "x", Aggregate.BEST))

    without = [name for name in CURVES if name not in IN_ORDER]
    assert found(sort=(key,), goal=GOAL) == IN_ORDER + without
    assert set(found("metrics.x.best >= 5", goal=GOAL)) == {"inner", "latest", "last"}


def test_values_at_best_follow_a_run_that_goes_on(experiment, both_ways):
    runs = [make_run(experiment, name=name, started_ms=n) for n, name in enumerate("ab")]
    for run, value in zip(runs, (1.0, 2.0), strict=True):
        log_at_best(run, value)
    key = SortKey(Field(Entity.METRIC, "x", Aggregate.BEST))
    assert found(sort=(key,), goal=GOAL) == ["a", "b"]

    log_batch(run=runs[0], points=[("x", 1, 5, 3.0), ("x", 2, 0, 0.0)])
    assert found(sort=(key,), goal=GOAL) == ["b", "a"]
    log_batch(run=runs[1], points=[("goal", 3, 0, 0.0), ("x", 3, 0, 4.0), ("x", 4, 0, 0.0)])
    assert found(sort=(key,), goal=GOAL) == ["a", "b"]


def test_without_a_goal_nothing_is_filtered_by_its_value_at_best(experiment):
    with pytest.raises(SearchError, match="Choose a goal metric"):
        found("metrics.x.best > 0")


def test_a_column_of_a_table_is_not_filtered_by_its_value_at_best(experiment):
    with pytest.raises(SearchError, match="A column of a table has no value at best"):
        found("metrics.t[x].best > 0", goal=GOAL)
