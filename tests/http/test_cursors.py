"""Cursors: what was given out comes back exactly; anything else is refused."""

import base64
import json
import math
import zlib

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from runs.http.cursors import BadCursor, read_cursor, read_key, write_cursor, write_key
from runs.metrics.runs import RunRef
from runs.metrics.services import log_batch
from runs.tracking.models import Experiment
from runs.workspaces.storable import is_storable
from tests.factories import make_experiment, make_run

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text().filter(is_storable)


@given(INT64, st.floats(), TEXT)
def test_a_place_comes_back_exactly(whole, number, text):
    cursor = write_cursor((whole, number, text))
    found = read_cursor(cursor, int, float, str)
    assert found[0] == whole and found[2] == text
    assert found[1] == number or (math.isnan(found[1]) and math.isnan(number))
    assert type(found[1]) is float


def test_the_end_has_no_cursor_and_no_cursor_is_the_beginning():
    assert write_cursor(None) is None
    assert read_cursor("", int) is read_cursor(None, int) is None


@given(st.none() | INT64, st.none() | INT64 | st.floats(allow_nan=False), st.none() | TEXT)
def test_what_may_be_missing_comes_back_too(whole, number, text):
    place = (whole, number, text)
    found = read_cursor(write_cursor(place), int | None, int | float | None, str | None)
    assert found == place
    assert [type(value) for value in found] == [type(value) for value in place]


@given(TEXT)
def test_a_place_of_one_text_comes_back(text):
    assert read_key(write_key(text), str) == text


def test_a_place_of_one_value_has_a_beginning_and_an_end():
    assert write_key(None) is read_key(None, int) is read_key("", int) is None
    assert read_key(write_key(0), int) == 0


def test_a_long_text_makes_a_short_cursor():
    assert len(write_cursor(["ab" * 30_000])) < 1000


def pack(value: object) -> str:
    return as_text(zlib.compress(json.dumps(value).encode()))


def as_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def test_a_cursor_with_its_padding_is_the_same():
    assert read_cursor(pack([7]), int) == read_cursor(write_cursor([7]), int) == (7,)


FORGED = [
    "x", "!!", "é", "\0", "=", "AAAA", "a" * 200_001, as_text(b"[1,2]"),
    as_text(zlib.compress(b"[1,2]")[:-1]), as_text(zlib.compress(b"[1,2]") + b"!"),
    as_text(zlib.compress(b" " * 50_000_000 + b"[1,2]")), pack(1), pack({}), pack([]), pack([1]),
    pack([1, 2, 3]), pack(["1", 2]), pack([True, 2]), pack([2**63, 2]), pack([1.5, 2]),
    pack([None, 2]), pack([[1], 2]),
]  # fmt: skip


@pytest.mark.parametrize("text", FORGED)
def test_a_forged_cursor_is_refused(text):
    with pytest.raises(BadCursor):
        read_cursor(text, int, int)


@pytest.mark.parametrize("value", ["nan", "inf", "1", "NAN", None, [], "a\0", "\ud800"])
def test_a_forged_value_is_refused(value):
    with pytest.raises(BadCursor):
        read_cursor(pack([value]), float)
    if not isinstance(value, str) or not is_storable(value):
        with pytest.raises(BadCursor):
            read_cursor(pack([value]), str)


@given(st.text())
def test_any_text_is_a_place_or_refused(text):
    try:
        read_cursor(text, int, str)
    except BadCursor as error:
        assert error.message


# Every list of every door that goes on behind a cursor made here.
LISTS = {
    "api experiments": ("/api/v1/experiments", {"limit": 1}, "after", "next"),
    "api runs": ("/api/v1/runs", {"limit": 1, "sort": "name"}, "after", "next"),
    "api children": ("/api/v1/runs/run-1/children", {"limit": 1}, "after", "next"),
    "api files": ("/api/v1/runs/run-1/files", {"limit": 1}, "after", "next"),
    "api metrics": ("/api/v1/runs/run-1/metrics", {"limit": 1}, "after", "next"),
    "api rows": ("/api/v1/runs/run-1/metrics/rows", {"name": "m"}, "after", "next"),
    "api texts": ("/api/v1/runs/run-1/metrics/texts", {"name": "m"}, "after", "next"),
    "api models": ("/api/v1/models", {}, "after", "next"),
    "api hits in logs": ("/api/v1/log-hits", {"q": "error"}, "after", "next"),
    "api largest runs": ("/api/v1/disk/runs", {"limit": 1}, "after", "next"),
    "api numbers": (
        "/api/v1/runs/run-1/metrics/values", {"name": "m", "limit": 1}, "after", "next",
    ),
    "mlflow experiments": (
        "/api/2.0/mlflow/experiments/search", {"max_results": 1}, "page_token", "next_page_token",
    ),
    "mlflow history": (
        "/api/2.0/mlflow/metrics/get-history",
        {"run_id": "run-1", "metric_key": "m", "max_results": 1}, "page_token", "next_page_token",
    ),
    "rows of the run table": ("/w/default/run-rows", {}, "after", "next"),
    "pipelines": ("/w/default/pipelines", {}, "after", "next"),
    "models": ("/w/default/models", {}, "after", "next"),
    "results of a search": ("/w/default/search", {"q": "r", "kind": "runs"}, "after", "next"),
    "hits in logs": ("/w/default/log-search/hits", {"q": "error"}, "after", "next"),
    "files": ("/w/default/runs/run-1/found-files", {"q": "a"}, "after", "next"),
    "points": ("/w/default/runs/run-1/points", {"key": "m"}, "after", "next"),
}  # fmt: skip


@pytest.fixture
def studio(db, settings) -> Client:
    settings.STUDIO_OPEN = True
    run = make_run(make_experiment(), run_id="run-1")
    points = [("m", 0, 0, 1.0), ("m", 0, 0, math.inf), ("m", 0, 0, math.nan), ("m", 1, 0, -0.5)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points)
    return Client()


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("cursor", ["x", "é", "AAAA", pack([None, None, None]), pack([2**70] * 3)])
def test_a_door_refuses_a_cursor_it_has_not_given_out(studio, name, cursor):
    address, query, parameter, _ = LISTS[name]
    answer = studio.get(address, {**query, parameter: cursor})
    assert answer.status_code == 400, answer.content


@pytest.mark.parametrize("name", ["api experiments", "mlflow experiments"])
def test_a_list_goes_on_behind_its_cursor(studio, name):
    address, query, parameter, key = LISTS[name]
    found, cursor = [], ""
    while cursor is not None:
        page = studio.get(address, {**query, parameter: cursor}).json()
        found += [one["name"] for one in page.get("items") or page["experiments"]]
        cursor = page.get(key)
    assert sorted(found) == sorted(Experiment.objects.values_list("name", flat=True))
    assert len(found) > 1


@pytest.mark.parametrize("name", ["api numbers", "mlflow history"])
def test_a_history_goes_on_behind_nan_and_infinity(studio, name):
    address, query, parameter, key = LISTS[name]
    values, cursor = [], ""
    while cursor is not None:
        page = studio.get(address, {**query, parameter: cursor}).json()
        values += [point["value"] for point in page.get("items") or page["metrics"]]
        cursor = page.get(key)
    assert values == [1.0, "Infinity", "NaN", -0.5]
