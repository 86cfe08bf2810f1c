"""Registered models over the REST API."""

import pytest

from runs.artifacts.registry.models import ModelVersion
from runs.tracking.lifecycles import delete_runs
from runs.tracking.models import Run
from runs.workspaces.permissions import Role
from tests.api.conftest import Api
from tests.factories import make_member, make_token

BODY = {"name": "digits", "path": "outputs/model.pkl"}


@pytest.fixture
def register(api, run_id):
    """Register a file that the run has."""
    for path in ("outputs/model.pkl", "outputs/folder/a.bin"):
        api.ask("PUT", f"runs/{run_id}/files/{path}", data=b"weights")

    def register(**fields):
        return api.ask("POST", f"runs/{run_id}/models", BODY | fields)

    return register


@pytest.mark.both_databases
def test_versions_are_counted_and_read(api, run_id, register):
    made = [register(), register(path="outputs/folder"), register(name="other")]
    assert [(one.status, one.body["version"]) for one in made] == [(201, 1), (201, 2), (201, 1)]
    read = api.get("models/digits/2").body
    assert read == made[1].body
    assert (read["run_id"], read["path"]) == (run_id, "outputs/folder")
    listed = api.ask("GET", "models", query={"name": "digits"}).body["items"]
    assert [one["version"] for one in listed] == [2, 1]


@pytest.mark.both_databases
def test_the_latest_of_each_model_page_by_page(api, register):
    for name in ("a", "b", "a", "c"):
        register(name=name)
    first = api.ask("GET", "models", query={"latest": "true", "limit": 2}).body
    rest = api.ask("GET", "models", query={"latest": "true", "after": first["next"]}).body
    found = [(one["name"], one["version"]) for one in first["items"] + rest["items"]]
    assert (found, rest["next"]) == ([("c", 1), ("a", 2), ("b", 1)], None)


@pytest.mark.both_databases
def test_the_same_request_again_makes_no_second_version(register):
    answers = [register(request_id="abc") for _ in range(2)]
    assert answers[0].body == answers[1].body
    assert ModelVersion.objects.count() == 1


@pytest.mark.both_databases
def test_a_number_is_not_given_again(api, register):
    register(), register()
    assert api.ask("DELETE", "models/digits/2").status == 204
    assert api.get("models/digits/2").code == "not_found"
    assert register().body["version"] == 3


@pytest.mark.both_databases
def test_tags_and_description_change(api, register):
    register(tags={"stage": "test"})
    changed = api.ask("PATCH", "models/digits/1", {"tags": {"stage": "production", "a": None}})
    assert changed.body["tags"] == {"stage": "production", "a": None}
    changed = api.ask("PATCH", "models/digits/1", {"description": "good"})
    assert (changed.body["description"], len(changed.body["tags"])) == ("good", 2)


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"path": "outputs/nothing"}, 404, ""),
        ({"path": "../etc"}, 400, ""),
        ({"name": "a/b"}, 400, "name"),
        ({"name": ""}, 400, "name"),
        ({"name": "x" * 201}, 400, "name"),
        ({"tags": {"a": 1}}, 400, "tags.a"),
        ({"unknown": 1}, 400, "unknown"),
    ],
)
def test_what_cannot_be_registered_is_refused(register, fields, status, field):
    refused = register(**fields)
    assert refused.status == status
    assert not field or refused.field == field
    assert not ModelVersion.objects.exists()


@pytest.mark.both_databases
def test_versions_of_a_deleted_run_are_hidden_and_take_no_new_ones(api, run_id, register):
    register()
    delete_runs(runs=Run.objects.filter(run_id=run_id))
    assert api.get("models").body["items"] == []
    assert api.get("models/digits/1").status == 404
    assert register().code == "deleted"


def test_readers_read_and_do_not_write(api, run_id, register):
    register()
    reader = Api(make_token(make_member(Role.READER)))
    assert reader.get("models/digits/1").status == 200
    for method, path in (("PATCH", "models/digits/1"), ("DELETE", "models/digits/1")):
        assert reader.ask(method, path, {}).status == 403
    assert reader.ask("POST", f"runs/{run_id}/models", BODY).status == 403
    assert Api("studio_wrong").get("models").status == 401
    assert api.ask("PUT", "models/digits/1").status == 405
