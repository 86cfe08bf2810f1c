"""Every search gives what plain Python gives on the same runs: filters, orders, pages, counts."""

import random
from collections.abc import Iterator

import pytest

from runs.search import Search, count_runs, pages, search_runs
from runs.search import drivers as search_drivers
from runs.search import prepared as search_prepared
from runs.search import statements as search_statements
from runs.tracking.filters import EVERYTHING, Node, unparse, walk_comparisons
from tests.search.random_filters import random_keys, random_node
from tests.search.reference import matches, sorted_runs
from tests.search.world import NOW_MS, PlainRun, World, make_world

ROUNDS = 60


@pytest.fixture(scope="module")
def world_of_file(make_for_file) -> World:
    return make_for_file(make_world)


@pytest.fixture
def world(db, world_of_file) -> World:
    return world_of_file


def visible(world: World, node: Node, lifecycle: set[str]) -> list[PlainRun]:
    if any(one.field.key == "archived" for one in walk_comparisons(node)):
        lifecycle = {*lifecycle, "active", "archived"}
    return [run for run in world.runs if run.row.lifecycle in lifecycle]


def read_all_pages(search: Search, limits: Iterator[int]) -> list[int]:
    found, after = [], None
    for limit in limits:
        page = search_runs(search, limit=limit, after=after)
        assert len(page.run_ids) <= limit
        found += page.run_ids
        after = page.next
        if after is None:
            break
    return found


def random_limits(rng: random.Random) -> Iterator[int]:
    """Yield the sizes of pages: one that holds everything, or ever others, so that pages end
    anywhere."""
    if rng.random() < 0.25:
        yield 500
    while True:
        yield rng.choice([2, 3, 7, 50])


@pytest.fixture(params=["few", "many"])
def size(request, monkeypatch) -> str:
    """With `many`, the small world is read in the ways that a large one is."""
    if request.param == "many":
        for module in (search_drivers, search_prepared, pages):
            monkeypatch.setattr(module, "FEW", 3)
        monkeypatch.setattr(search_statements, "SAMPLE", 20)
    return request.param


@pytest.mark.parametrize("seed", range(4))
def test_filters_sorts_and_pages_agree_with_plain_python(world, size, seed):
    rng = random.Random(seed)
    for _ in range(ROUNDS):
        node = random_node(rng) if rng.random() < 0.8 else EVERYTHING
        keys = random_keys(rng)
        chosen = rng.choice([None, world.experiments[:1], world.experiments[1:]])
        lifecycle = rng.choice([{"active"}, {"active", "archived"}, {"deleted"}])
        search = Search(
            workspace=world.workspace,
            experiments=chosen,
            filter=node,
            lifecycles=lifecycle,
            sort=tuple(keys),
            now_ms=NOW_MS,
        )
        homes = {home.id for home in chosen or world.experiments}
        expected = [
            run
            for run in visible(world, node, lifecycle)
            if run.row.experiment_id in homes and matches(node, run)
        ]
        expected = [run.row.id for run in sorted_runs(expected, keys)]

        found = read_all_pages(search, random_limits(rng))

        assert found == expected, f"{unparse(node)!r} by {keys}"
        count = count_runs(search)
        assert (count.value, count.is_exact) == (len(expected), True)
