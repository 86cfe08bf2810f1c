"""Logged models, inputs and outputs: what autologging of MLflow 3 asks for."""

import json

import pytest

from runs.artifacts.models import File
from runs.tracking.models import DatasetInput, LoggedModel

MODELS = "logged-models"
DATASET = {"name": "iris", "digest": "abc", "source_type": "code", "source": "{}", "schema": "{}"}
USE = {"dataset": DATASET, "tags": [{"key": "mlflow.data.context", "value": "train"}]}


@pytest.fixture
def run_id(api):
    return api.make_run_id()


def make(api, run_id, **fields):
    body = {"experiment_id": "0", "name": "model", "source_run_id": run_id, **fields}
    answer = api.post(MODELS, body)
    assert answer.status == 200, answer
    return answer.body["model"]


def test_a_model_is_made_pending_and_finished(api, run_id):
    note = [{"key": "k", "value": "v"}]
    model = make(api, run_id, model_type="sk", params=note, tags=note)
    info = model["info"]
    assert (info["model_id"][:2], len(info["model_id"])) == ("m-", 34)
    assert (info["experiment_id"], info["source_run_id"]) == ("0", run_id)
    assert (info["status"], info["name"], info["model_type"]) == (
        "LOGGED_MODEL_PENDING",
        "model",
        "sk",
    )
    assert info["artifact_uri"] == f"mlflow-artifacts:/0/models/{info['model_id']}/artifacts"
    assert (info["tags"], model["data"]["params"]) == (note, note)

    url = f"{MODELS}/{info['model_id']}"
    done = api.post(url, {"status": "LOGGED_MODEL_READY"}, method="PATCH").body["model"]
    assert done["info"]["status"] == "LOGGED_MODEL_READY"
    assert api.get(url).body["model"] == done
    failed = api.post(url, {"status": 3}, method="PATCH").body["model"]
    assert failed["info"]["status"] == "LOGGED_MODEL_UPLOAD_FAILED"


def test_a_model_without_a_name_gets_one(api, run_id):
    assert make(api, run_id, name=None)["info"]["name"]


@pytest.mark.both_databases
def test_the_files_of_a_model_go_to_its_address(api, run_id):
    model_id = make(api, run_id)["info"]["model_id"]
    url = f"/api/2.0/mlflow-artifacts/artifacts/0/models/{model_id}/artifacts"
    api.http.put(f"{url}/a/MLmodel", b"x: 1", content_type="text/plain")
    assert api.http.get(f"{url}/a/MLmodel").getvalue() == b"x: 1"
    listed = api.get(f"{MODELS}/{model_id}/artifacts/directories").body
    assert listed["files"] == [{"path": "a", "is_dir": True}]
    inner = api.get(f"{MODELS}/{model_id}/artifacts/directories", artifact_directory_path="a")
    assert inner.body["files"] == [{"path": "a/MLmodel", "is_dir": False, "file_size": 4}]
    assert "files" not in api.get("artifacts/list", run_id=run_id).body

    assert api.post(f"{MODELS}/{model_id}", method="DELETE").body == {}
    assert not File.objects.exists()
    assert api.get(f"{MODELS}/{model_id}").status == 404


def test_tags_and_params_are_added_and_removed(api, run_id):
    url = f"{MODELS}/{make(api, run_id)['info']['model_id']}"
    tags = [{"key": "a/b", "value": "1"}, {"key": "c", "value": "2"}]
    api.post(f"{url}/tags", {"tags": tags}, method="PATCH")
    assert api.post(f"{url}/tags/a/b", method="DELETE").body == {}
    assert api.post(f"{url}/tags/a/b", method="DELETE").status == 404
    api.post(f"{url}/params", {"params": [{"key": "p", "value": "1"}]})
    model = api.get(url).body["model"]
    assert model["info"]["tags"] == tags[1:]
    assert model["data"]["params"] == [{"key": "p", "value": "1"}]


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", True),
        ("name = 'model'", True),
        ("name != 'model'", False),
        ("source_run_id = 'R'", True),
        ("source_run_id = 'other'", False),
        ("attributes.status = 'LOGGED_MODEL_PENDING' AND creation_timestamp > 5", True),
        ("model_type != 'x'", True),
    ],
)
def test_search(api, run_id, text, found):
    model = make(api, run_id)
    body = {"experiment_ids": ["0"], "filter": text.replace("R", run_id) if "'R'" in text else text}
    answer = api.post(f"{MODELS}/search", body)
    assert answer.body == ({"models": [model]} if found else {})


@pytest.mark.both_databases
def test_search_goes_by_pages_newest_first(api, run_id):
    ids = [make(api, run_id, name=f"n{i}")["info"]["model_id"] for i in range(3)]
    body = {"experiment_ids": ["0"], "max_results": 2}
    first = api.post(f"{MODELS}/search", body).body
    second = api.post(f"{MODELS}/search", {**body, "page_token": first["next_page_token"]}).body
    rows = first["models"] + second["models"]
    assert [row["info"]["model_id"] for row in rows] == ids[::-1]
    assert "next_page_token" not in second


def test_a_search_without_experiments_finds_nothing(api, run_id):
    make(api, run_id)
    assert api.post(f"{MODELS}/search", {}).body == {}


@pytest.mark.parametrize(
    "body",
    [
        {"experiment_ids": ["x"]},
        {"experiment_ids": ["0"], "filter": "metrics.a > 1"},
        {"experiment_ids": ["0"], "filter": "name LIKE 'a'"},
        {"experiment_ids": ["0"], "filter": "nobody = 'a'"},
        {"experiment_ids": ["0"], "max_results": -1},
        {"experiment_ids": ["0"], "page_token": "x"},
        {"experiment_ids": ["0"] * 10_001},
    ],
)
def test_bad_searches_are_refused(api, body):
    answer = api.post(f"{MODELS}/search", body)
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"experiment_id": "99"}, 404),
        ({"experiment_id": "0", "source_run_id": "nobody"}, 404),
        ({"experiment_id": "0", "name": "x" * 501}, 400),
        ({"experiment_id": "0", "name": "a/b"}, 400),
        ({"experiment_id": "0", "tags": [{"key": ""}]}, 400),
    ],
)
def test_bad_models_are_not_made(api, body, status):
    assert api.post(MODELS, body).status == status
    assert not LoggedModel.objects.exists()


@pytest.mark.parametrize("status", [None, "", "READY", 0, 9])
def test_a_bad_status_is_refused(api, run_id, status):
    url = f"{MODELS}/{make(api, run_id)['info']['model_id']}"
    assert api.post(url, {"status": status}, method="PATCH").status == 400


def test_an_unknown_model_is_not_found(api):
    for method, path in (("GET", ""), ("DELETE", ""), ("PATCH", "/tags"), ("POST", "/params")):
        url = f"/api/2.0/mlflow/{MODELS}/m-{'0' * 32}{path}"
        response = api.http.generic(method, url, b"{}", "application/json")
        assert response.json()["error_code"] == "RESOURCE_DOES_NOT_EXIST"


def test_a_run_shows_the_data_it_has_read_and_the_models_it_has_made(api, run_id):
    for _ in range(2):
        answer = api.post("runs/log-inputs", {"run_id": run_id, "datasets": [USE]})
        assert answer.body == {}
    model_id = make(api, run_id)["info"]["model_id"]
    outputs = {"run_id": run_id, "models": [{"model_id": model_id, "step": 3}]}
    assert api.post("runs/outputs", outputs).body == {}
    run = api.get_run(run_id)
    assert run["inputs"] == {"dataset_inputs": [USE]}
    assert run["outputs"] == {"model_outputs": [{"model_id": model_id, "step": 0}]}
    assert DatasetInput.objects.get().context == "train"


@pytest.mark.parametrize(
    ("use", "message"),
    [
        ({}, "parameter 'datasets[0].dataset'"),
        ({"dataset": {"digest": "d"}}, "parameter 'datasets[0].dataset.name'"),
        ({"dataset": {"name": "n"}}, "parameter 'datasets[0].dataset.digest'"),
        ({"dataset": {**DATASET, "name": "n" * 501}}, "'name' exceeds the maximum length of 500"),
        ({"dataset": {**DATASET, "digest": "n" * 37}}, "'digest' exceeds the maximum length of 36"),
        ({"dataset": DATASET, "tags": [{"value": "x"}]}, "datasets[0].tags[0].key"),
        ({"dataset": DATASET, "tags": [{"key": "k" * 256}]}, "'key' exceeds"),
        ({"dataset": DATASET, "tags": [{"key": "k", "value": "v" * 501}]}, "'value' exceeds"),
    ],
)
def test_bad_data_sets_are_refused_all_together(api, run_id, use, message):
    answer = api.post("runs/log-inputs", {"run_id": run_id, "datasets": [use, USE]})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.message
    assert not DatasetInput.objects.exists()


def test_models_of_older_clients_are_listed_in_a_tag(api, run_id):
    model = {"artifact_path": "m", "flavors": {}, "utc_time_created": "now", "run_id": run_id}
    for path in ("one", "two"):
        body = {"run_id": run_id, "model_json": json.dumps({**model, "artifact_path": path})}
        assert api.post("runs/log-model", body).body == {}
    history = json.loads(api.get_tags(run_id)["mlflow.log-model.history"])
    assert [entry["artifact_path"] for entry in history] == ["one", "two"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Missing value for required parameter 'model_json'"),
        ("{", "Malformed model info."),
        ("[1]", "Malformed model info."),
        ("{}", "Model json is missing mandatory fields"),
    ],
)
def test_a_bad_model_of_an_older_client_is_refused(api, run_id, text, message):
    answer = api.post("runs/log-model", {"run_id": run_id, "model_json": text})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.message
