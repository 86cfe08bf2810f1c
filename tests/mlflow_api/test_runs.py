"""Making, reading, changing, deleting and restoring runs over the protocol."""

import pytest

from runs.tracking.models import Run, StatusChange
from runs.tracking.services import archive_runs, update_run
from tests.factories import make_experiment, make_run, make_workspace


def tag(key, value):
    return {"key": key, "value": value}


def test_a_new_run_is_running_and_named(api):
    run = api.make_run("0", user_id="ann", start_time=1234)
    info = run["info"]
    assert info["run_id"] == info["run_uuid"]
    assert len(info["run_id"]) == 32
    assert (info["status"], info["lifecycle_stage"]) == ("RUNNING", "active")
    assert (info["user_id"], info["start_time"], info["experiment_id"]) == ("ann", 1234, "0")
    assert info["artifact_uri"] == f"mlflow-artifacts:/0/{info['run_id']}/artifacts"
    assert "end_time" not in info
    assert run["data"] == {"tags": [tag("mlflow.runName", info["run_name"])]}
    assert api.get_run(info["run_id"]) == run


def test_a_name_is_mirrored_in_its_tag_and_back(api):
    by_field = api.make_run("0", run_name="one")
    by_tag = api.make_run("0", tags=[tag("mlflow.runName", "two")])
    assert by_field["data"]["tags"] == [tag("mlflow.runName", "one")]
    assert by_tag["info"]["run_name"] == "two"


def test_two_different_names_are_refused(api):
    body = {"experiment_id": "0", "run_name": "a", "tags": [tag("mlflow.runName", "b")]}
    answer = api.post("runs/create", body)
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert "Both 'run_name' argument and 'mlflow.runName' tag are specified" in answer.message


def test_renaming_rewrites_the_tag_and_the_tag_renames(api):
    run_id = api.make_run_id(run_name="one")
    info = api.post("runs/update", {"run_id": run_id, "run_name": "two"}).body["run_info"]
    assert info["run_name"] == "two"
    assert api.get_tags(run_id)["mlflow.runName"] == "two"
    api.post("runs/set-tag", {"run_id": run_id, "key": "mlflow.runName", "value": "three"})
    assert api.get_run(run_id)["info"]["run_name"] == "three"
    body = {"run_id": run_id, "tags": [tag("mlflow.runName", "four")]}
    api.post("runs/log-batch", body)
    assert api.get_run(run_id)["info"]["run_name"] == "four"
    assert api.get_tags(run_id)["mlflow.runName"] == "four"


def test_a_rename_on_a_page_is_read_by_clients(api):
    run_id = api.make_run_id(run_name="one")
    update_run(run=Run.objects.get(run_id=run_id), name="page", description="seen")
    tags = api.get_tags(run_id)
    assert (tags["mlflow.runName"], tags["mlflow.note.content"]) == ("page", "seen")


def test_tags_of_clients_fill_the_fields_of_pages(api):
    parent = api.make_run_id()
    tags = {
        "mlflow.parentRunId": parent,
        "mlflow.note.content": "why",
        "mlflow.user": "bo",
        "mlflow.source.name": "train.py",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": "abc",
    }
    run_id = api.make_run_id(tags=[tag(key, value) for key, value in tags.items()])
    run = Run.objects.select_related("parent", "root").get(run_id=run_id)
    assert (run.parent.run_id, run.root.run_id) == (parent, parent)
    assert (run.description, run.submitted_by) == ("why", "bo")
    assert run.source == {"name": "train.py", "type": "LOCAL", "git_commit": "abc"}
    assert tags.items() <= api.get_tags(run_id).items()


def test_tags_set_later_fill_the_fields_too(api):
    grandparent, parent, run_id = (api.make_run_id() for _ in range(3))
    for child, above in ((run_id, parent), (parent, grandparent)):
        body = {"run_id": child, "key": "mlflow.parentRunId", "value": above}
        assert api.post("runs/set-tag", body).status == 200
    note = {"run_id": run_id, "tags": [tag("mlflow.note.content", "n")]}
    api.post("runs/log-batch", note)
    run = Run.objects.select_related("parent", "root").get(run_id=run_id)
    assert (run.parent.run_id, run.root.run_id) == (parent, grandparent)
    assert run.description == "n"


def test_a_parent_that_is_unknown_or_circular_stays_a_tag(api):
    upper, lower = api.make_run_id(), api.make_run_id(tags=[tag("mlflow.parentRunId", "far")])
    assert Run.objects.get(run_id=lower).parent is None
    body = {"key": "mlflow.parentRunId"}
    api.post("runs/set-tag", {**body, "run_id": lower, "value": upper})
    answer = api.post("runs/set-tag", {**body, "run_id": upper, "value": lower})
    assert answer.status == 200
    assert Run.objects.get(run_id=upper).parent is None
    assert api.get_tags(upper)["mlflow.parentRunId"] == lower


def test_a_parent_in_another_workspace_is_none(api):
    foreign = make_run(make_experiment(workspace=make_workspace("other")))
    run_id = api.make_run_id(tags=[tag("mlflow.parentRunId", foreign.run_id)])
    assert Run.objects.get(run_id=run_id).parent is None


def test_deleting_a_mirrored_tag_clears_its_field(api):
    parent = api.make_run_id()
    tags = [tag("mlflow.parentRunId", parent), tag("mlflow.note.content", "x")]
    run_id = api.make_run_id(tags=tags)
    for key in ("mlflow.parentRunId", "mlflow.note.content"):
        assert api.post("runs/delete-tag", {"run_id": run_id, "key": key}).status == 200
    assert set(api.get_tags(run_id)) == {"mlflow.runName"}
    run = Run.objects.get(run_id=run_id)
    assert (run.parent, run.description) == (None, "")


@pytest.mark.parametrize(
    ("mlflow", "ours"),
    [
        ("FINISHED", "Completed"),
        ("FAILED", "Failed"),
        ("KILLED", "Canceled"),
        ("RUNNING", "Running"),
        (3, "Completed"),
        ("3", "Completed"),
        (None, "Running"),
    ],
)
def test_statuses_are_translated(api, mlflow, ours):
    run_id = api.make_run_id()
    answer = api.post("runs/update", {"run_id": run_id, "status": mlflow, "end_time": 99})
    assert answer.status == 200
    assert Run.objects.get(run_id=run_id).status == ours
    assert answer.body["run_info"]["end_time"] == 99


def test_a_run_may_be_resumed_and_end_otherwise(api):
    run_id = api.make_run_id(start_time=1)
    for status in ("FINISHED", "RUNNING", "FAILED", "FINISHED", "KILLED", "FAILED"):
        answer = api.post("runs/update", {"run_id": run_id, "status": status, "end_time": 7})
        assert answer.body["run_info"]["status"] == status
    kept = api.post("runs/update", {"run_id": run_id, "status": "RUNNING"}).body["run_info"]
    assert (kept["status"], kept["end_time"]) == ("RUNNING", 7)
    history = StatusChange.objects.filter(run__run_id=run_id).values_list("status", flat=True)
    assert history[0] == "Running"
    assert "Canceled" in history


def test_a_run_that_ends_otherwise_keeps_its_end_unless_it_is_told(api):
    run_id = api.make_run_id()
    api.post("runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": 9})
    answer = api.post("runs/update", {"run_id": run_id, "status": "KILLED"})
    assert answer.body["run_info"]["end_time"] == 9


def test_an_end_time_beside_running_is_kept(api):
    run_id = api.make_run_id()
    body = {"run_id": run_id, "status": "RUNNING", "end_time": 5}
    assert api.post("runs/update", body).body["run_info"]["end_time"] == 5


def test_an_update_of_nothing_changes_nothing(api):
    run = api.make_run(run_name="same")["info"]
    for body in ({}, {"run_name": ""}):
        answer = api.post("runs/update", {"run_id": run["run_id"], **body})
        assert answer.body["run_info"] == run


def test_deleting_and_restoring_may_be_repeated(api):
    run_id = api.make_run_id()
    for path, stage in (("delete", "deleted"), ("restore", "active")):
        for _ in range(2):
            assert api.post(f"runs/{path}", {"run_id": run_id}).body == {}
        assert api.get_run(run_id)["info"]["lifecycle_stage"] == stage


def test_a_deleted_run_is_read_but_not_written(api):
    run_id = api.make_run_id()
    api.post("runs/delete", {"run_id": run_id})
    point = {"key": "m", "value": 1, "timestamp": 1}
    writes = {
        "update": {"status": "FINISHED"},
        "log-metric": point,
        "log-parameter": {"key": "p", "value": "1"},
        "set-tag": {"key": "t", "value": "1"},
        "delete-tag": {"key": "mlflow.runName"},
        "log-batch": {"metrics": [point]},
        "log-inputs": {},
        "outputs": {"models": []},
        "log-model": {
            "model_json": '{"artifact_path":1,"flavors":1,"utc_time_created":1,"run_id":1}'
        },
    }
    for path, body in writes.items():
        answer = api.post(f"runs/{path}", {"run_id": run_id, **body})
        assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE"), path
        assert f"The run {run_id} must be in the 'active' state" in answer.message, path
    assert "metrics" not in api.get_run(run_id)["data"]


def test_an_archived_run_is_active_to_clients(api):
    run = make_run(make_experiment())
    archive_runs(runs=[run])
    assert api.get_run(run.run_id)["info"]["lifecycle_stage"] == "active"


def test_a_run_in_a_deleted_or_unknown_experiment_is_refused(api):
    experiment_id = api.make_experiment()
    api.post("experiments/delete", {"experiment_id": experiment_id})
    answer = api.post("runs/create", {"experiment_id": experiment_id})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert "must be in the 'active' state" in answer.message
    assert api.post("runs/create", {"experiment_id": "99"}).code == "RESOURCE_DOES_NOT_EXIST"
    answer = api.post("runs/create", {})
    assert "Missing value for required parameter 'experiment_id'" in answer.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"start_time": "abc"}, "Invalid value \"abc\" for parameter 'start_time' supplied"),
        ({"start_time": 1.5}, "Invalid value 1.5 for parameter 'start_time' supplied"),
        ({"run_name": 5}, "Invalid value 5 for parameter 'run_name' supplied"),
        ({"run_name": "x" * 501}, "'run_name' exceeds the maximum length of 500 characters"),
        ({"tags": [{"value": "x"}]}, "Missing value for required parameter 'tags[0].key'"),
        ({"tags": [tag("a\\b", "")]}, "for parameter 'tags[0].key' supplied"),
        ({"tags": "x"}, "Invalid value \"x\" for parameter 'tags' supplied"),
        ({"user_id": "u" * 257}, "exceeds the maximum length of 256 characters"),
    ],
)
def test_a_bad_run_is_not_made(api, body, message):
    answer = api.post("runs/create", {"experiment_id": "0", **body})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.message
    assert not Run.objects.exists()


@pytest.mark.parametrize("field", ["run_id", "run_uuid"])
def test_a_run_is_named_by_either_id(api, field):
    run_id = api.make_run_id()
    found = api.get("runs/get", **{field: run_id}).body["run"]["info"]
    assert found["run_id"] == run_id
    assert api.post("runs/delete", {field: run_id}).status == 200


@pytest.mark.parametrize("run_id", ["0" * 32, "x", "../../etc", "\u00e4", "' OR 1=1 --"])
def test_an_unknown_run_of_any_shape_is_not_found(api, run_id):
    answer = api.get("runs/get", run_id=run_id)
    assert (answer.status, answer.code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert answer.message == f"Run with id={run_id} not found"
    for path in ("update", "delete", "restore"):
        assert api.post(f"runs/{path}", {"run_id": run_id}).status == 404


def test_the_run_of_another_workspace_is_not_found(api):
    run = make_run(make_experiment(workspace=make_workspace("other")))
    assert api.get("runs/get", run_id=run.run_id).status == 404
    body = {"run_id": run.run_id, "key": "m", "value": 1, "timestamp": 1}
    assert api.post("runs/log-metric", body).status == 404


def test_a_run_is_missing_its_id(api):
    for body in ({}, {"run_id": ""}, {"run_id": None, "run_uuid": ""}):
        answer = api.post("runs/update", body)
        assert "Missing value for required parameter 'run_id'" in answer.message


def test_an_unknown_status_is_refused(api):
    run_id = api.make_run_id()
    for status in ("DONE", "finished", 99):
        answer = api.post("runs/update", {"run_id": run_id, "status": status})
        assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert api.get_run(run_id)["info"]["status"] == "RUNNING"
