"""Experiments over the REST API."""

import pytest

from runs.tracking.models import Experiment
from tests.factories import make_run

pytestmark = pytest.mark.both_databases


@pytest.fixture
def number(api) -> int:
    return api.post("experiments", {"name": "digits", "tags": {"team": "vision"}}).body["number"]


def test_an_experiment_is_made_with_its_tags(api):
    made = api.post("experiments", {"name": "digits", "tags": {"team": "vision"}})
    assert made.status == 201
    assert (made.body["name"], made.body["tags"]) == ("digits", {"team": "vision"})
    assert api.get(f"experiments/{made.body['number']}").body == made.body


def test_a_name_is_taken_once(api, number):
    again = api.post("experiments", {"name": "digits"})
    assert (again.status, again.code) == (409, "name_taken")


def test_experiments_are_listed_page_by_page_in_the_order_asked_for(api):
    for name in "cab":
        api.post("experiments", {"name": name})
    first = api.get("experiments", {"sort": "-name", "limit": 2})
    assert [one["name"] for one in first.body["items"]] == ["Default", "c"]
    rest = api.get("experiments", {"sort": "-name", "limit": 5, "after": first.body["next"]})
    assert [one["name"] for one in rest.body["items"]] == ["b", "a"]
    assert rest.body["next"] is None


def test_names_are_sorted_as_people_sort_them_on_every_page(api):
    wanted = ["a/trial-2", "a/trial-10", "a-b", "Trial-1", "trial-01", "trial-2", "trial-10"]
    for name in reversed(wanted):
        api.post("experiments", {"name": name})
    names, query = [], {"sort": "name", "limit": 2, "contains": "%-%"}

    while query.get("after", "") is not None:
        page = api.get("experiments", query).body
        names += [one["name"] for one in page["items"]]
        query["after"] = page["next"]

    assert names == wanted


def test_an_experiment_is_found_by_its_name(api, number):
    assert [one["number"] for one in api.get("experiments", {"name": "digits"}).body["items"]] == [
        number
    ]
    assert api.get("experiments", {"contains": "IGIT"}).body["items"][0]["number"] == number
    assert api.get("experiments", {"name": "nothing"}).body["items"] == []


def test_name_and_description_change_together_or_not_at_all(api, number):
    api.post("experiments", {"name": "taken"})
    changed = api.patch(f"experiments/{number}", {"name": "new", "description": "Why"})
    assert (changed.body["name"], changed.body["description"]) == ("new", "Why")
    refused = api.patch(f"experiments/{number}", {"description": "Other", "name": "taken"})
    assert refused.status == 409
    assert api.get(f"experiments/{number}").body["description"] == "Why"


def test_tags_are_written_and_removed(api, number):
    assert api.patch(f"experiments/{number}/tags", {"tags": {"a/b": "1"}}).status == 204
    assert api.get(f"experiments/{number}").body["tags"] == {"a/b": "1", "team": "vision"}
    assert api.delete(f"experiments/{number}/tags/a/b").status == 204
    assert api.delete(f"experiments/{number}/tags/a/b").status == 404


def test_an_experiment_goes_and_comes_back_with_its_runs(api, number):
    run = make_run(Experiment.objects.get(number=number))
    assert api.delete(f"experiments/{number}").status == 204
    assert api.get(f"runs/{run.run_id}").body["lifecycle"] == "deleted"
    assert api.get("experiments", {"name": "digits"}).body["items"] == []
    assert api.post(f"experiments/{number}/restore").status == 204
    assert api.get(f"runs/{run.run_id}").body["lifecycle"] == "active"


def test_an_experiment_is_hidden_and_shown_again(api, number):
    api.post(f"experiments/{number}/archive")
    assert api.get("experiments", {"name": "digits"}).body["items"] == []
    assert api.get("experiments", {"lifecycle": "archived"}).body["items"][0]["number"] == number
    api.post(f"experiments/{number}/reactivate")
    assert api.get("experiments", {"name": "digits"}).body["items"] != []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "a" * 501}, "name"),
        ({"name": "x", "tags": {"k": 1}}, "tags.k"),
        ({"name": "x", "nmae": "y"}, "nmae"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_meant(api, body, field):
    refused = api.post("experiments", body)
    assert (refused.status, refused.code, refused.field) == (400, "invalid_value", field)


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "x"}, {"sort": "x"}, {"lmit": 3}])
def test_a_list_is_not_asked_for_by_guesses(api, query):
    assert api.get("experiments", query).code == "invalid_value"


@pytest.mark.parametrize("cursor", ["x", "!!", "WzFd", "eyJhIjoxfQ", "é"])
def test_a_cursor_that_was_not_given_out_is_refused(api, cursor):
    assert api.get("experiments", {"after": cursor, "sort": "name"}).status == 400


def test_an_unknown_experiment_is_said_so(api):
    for method, path in [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/restore")]:
        body = {} if method == "PATCH" else None
        assert api.ask(method, f"experiments/{10**25}{path}", body).code == "not_found"


def test_only_who_may_write_makes_and_changes(reader, nobody):
    assert reader.get("experiments").status == 200
    assert reader.post("experiments", {"name": "x"}).code == "not_allowed"
    assert nobody.get("experiments").code == "not_signed_in"
    assert nobody.get("experiments").headers["WWW-Authenticate"].startswith("Basic")


def test_other_methods_are_refused_with_those_there_are(api):
    refused = api.ask("PUT", "experiments", {})
    assert (refused.status, refused.code) == (405, "method_not_allowed")
    assert refused.headers["Allow"] == "GET, POST, HEAD"
