"""Page cursors: stable while rows come and go, and safe whatever a client sends."""

import base64
import json
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs.search import CursorError, Search, SearchError, SortKey, search_runs
from runs.tracking.fields import Entity, Field
from runs.tracking.models import Run
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
    shown, cursor = read(keys=keys)
    make_run(experiment, name="newest", started_ms=99, params={"lr": "-1"})
    following, _ = read(cursor, keys)

    assert not set(shown) & set(following)
    assert "newest" not in following


def test_the_run_a_page_ended_at_may_vanish(experiment):
    _, cursor = read(keys=BY_LR)
    Run.objects.filter(name="1").delete()

    assert read(cursor, BY_LR)[0] == ["2", "3"]


def test_the_last_page_has_no_cursor_even_if_it_is_full(experiment):
    _, cursor = read(limit=3)
    names, cursor = read(cursor, limit=3)

    assert (len(names), cursor) == (3, None)


def test_a_cursor_of_another_order_is_refused(experiment):
    _, cursor = read(keys=BY_LR)

    for keys in (
        [],
        [SortKey(Field(Entity.PARAM, "lr"), descending=True)],
        [SortKey(Field(Entity.TAG, "lr"))],
    ):
        with pytest.raises(CursorError):
            read(cursor, keys)


def test_pages_of_a_search_share_its_time(experiment):
    page = search_runs(Search(workspace=default_workspace(), now_ms=1_000), limit=2)
    data = json.loads(zlib.decompress(base64.urlsafe_b64decode(page.next + "==")))

    assert data["n"] == 1_000


def pack(data: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(data).encode())).decode()


def forged(experiment) -> dict:
    _, cursor = read(keys=BY_LR)
    return json.loads(zlib.decompress(base64.urlsafe_b64decode(cursor + "==")))


@pytest.mark.parametrize(
    "change",
    [
        {"k": []},
        {"k": [[0, "text"]]},
        {"k": [[1, 5]]},
        {"k": [[9, None]]},
        {"k": [[0, 1, 2]]},
        {"k": [[True, 1]]},
        {"k": [[0, ["nan"]]]},
        {"k": [[1, "nul \0"]]},
        {"k": None},
        {"s": "1"},
        {"s": 2**63},
        {"r": 5},
        {"r": "\ud800"},
        {"n": None},
        {"n": "now"},
        {"o": "x"},
    ],
)
def test_a_forged_cursor_is_refused(experiment, change):
    cursor = pack({**forged(experiment), **change})

    with pytest.raises(CursorError):
        read(cursor, BY_LR)


@pytest.mark.parametrize(
    "text", ["", "x", "é", "AAAA", "a" * 200_001, pack(1), pack([]), pack("x")]
)
def test_a_damaged_cursor_is_refused(experiment, text):
    with pytest.raises(CursorError):
        read(text)


def test_a_cursor_that_unpacks_to_too_much_is_refused(experiment):
    bomb = base64.urlsafe_b64encode(zlib.compress(b" " * 50_000_000)).decode()

    with pytest.raises(CursorError):
        read(bomb)


values = st.one_of(st.none(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.text()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rank=st.integers(-1, 4), value=values, started=values, run_id=values)
def test_any_forged_position_gives_a_page_or_a_refusal(experiment, rank, value, started, run_id):
    data = forged(experiment) | {"k": [[rank, value]], "s": started, "r": run_id}

    try:
        read(pack(data), BY_LR)
    except SearchError as error:
        assert error.message
