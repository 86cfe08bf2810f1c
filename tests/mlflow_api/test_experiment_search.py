"""Searching experiments: views, filters, orders, pages."""

import pytest

from runs.tracking.models import Experiment

pytestmark = pytest.mark.both_databases


@pytest.fixture
def named(api):
    """Experiments a, Ab, b, b_c made in this order; b is tagged, `Default` is out of the way."""
    api.post("experiments/delete", {"experiment_id": "0"})
    ids = {}
    for index, name in enumerate(["a", "Ab", "b", "b_c"]):
        ids[name] = api.make_experiment(name)
        Experiment.objects.filter(name=name).update(created_ms=1000 + index)
    tag = {"experiment_id": ids["b"], "key": "x y", "value": "One"}
    api.post("experiments/set-experiment-tag", tag)
    return ids


def search(api, **body):
    answer = api.post("experiments/search", {"max_results": 100, **body})
    assert answer.status == 200, answer
    return [row["name"] for row in answer.body.get("experiments", [])]


def test_the_newest_comes_first(api, named):
    assert search(api) == ["b_c", "b", "Ab", "a"]


def test_a_get_request_searches_too(api, named):
    query = {"max_results": "2", "order_by": ["name DESC"], "view_type": "ACTIVE_ONLY"}
    found = api.get("experiments/search", **query).body["experiments"]
    assert [row["name"] for row in found] == ["b_c", "b"]


@pytest.mark.parametrize(
    ("view_type", "names"),
    [
        ("ACTIVE_ONLY", ["b_c"]),
        (1, ["b_c"]),
        (None, ["b_c"]),
        ("NO_SUCH_VIEW", ["b_c"]),
        ("DELETED_ONLY", ["Default"]),
        (2, ["Default"]),
        ("2", ["Default"]),
        ("ALL", ["Default", "b_c"]),
        (3, ["Default", "b_c"]),
    ],
)
def test_view_types(api, named, view_type, names):
    text = "name = 'b_c'" if "b_c" in names and len(names) == 1 else ""
    found = search(api, view_type=view_type, filter=text)
    assert sorted(set(found) & {"Default", "b_c"}) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("name = 'a'", ["a"]),
        ("attribute.name != 'a'", ["b_c", "b", "Ab"]),
        ("attributes.name LIKE 'a%'", ["a"]),
        ("name ILIKE 'A%'", ["Ab", "a"]),
        ("name LIKE 'b_'", []),
        ("name LIKE 'b__'", ["b_c"]),
        ("name LIKE '%'", ["b_c", "b", "Ab", "a"]),
        ("name LIKE '%c' AND name LIKE 'b%'", ["b_c"]),
        ("name LIKE 'a%a'", []),
        ("creation_time >= 1001 and creation_time < 1003", ["b", "Ab"]),
        ("attribute.creation_time = 1000", ["a"]),
        ("last_update_time > 1", ["b_c", "b", "Ab", "a"]),
        ("tags.`x y` = 'One'", ["b"]),
        ('tag."x y" ILIKE "o%"', ["b"]),
        ("tags.`x y` != 'Two'", ["b"]),
        ("tags.`x y` IS NULL", ["b_c", "Ab", "a"]),
        ("tags.`x y` IS NOT NULL AND name = 'b'", ["b"]),
    ],
)
def test_filters(api, named, text, names):
    assert search(api, filter=text) == names


@pytest.mark.parametrize(
    "text",
    [
        "name = a",
        "name > 'a'",
        "name = 1",
        "nobody = 'a'",
        "metrics.a = 1",
        "creation_time LIKE '1'",
        "creation_time = '1'",
        "tags.a > 'b'",
        "tags.a = 1",
        "tags.a IS",
        "name = 'a' OR name = 'b'",
        "(name = 'a')",
        "NOT name = 'a'",
        "name = 'a' AND",
        "name = 'a",
        "name",
        "= 'a'",
        "name ~ 'a'",
        "name IN ('a')",
    ],
)
def test_bad_filters_are_refused(api, text):
    answer = api.post("experiments/search", {"max_results": 1, "filter": text})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE"), text


@pytest.mark.parametrize(
    ("order_by", "names"),
    [
        (["name"], ["Ab", "a", "b", "b_c"]),
        (["name DESC"], ["b_c", "b", "a", "Ab"]),
        (["attribute.creation_time asc"], ["a", "Ab", "b", "b_c"]),
        (["experiment_id"], ["a", "Ab", "b", "b_c"]),
        (["last_update_time DESC", "name"], None),
    ],
)
def test_orders(api, named, order_by, names):
    found = search(api, order_by=order_by)
    assert found == names if names else len(found) == 4


def test_ties_go_to_the_newer_experiment(api, named):
    Experiment.objects.update(created_ms=5)
    assert search(api, order_by=["creation_time"]) == ["b_c", "b", "Ab", "a"]


@pytest.mark.parametrize(
    "order_by", [["nobody"], ["name UP"], ["name", "name DESC"], ["tags.a"], [""], ["name"] * 1000]
)
def test_bad_orders_are_refused(api, order_by):
    answer = api.post("experiments/search", {"max_results": 1, "order_by": order_by})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("order_by", [[], ["name"], ["name DESC"], ["creation_time"]])
def test_pages_show_everything_once(api, named, order_by):
    whole, pages, token = search(api, order_by=order_by), [], None
    while True:
        body = {"max_results": 2, "order_by": order_by, "page_token": token}
        answer = api.post("experiments/search", body).body
        pages.append([row["name"] for row in answer["experiments"]])
        token = answer.get("next_page_token")
        if not token:
            break
    assert pages == [whole[:2], whole[2:]]


def test_a_page_goes_on_where_the_last_one_ended_although_one_is_new(api, named):
    first = api.post("experiments/search", {"max_results": 2}).body
    api.make_experiment("newest")
    token = first["next_page_token"]
    second = api.post("experiments/search", {"max_results": 2, "page_token": token}).body
    assert [row["name"] for row in second["experiments"]] == ["Ab", "a"]


@pytest.mark.parametrize("token", ["x", "=", "e30=", "WzFd", "\uff17", "WyJhIiwiYiJd" * 9000])
def test_bad_tokens_are_refused(api, token):
    answer = api.post("experiments/search", {"max_results": 1, "page_token": token})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert "Invalid page token" in answer.message


@pytest.mark.parametrize("max_results", [None, 0, -1, 50_001, "x", 1.5])
def test_the_number_of_results_is_asked_for_and_bounded(api, max_results):
    answer = api.post("experiments/search", {"max_results": max_results})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert "max_results" in answer.message
