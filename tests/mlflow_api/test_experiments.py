"""Experiments over the protocol."""

import pytest

from tests.factories import make_experiment, make_workspace

pytestmark = pytest.mark.both_databases


def get(api, experiment_id):
    return api.get("experiments/get", experiment_id=experiment_id).body["experiment"]


def test_the_default_experiment_is_there_from_the_start(api):
    experiment = get(api, "0")
    assert (experiment["name"], experiment["lifecycle_stage"]) == ("Default", "active")
    assert experiment["artifact_location"] == "mlflow-artifacts:/0"
    assert "tags" not in experiment


def test_a_new_experiment_is_read_back_by_id_and_name(api):
    tags = [{"key": "team", "value": "vision"}]
    experiment_id = api.make_experiment("faces", tags=tags)
    by_name = api.get("experiments/get-by-name", experiment_name="faces").body["experiment"]
    assert by_name == get(api, experiment_id)
    assert by_name["tags"] == tags
    assert by_name["creation_time"] == by_name["last_update_time"]


def test_ids_count_up_in_each_workspace_alone(api):
    make_experiment(workspace=make_workspace("other"))
    first, second = api.make_experiment(), api.make_experiment()
    assert int(second) == int(first) + 1 == 2


def test_a_location_that_was_given_is_kept(api):
    experiment_id = api.make_experiment(artifact_location="s3://bucket/folder?endpoint=x")
    assert get(api, experiment_id)["artifact_location"] == "s3://bucket/folder?endpoint=x"
    run = api.make_run(experiment_id)["info"]
    uri = f"s3://bucket/folder/{run['run_id']}/artifacts?endpoint=x"
    assert run["artifact_uri"] == uri


@pytest.mark.parametrize(
    "location", ["s3://b/a#frag", "s3://b/a#", "http://b/a;p", "s3://b/a?x=../..", "x" * 2001]
)
def test_a_location_that_hides_a_path_is_refused(api, location):
    answer = api.post("experiments/create", {"name": "n", "artifact_location": location})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert "artifact_location" in answer.message


def test_a_name_is_taken_once_also_by_a_deleted_experiment(api):
    experiment_id = api.make_experiment("one")
    for _ in range(2):
        answer = api.post("experiments/create", {"name": "one"})
        assert (answer.status, answer.code) == (400, "RESOURCE_ALREADY_EXISTS")
        api.post("experiments/delete", {"experiment_id": experiment_id})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (None, "Missing value for required parameter 'name'"),
        ("", "Missing value for required parameter 'name'"),
        (12, "Invalid value 12 for parameter 'name' supplied"),
        ("x" * 501, "'name' exceeds the maximum length of 500 characters"),
    ],
)
def test_a_bad_name_is_refused(api, name, message):
    answer = api.post("experiments/create", {"name": name})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.message


def test_an_experiment_with_a_bad_tag_is_not_made(api):
    api.post("experiments/create", {"name": "n", "tags": [{"key": "../x", "value": "1"}]})
    assert api.get("experiments/get-by-name", experiment_name="n").status == 404


@pytest.mark.parametrize("experiment_id", [" 7", "+7", "-0", "7.0", "\uff17", "abc", "007"])
def test_an_id_that_is_no_number_is_a_bad_request(api, experiment_id):
    answer = api.get("experiments/get", experiment_id=experiment_id)
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("experiment_id", ["77", "-1", str(2**63), "9" * 4000])
def test_an_id_that_nobody_has_is_not_found(api, experiment_id):
    answer = api.get("experiments/get", experiment_id=experiment_id)
    assert (answer.status, answer.code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert answer.message.startswith("No Experiment with id=")


def test_a_number_instead_of_an_id_is_refused(api):
    answer = api.post("experiments/delete", {"experiment_id": 0})
    assert "Invalid value 0 for parameter 'experiment_id' supplied" in answer.message


def test_an_unknown_name_is_not_found(api):
    answer = api.get("experiments/get-by-name", experiment_name="nobody")
    assert (answer.status, answer.code) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_the_experiment_of_another_workspace_is_not_found(api):
    other = make_experiment("hidden", workspace=make_workspace("other"))
    assert api.get("experiments/get-by-name", experiment_name="hidden").status == 404
    assert api.get("experiments/get", experiment_id=str(other.number + 1)).status == 404


def test_renaming_raises_the_time_of_the_last_update(api):
    experiment_id = api.make_experiment("old")
    before = get(api, experiment_id)
    api.post("experiments/update", {"experiment_id": experiment_id, "new_name": "new"})
    after = get(api, experiment_id)
    assert after["name"] == "new"
    assert after["last_update_time"] >= before["last_update_time"]


@pytest.mark.parametrize("name", ["Default", "x" * 501, ""])
def test_a_bad_new_name_changes_nothing(api, name):
    experiment_id = api.make_experiment("old")
    body = {"experiment_id": experiment_id, "new_name": name}
    assert api.post("experiments/update", body).status == 400
    assert get(api, experiment_id)["name"] == "old"


def test_a_deleted_experiment_cannot_be_renamed_or_tagged(api):
    experiment_id = api.make_experiment()
    api.post("experiments/delete", {"experiment_id": experiment_id})
    body = {"experiment_id": experiment_id, "new_name": "n", "key": "k", "value": "v"}
    for path in ("update", "set-experiment-tag", "delete-experiment-tag"):
        answer = api.post(f"experiments/{path}", body)
        assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
        assert ("active' state" in answer.message) or ("non-active" in answer.message)


def test_a_taken_name_is_refused_in_mlflows_words(api):
    experiment_id = api.make_experiment("same")
    taken = api.post("experiments/create", {"name": "same"})
    assert (taken.status, taken.code) == (400, "RESOURCE_ALREADY_EXISTS")
    assert taken.message.startswith("Experiment(name=same) already exists. Error: ")
    api.post("experiments/delete", {"experiment_id": experiment_id})
    gone = api.post("experiments/create", {"name": "same"})
    assert gone.message.startswith("Experiment(name=same) already exists. Error: ")
    assert "Restore it" in gone.message


@pytest.mark.parametrize("method", ["get", "delete", "restore", "update"])
def test_an_id_that_is_no_number_is_refused_in_mlflows_words(api, method):
    body = {"experiment_id": "abc", "new_name": "n"}
    path = f"experiments/{method}"
    answer = api.get(path, **body) if method == "get" else api.post(path, body)
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    words = "Invalid experiment ID 'abc'. Experiment ID must be a valid integer."
    assert answer.message == words


def test_deleting_and_restoring_takes_all_runs_along(api):
    experiment_id = api.make_experiment()
    kept, dropped = api.make_run_id(experiment_id), api.make_run_id(experiment_id)
    api.post("runs/delete", {"run_id": dropped})

    api.post("experiments/delete", {"experiment_id": experiment_id})
    assert get(api, experiment_id)["lifecycle_stage"] == "deleted"
    assert api.get_run(kept)["info"]["lifecycle_stage"] == "deleted"

    api.post("experiments/restore", {"experiment_id": experiment_id})
    assert get(api, experiment_id)["lifecycle_stage"] == "active"
    stages = [api.get_run(run_id)["info"]["lifecycle_stage"] for run_id in (kept, dropped)]
    assert stages == ["active", "active"]


@pytest.mark.parametrize("path", ["restore", "delete"])
def test_what_is_so_already_is_not_found(api, path):
    experiment_id = api.make_experiment()
    if path == "delete":
        api.post("experiments/delete", {"experiment_id": experiment_id})
    answer = api.post(f"experiments/{path}", {"experiment_id": experiment_id})
    assert (answer.status, answer.code) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_a_tag_is_overwritten_and_deleted(api):
    body = {"experiment_id": "0", "key": "k"}
    for value in ("1", "2"):
        api.post("experiments/set-experiment-tag", {**body, "value": value})
    assert get(api, "0")["tags"] == [{"key": "k", "value": "2"}]
    assert api.post("experiments/delete-experiment-tag", body).body == {}
    answer = api.post("experiments/delete-experiment-tag", body)
    assert (answer.status, answer.code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert answer.message == "No tag with name: k in experiment with id 0"


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("", "v", "Missing value for required parameter 'key'"),
        ("k" * 251, "v", "'key' exceeds the maximum length of 250 characters"),
        ("k", "v" * 5001, "'value' exceeds the maximum length of 5000 characters"),
        ("a//b", "v", "Invalid value \"a//b\" for parameter 'key' supplied"),
    ],
)
def test_a_bad_tag_is_refused_not_cut(api, key, value, message):
    body = {"experiment_id": "0", "key": key, "value": value}
    answer = api.post("experiments/set-experiment-tag", body)
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.message
    assert "tags" not in get(api, "0")


def test_a_name_of_a_deleted_experiment_is_said_to_be_one(api):
    api.post("experiments/delete", {"experiment_id": api.make_experiment("gone")})
    answer = api.post("experiments/create", {"name": "gone"})
    assert answer.code == "RESOURCE_ALREADY_EXISTS"
    assert "deleted state" in answer.message
