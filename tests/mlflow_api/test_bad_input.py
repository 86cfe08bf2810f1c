"""No body, query or path makes a 5xx, and what is refused is refused in JSON."""

import json
import string
from itertools import product

import pytest
from django.core.handlers import wsgi
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mlflow_api.test_endpoints import EACH_READ, EACH_WRITE

# Of random requests those run on both databases whose values stand in the right place: any other
# one is refused before the database is asked.

NASTY_BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b'"{\\"a\\":"',
    b"{}x",
    b"\xef\xbb\xbf{}",
    b"\x00",
    b"\xff\xfe",
    b"NaN",
    b'{"value": NaN}',
    b'{"run_id": "\\ud800"}',
    b'{"run_id": "\\u0000", "key": "\\u0000", "name": "\\u0000", "experiment_id": "\\u0000"}',
    b'{"experiment_id": "9223372036854775808", "name": "x", "key": "k"}',
    b'{"experiment_id": "0", "experiment_id": "0", "name": "a", "name": "b"}',
    b'{"experiment_id": " 7", "run_id": "+7"}',
    b'{"experiment_id": {}, "run_id": [], "name": {}, "metrics": {}, "tags": 1}',
    b'{"metrics": [[]], "params": [[]], "tags": [[]], "run_id": "x"}',
    b'{"x":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    b'{"name":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    b'{"max_results": 1e400, "timestamp": 1e400}',
    b'{"max_results": 99999999999999999999}',
    b'{"run_id": "' + b"x" * 300_000 + b'"}',
    b'{"order_by": [' + b",".join(b'"metrics.a%d"' % i for i in range(1000)) + b"]}",
    b'{"order_by": ["metrics.a", "metrics.a"], "experiment_ids": ["0"]}',
    b'{"experiment_ids": ["x", "", "-1"], "filter": "metrics.a > 1"}',
    b'{"filter": "' + b"a = 1 AND " * 5000 + b'", "experiment_ids": ["0"], "max_results": 1}',
    b'{"filter": "params.a LIKE \'' + b"%a" * 2000 + b'\'", "experiment_ids": ["0"]}',
]


def check(response):
    """Assert that an answer is neither a failure of ours nor anything but JSON."""
    assert response.status_code < 500 or response.status_code == 501, response.getvalue()[:500]
    assert response["Content-Type"] == "application/json"
    body = json.loads(response.getvalue() or b"{}")
    if response.status_code != 200:
        assert {"error_code", "message"} == set(body)


@pytest.mark.both_databases
@pytest.mark.parametrize(("method", "url"), EACH_READ + EACH_WRITE)
def test_nasty_bodies_are_refused_or_read(api, method, url):
    for body in NASTY_BODIES:
        check(api.http.generic(method, url, body, "application/json"))


NASTY_TEXTS = [
    "",
    "\x00",
    "\u00e9\u65e5\U0001f600",
    "' OR 1=1 --",
    "../../etc/passwd",
    "%00",
    "%2e%2e%2f",
    "\uff17",
    "9" * 400,
    "x" * 5000,
    "-1",
    "1e400",
    "{}",
]
FIELDS = [
    "run_id",
    "run_uuid",
    "experiment_id",
    "experiment_name",
    "path",
    "metric_key",
    "max_results",
    "page_token",
    "run_ids",
    "start_step",
    "end_step",
    "filter",
    "order_by",
    "view_type",
]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "url", sorted({url for method, url in EACH_READ if method == "GET"}), ids=lambda url: url
)
def test_nasty_queries_are_refused_or_read(api, url, known_fields):
    run_id = api.make_run_id()
    good = {"run_id": run_id, "run_ids": run_id, "metric_key": "m", "path": "a"}
    for text in NASTY_TEXTS:
        check(api.http.get(url, dict.fromkeys(FIELDS, text)))
    # To a view that never asks for a field, no value of it is nasty.
    check(api.http.get(url, good))
    asked = set()
    while left := known_fields & set(FIELDS) - asked:
        asked |= left
        for text, field in product(NASTY_TEXTS, sorted(left)):
            check(api.http.get(url, {**good, field: text}))
    raw = f"{url}?run_id=%ff%fe&experiment_id=%ed%a0%80&path=%c0%ae&metric_key=%00"
    check(api.http.get(raw))


@pytest.fixture
def known_fields(monkeypatch) -> set[str]:
    """The fields of queries that views have asked for so far."""
    known: set[str] = set()

    class Noting(QueryDict):
        is_read = False

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.is_read = True

        def note(self, *fields):
            if self.is_read:
                known.update(fields)

        def __contains__(self, field):
            self.note(field)
            return super().__contains__(field)

        def __getitem__(self, field):
            self.note(field)
            return super().__getitem__(field)

        def _getlist(self, field, *args, **kwargs):
            self.note(field)
            return super()._getlist(field, *args, **kwargs)

        def lists(self):
            self.note(*FIELDS)
            return super().lists()

    monkeypatch.setattr(wsgi, "QueryDict", Noting)
    return known


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["0", "R", "NaN", "Infinity", "9223372036854775808", "metrics.a", "a/b", ".."]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["key", "value", "timestamp", "step", "dataset", "tags", "name"]),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "run_id",
        "run_uuid",
        "experiment_id",
        "experiment_ids",
        "name",
        "new_name",
        "experiment_name",
        "key",
        "value",
        "timestamp",
        "step",
        "metrics",
        "params",
        "tags",
        "datasets",
        "models",
        "status",
        "end_time",
        "start_time",
        "run_name",
        "user_id",
        "filter",
        "order_by",
        "max_results",
        "page_token",
        "view_type",
        "run_view_type",
        "artifact_location",
        "model_json",
        "source_run_id",
        "model_type",
    ]
)
BODIES = st.dictionaries(NAMES, VALUES, max_size=8)
ENDPOINTS = st.sampled_from([pair for pair in EACH_WRITE + EACH_READ if pair[0] != "GET"])


@settings(max_examples=400)
@given(endpoint=ENDPOINTS, body=BODIES)
def test_any_json_object_is_refused_or_read(api, endpoint, body):
    method, url = endpoint
    run_id = api.run_id = getattr(api, "run_id", None) or api.make_run_id()
    text = json.dumps(body).replace('"R"', f'"{run_id}"')
    check(api.http.generic(method, url, text.encode(), "application/json"))


WELL_FORMED = {
    "runs/log-metric": st.fixed_dictionaries(
        {"run_id": st.just("R"), "key": SCALARS, "value": SCALARS, "timestamp": SCALARS},
        optional={"step": SCALARS},
    ),
    "runs/set-tag": st.fixed_dictionaries(
        {"run_id": st.just("R"), "key": st.text(), "value": st.text()}
    ),
    "runs/search": st.fixed_dictionaries(
        {"experiment_ids": st.just(["0"])},
        optional={
            "filter": st.text(alphabet=string.printable),
            "order_by": st.lists(st.text(alphabet='metrics.a `"DESC,'), max_size=3),
            "max_results": SCALARS,
            "page_token": SCALARS,
            "run_view_type": SCALARS,
        },
    ),
    "experiments/search": st.fixed_dictionaries(
        {"max_results": st.integers(1, 5)},
        optional={"filter": st.text(), "order_by": st.lists(st.text()), "page_token": st.text()},
    ),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("path", sorted(WELL_FORMED))
def test_any_value_in_the_right_place_is_refused_or_read(api, path):
    run_id = api.make_run_id()

    @settings(max_examples=150)
    @given(body=WELL_FORMED[path])
    def ask(body):
        text = json.dumps(body).replace('"R"', f'"{run_id}"')
        url = f"/api/2.0/mlflow/{path}"
        check(api.http.generic("POST", url, text.encode(), "application/json"))

    ask()


@pytest.mark.both_databases
@settings(max_examples=100)
@given(text=st.text(min_size=1, max_size=200))
def test_any_text_of_a_tag_comes_back_or_is_refused(api, text):
    run_id = api.run_id = getattr(api, "run_id", None) or api.make_run_id()
    answer = api.post("runs/set-tag", {"run_id": run_id, "key": "t", "value": text})
    if "\x00" in text:
        assert answer.status == 400
    else:
        assert answer.status == 200
        assert api.get_tags(run_id)["t"] == text


@pytest.mark.both_databases
def test_a_nasty_id_in_a_path_is_refused(api):
    for model_id in ("%00", "%ff", "..", "m-" + "x" * 3000, "' OR 1=1"):
        url = f"/api/2.0/mlflow/logged-models/{model_id}"
        response = api.http.get(url)
        assert response.status_code in (400, 404)
