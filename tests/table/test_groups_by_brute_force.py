"""Groups, and columns that agree, against plain Python over the same random runs."""

import math
import random

import numpy as np
import pytest

from runs.metrics.models import Series
from runs.search import Search
from runs.table.columns import Column
from runs.table.differences import find_constant
from runs.table.groups import Statistics, read_groups
from runs.tracking.fields import Aggregate, Entity
from runs.tracking.filters import EVERYTHING, unparse
from tests.search.random_filters import random_node
from tests.search.reference import matches, metric_of
from tests.search.test_search_by_brute_force import visible
from tests.search.world import KEYS, NOW_MS, PlainRun, World, make_world

FIELDS = [
    *(Column(kind, key) for kind in (Entity.PARAM, Entity.TAG, Entity.PROPERTY) for key in KEYS),
    *(Column(Entity.RUN, key) for key in ("status", "experiment", "target", "parent", "name")),
]
SUMMED = [
    Column(Entity.METRIC, key, value)
    for key in ("loss", "acc", "loss.min")
    for value in Aggregate
    if value not in (Aggregate.BEST, Aggregate.TREND)
]
STORES = {Entity.PARAM: "params", Entity.TAG: "tags", Entity.PROPERTY: "properties"}


@pytest.fixture(scope="module")
def world_of_file(make_for_file) -> World:
    return make_for_file(make_world, seed=2, runs=160)


@pytest.fixture
def world(db, world_of_file) -> World:
    return world_of_file


def value_of(run: PlainRun, column: Column) -> object:
    if column.entity in STORES:
        return getattr(run, STORES[column.entity]).get(column.key)
    if column.entity is Entity.METRIC:
        return metric_of(run, AsField(column))
    return {"experiment": run.experiment, "parent": run.parent}.get(
        column.key, getattr(run.row, column.key, None) if column.key != "parent" else run.parent
    )


class AsField:
    """A metric column as `metric_of` wants it."""

    def __init__(self, column: Column) -> None:
        self.key, self.column, self.aggregate = column.key, "", column.aggregate.value


def expected_statistics(runs: list[PlainRun], column: Column) -> Statistics:
    values = [value_of(run, column) for run in runs]
    numbers = np.array([v for v in values if v not in (None, "missing")], dtype=float)
    if not len(numbers):
        return Statistics(0, None, None, None)
    with np.errstate(invalid="ignore"):
        mean = float(np.sum(numbers / 1024) / len(numbers) * 1024)
    return Statistics(
        len(numbers), None if math.isnan(mean) else mean, float(numbers.min()), float(numbers.max())
    )


def same(told: Statistics, expected: Statistics) -> bool:
    if (told.n, told.min, told.max) != (expected.n, expected.min, expected.max):
        return False
    if told.mean is None or expected.mean is None:
        return told.mean is expected.mean
    return told.mean == pytest.approx(expected.mean, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_groups_and_their_statistics_agree_with_plain_python(world, seed):
    rng = random.Random(seed)
    for _ in range(25):
        node = random_node(rng) if rng.random() < 0.6 else EVERYTHING
        fields = rng.sample(FIELDS, rng.choice([1, 2]))
        columns = rng.sample(SUMMED, 4)
        runs = [run for run in visible(world, node, {"active"}) if matches(node, run)]
        members: dict[tuple, list[PlainRun]] = {}
        for run in runs:
            members.setdefault(tuple(value_of(run, one) for one in fields), []).append(run)

        search = Search(workspace=world.workspace, filter=node, now_ms=NOW_MS)
        groups = read_groups(search, fields=fields, columns=columns)

        told = {group.values: group for group in groups}
        assert {v: g.count for v, g in told.items()} == {v: len(m) for v, m in members.items()}
        assert [g.count for g in groups] == sorted((g.count for g in groups), reverse=True)
        for values, group in told.items():
            for column in columns:
                expected = expected_statistics(members[values], column)
                assert same(group.metrics[column], expected), (unparse(node), values, column)


@pytest.mark.parametrize("seed", range(3))
def test_columns_that_agree_are_those_of_plain_python(world, seed):
    rng = random.Random(seed)
    columns = [*FIELDS, *SUMMED]
    for _ in range(25):
        node = random_node(rng) if rng.random() < 0.8 else EVERYTHING
        runs = [run for run in visible(world, node, {"active"}) if matches(node, run)]
        has_key = {one: [one.key in getattr(run, STORES[one.entity]) for run in runs]
                   for one in FIELDS if one.entity in STORES}  # fmt: skip
        expected = {
            column
            for column in columns
            if len({(value_of(run, column)) for run in runs}) <= 1
            and len(set(has_key.get(column, []))) <= 1
        }

        search = Search(workspace=world.workspace, filter=node, now_ms=NOW_MS)
        found = find_constant(search, columns)

        assert found == expected, unparse(node)


def test_the_largest_numbers_have_a_mean(world):
    Series.objects.update(last=1.7e308)
    column = Column(Entity.METRIC, "loss")

    groups = read_groups(
        Search(workspace=world.workspace), fields=[Column(Entity.RUN, "kind")], columns=[column]
    )

    assert [g.metrics[column].mean for g in groups] == pytest.approx([1.7e308] * len(groups))


def test_groups_come_in_pages(world):
    by_name = [Column(Entity.RUN, "name")]
    whole = read_groups(Search(workspace=world.workspace), fields=by_name, columns=[])

    pages = [
        read_groups(
            Search(workspace=world.workspace), fields=by_name, columns=[], limit=3, offset=start
        )
        for start in (0, 3)
    ]
    assert [*pages[0], *pages[1]] == whole[:6]


def test_more_metrics_than_one_statement_joins(world):
    columns = [Column(Entity.METRIC, f"m{n}") for n in range(90)] + [Column(Entity.METRIC, "loss")]

    groups = read_groups(
        Search(workspace=world.workspace), fields=[Column(Entity.RUN, "kind")], columns=columns
    )

    assert all(set(group.metrics) == set(columns) for group in groups)
