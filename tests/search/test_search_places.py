"""Places where a page ended: stable while rows come and go, and safe whatever a client sends."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.http.cursors import read_cursor, write_cursor
from runs.search import PlaceError, Search, SearchError, SortKey, place_kinds, search_runs
from runs.tracking.fields import Entity, Field
from runs.tracking.models import Run
from runs.workspaces.storable import is_storable
from tests.factories import default_workspace, make_experiment, make_run

BY_LR = [SortKey(Field(Entity.PARAM, "lr"))]


@pytest.fixture
def experiment(db):
    experiment = make_experiment()
    for n in range(6):
        make_run(experiment, name=str(n), started_ms=n, params={"lr": str(n)})
    return experiment


def read(after=None, keys=(), limit=2):
    search = Search(workspace=default_workspace(), sort=tuple(keys))
    page = search_runs(search, limit=limit, after=after)
    names = dict(Run.objects.filter(id__in=page.run_ids).values_list("id", "name"))
    return [names[one] for one in page.run_ids], page.next


@pytest.mark.parametrize(
    "keys", [[], BY_LR, [SortKey(Field(Entity.RUN, "started"), descending=True)]]
)
def test_runs_that_come_between_pages_move_nothing(experiment, keys):
    shown, place = read(keys=keys)
    make_run(experiment, name="newest", started_ms=99, params={"lr": "-1"})
    following, _ = read(place, keys)

    assert not set(shown) & set(following)
    assert "newest" not in following


def test_the_run_a_page_ended_at_may_vanish(experiment):
    _, place = read(keys=BY_LR)
    Run.objects.filter(name="1").delete()

    assert read(place, BY_LR)[0] == ["2", "3"]


def test_the_last_page_has_no_place_even_if_it_is_full(experiment):
    _, place = read(limit=3)
    names, place = read(place, limit=3)

    assert (len(names), place) == (3, None)


def test_a_place_of_another_order_is_refused(experiment):
    _, place = read(keys=BY_LR)

    for keys in (
        [],
        [SortKey(Field(Entity.PARAM, "lr"), descending=True)],
        [SortKey(Field(Entity.TAG, "lr"))],
    ):
        with pytest.raises(PlaceError):
            read(place, keys)


def test_pages_of_a_search_share_its_time(experiment):
    page = search_runs(Search(workspace=default_workspace(), now_ms=1_000), limit=2)

    assert page.next[1] == 1_000


EVERY_KIND = [
    SortKey(Field(Entity.PARAM, "lr")),
    SortKey(Field(Entity.TAG, "none")),
    SortKey(Field(Entity.RUN, "started"), descending=True),
]


@pytest.mark.parametrize("lr", ["text" * 10_000, "0.5", "inf", "-inf", "nan"])
def test_a_place_of_any_values_comes_back_from_its_cursor(experiment, lr):
    make_run(experiment, params={"lr": lr})
    for keys in (EVERY_KIND, EVERY_KIND[::-1], [SortKey(BY_LR[0].field, descending=True)]):
        _, place = read(keys=keys, limit=4)
        while place is not None:
            assert read_cursor(write_cursor(place), *place_kinds(keys)) == place
            _, place = read(place, keys, limit=1)


def forged(experiment, *values) -> tuple:
    """A place of this order with other values: rank, number, text."""
    _, place = read(keys=BY_LR)
    return (*place[:-3], *values)


@pytest.mark.parametrize(
    "values",
    [
        (0, None, "text"),
        (0, 1, "text"),
        (0, None, None),
        (0, math.nan, None),
        (1, 5, None),
        (1, None, None),
        (2, 5, None),
        (3, None, "text"),
        (9, None, None),
        (-1, 1, None),
    ],
)
def test_a_forged_place_is_refused(experiment, values):
    with pytest.raises(PlaceError):
        read(forged(experiment, *values), BY_LR)


whole = st.integers(-(2**63), 2**63 - 1)
numbers = st.one_of(st.none(), whole, st.floats())
texts = st.one_of(st.none(), st.text(max_size=5).filter(is_storable))


@given(
    rank=st.integers(-1, 4),
    number=numbers,
    text=texts,
    run_id=st.text(max_size=5).filter(is_storable),
    started=st.one_of(st.none(), whole),
    now_ms=whole,
)
def test_any_forged_place_gives_a_page_or_a_refusal(
    experiment, rank, number, text, run_id, started, now_ms
):
    order = forged(experiment)[0]

    try:
        read((order, now_ms, run_id, started, rank, number, text), BY_LR)
    except SearchError as error:
        assert error.message
