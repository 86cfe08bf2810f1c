"""Writes that say which text they replace."""

import pytest

from runs.workspaces.permissions import Role
from tests.api.conftest import Api
from tests.factories import make_member, make_token

pytestmark = pytest.mark.both_databases


@pytest.fixture
def ada(db) -> Api:
    return Api(make_token(make_member(Role.CONTRIBUTOR, name="ada")))


@pytest.fixture
def places(api, run_id) -> dict[str, str]:
    """The addresses of what has texts."""
    api.ask("PUT", f"runs/{run_id}/files/model.pkl", data=b"weights")
    api.post(f"runs/{run_id}/models", {"name": "digits", "path": "model.pkl"})
    number = api.post("experiments", {"name": "vision"}).body["number"]
    view = api.post("views", {"name": "Best", "query": "q=a", "shared": True}).body["id"]
    return {
        "run": f"runs/{run_id}",
        "experiment": f"experiments/{number}",
        "model": "models/digits/1",
        "view": f"views/{view}",
    }


@pytest.mark.parametrize(
    ("what", "field", "along"),
    [
        ("run", "name", {"status": "Completed"}),
        ("run", "description", {"status": "Completed"}),
        ("experiment", "name", {"description": "with it"}),
        ("experiment", "description", {"name": "with it"}),
        ("model", "description", {"tags": {"with": "it"}}),
        ("view", "query", {"name": "with it"}),
    ],
)
def test_a_text_that_is_not_as_it_was_seen_is_not_replaced(api, places, what, field, along):
    place = places[what]
    first = api.patch(place, {field: "first"}).body
    assert first[field] == "first"
    api.patch(place, {field: "theirs"})
    before = read(api, place)

    refused = api.patch(place, along | {field: "mine", f"{field}_seen": "first"})

    assert (refused.status, refused.code, refused.field) == (409, "changed_meanwhile", field)
    assert refused.body["error"]["now"] == "theirs"
    assert "Nothing is saved yet" in refused.message and refused.body["error"]["hint"]
    assert read(api, place) == before
    refused = api.patch(place, along | {f"{field}_seen": "first"})
    assert refused.status == 409, "also where the text itself is not sent"
    assert read(api, place) == before
    mine = along | {field: "mine", f"{field}_seen": refused.body["error"]["now"]}
    assert api.patch(place, mine).body[field] == "mine"
    assert api.patch(place, {field: "last"}).body[field] == "last", "the last one wins, unasked"


@pytest.mark.parametrize("what", ["run", "experiment", "model", "view"])
def test_nothing_to_change_changes_nothing(api, places, what):
    before = read(api, places[what])
    assert api.patch(places[what], {}).status == 200
    after = read(api, places[what])
    before.pop("updated_ms", None), after.pop("updated_ms", None)
    assert after == before


def test_who_has_changed_a_text_of_a_run_is_told(api, ada, places):
    ada.patch(places["run"], {"description": "x" * 1000})
    refused = api.patch(places["run"], {"description": "mine", "description_seen": ""})
    assert refused.message.startswith("ada has changed the description meanwhile.")
    assert refused.body["error"]["now"] == "x" * 1000


def test_line_ends_are_no_change(api, places):
    api.patch(places["run"], {"description": "two\r\nlines\n"})
    sent = {"description": "mine", "description_seen": "two\nlines"}
    assert api.patch(places["run"], sent).status == 200


def test_the_description_of_the_api_says_so(api):
    shapes = api.get("schema").body["components"]["schemas"]
    for shape in ("RunChange", "ExperimentChange", "VersionChange"):
        told = shapes[f"Patched{shape}Request"]["properties"]["description_seen"]["description"]
        assert "changed_meanwhile" in told
    assert "now" in shapes["ErrorFacts"]["properties"]


def read(api: Api, place: str) -> dict:
    """What is there, of one thing or of those in a list; without the time of the last change."""
    if place.startswith("views"):
        return api.get("views").body
    found = api.get(place).body
    return {name: value for name, value in found.items() if name != "updated_ms"}
