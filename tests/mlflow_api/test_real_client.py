"""The stock `mlflow` client against a real studio, with nothing set but the tracking address."""

import json
import os
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.when_used import WhenUsed

mlflow = WhenUsed("mlflow")
entities = WhenUsed("mlflow.entities")
exceptions = WhenUsed("mlflow.exceptions")
command_line = WhenUsed("mlflow.cli")

# Its server runs in another process, on the database that `server` makes for it. Those run on both
# databases that write a lot at a time, or read what the database sorts and filters.
both = pytest.mark.both_databases


@pytest.fixture
def client(server_url, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    mlflow.set_tracking_uri(server_url)
    yield mlflow.MlflowClient(server_url)
    while mlflow.active_run():
        mlflow.end_run()


@pytest.fixture
def experiment_id(client):
    return client.create_experiment(f"exp {uuid.uuid4().hex}")


@pytest.fixture
def run_id(client, experiment_id):
    return client.create_run(experiment_id).info.run_id


# -- experiments ---------------------------------------------------------------------------------
def test_set_experiment_makes_it_once(client):
    name = uuid.uuid4().hex
    first, second = mlflow.set_experiment(name), mlflow.set_experiment(name)
    assert first.experiment_id == second.experiment_id


@both
def test_a_race_for_a_name_has_one_winner(client):
    name = uuid.uuid4().hex
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: try_to_create(client, name), range(8)))
    assert found.count("RESOURCE_ALREADY_EXISTS") == 7
    assert client.get_experiment_by_name(name).experiment_id in found


def try_to_create(client, name):
    try:
        return client.create_experiment(name)
    except exceptions.MlflowException as error:
        return error.error_code


def test_an_experiment_lives(client, experiment_id):
    client.set_experiment_tag(experiment_id, "k", "v")
    client.rename_experiment(experiment_id, name := uuid.uuid4().hex)
    experiment = client.get_experiment(experiment_id)
    assert (experiment.name, experiment.tags) == (name, {"k": "v"})
    client.delete_experiment_tag(experiment_id, "k")
    client.delete_experiment(experiment_id)
    assert client.get_experiment(experiment_id).lifecycle_stage == "deleted"
    client.restore_experiment(experiment_id)
    assert client.get_experiment(experiment_id).tags == {}


def test_a_tag_on_the_default_experiment_breaks_nothing(client):
    client.set_experiment_tag("0", "k", "v")
    assert client.get_experiment("0").tags["k"] == "v"
    assert "0" in {row.experiment_id for row in client.search_experiments()}
    client.delete_experiment_tag("0", "k")


@both
def test_experiments_are_searched_page_by_page(client):
    prefix = uuid.uuid4().hex
    ids = [client.create_experiment(f"{prefix}-{i}") for i in range(5)]
    text, found, token = f"name LIKE '{prefix}%'", [], None
    while True:
        page = client.search_experiments(filter_string=text, max_results=2, page_token=token)
        found += [row.experiment_id for row in page]
        token = page.token
        if not token:
            break
    assert found == ids[::-1]
    assert client.get_experiment_by_name("no such name") is None


# -- runs ----------------------------------------------------------------------------------------
@both
def test_a_fluent_run_is_kept_whole(client):
    mlflow.set_experiment(uuid.uuid4().hex)
    with mlflow.start_run(run_name="outer", description="why", tags={"a": "b"}) as outer:
        mlflow.log_params({"lr": 0.1, "layers": [1, 2]})
        mlflow.log_metrics({"loss": 0.5, "acc": 0.9}, step=3)
        with mlflow.start_run(nested=True) as inner:
            mlflow.set_tag("inner", "yes")
    run = client.get_run(outer.info.run_id)
    assert run.info.status == "FINISHED"
    assert run.info.end_time >= run.info.start_time
    assert run.data.params == {"lr": "0.1", "layers": "[1, 2]"}
    assert run.data.metrics == {"loss": 0.5, "acc": 0.9}
    expected = {"a": "b", "mlflow.runName": "outer", "mlflow.note.content": "why"}
    assert expected.items() <= run.data.tags.items()
    assert client.get_parent_run(inner.info.run_id).info.run_id == outer.info.run_id


def test_a_failing_block_fails_its_run(client):
    with pytest.raises(ZeroDivisionError), mlflow.start_run() as run:
        1 / 0  # noqa: B018  (the failure is the point)
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_a_run_is_resumed(client):
    with mlflow.start_run() as run:
        mlflow.log_metric("m", 1)
    with mlflow.start_run(run_id=run.info.run_id) as again:
        assert client.get_run(again.info.run_id).info.status == "RUNNING"
        mlflow.log_metric("m", 2, step=1)
    assert client.get_run(run.info.run_id).data.metrics == {"m": 2.0}


@pytest.mark.parametrize("status", ["RUNNING", "FINISHED", "FAILED", "KILLED"])
def test_every_status_comes_back(client, experiment_id, status):
    run = client.create_run(experiment_id)
    client.set_terminated(run.info.run_id, status, end_time=5)
    info = client.get_run(run.info.run_id).info
    assert (info.status, info.end_time) == (status, 5)


EVERY_STATUS = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]


@pytest.mark.parametrize("before", EVERY_STATUS)
@pytest.mark.parametrize("after", EVERY_STATUS)
def test_a_run_goes_from_any_status_to_any_other(client, run_id, before, after):
    client.update_run(run_id, status=before)
    client.update_run(run_id, status=after)
    assert client.get_run(run_id).info.status == after


def test_a_run_that_is_said_to_have_ended_without_a_time_has_no_end_time(client, run_id):
    client.update_run(run_id, status="FINISHED")
    assert client.get_run(run_id).info.end_time is None
    [found] = client.search_runs([client.get_run(run_id).info.experiment_id])
    assert (found.info.status, found.info.end_time) == ("FINISHED", None)


def test_a_run_is_renamed_deleted_and_restored(client, run_id):
    client.update_run(run_id, name="new name")
    assert client.get_run(run_id).data.tags["mlflow.runName"] == "new name"
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    with pytest.raises(exceptions.MlflowException, match="must be in the 'active' state") as caught:
        client.log_metric(run_id, "m", 1)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    client.restore_run(run_id)
    client.log_metric(run_id, "m", 1)


@both
def test_a_batch_of_everything(client, run_id):
    metrics = [entities.Metric("m", i / 7, 1000 + i, i) for i in range(1000)]
    client.log_batch(run_id, metrics=metrics)
    client.log_batch(run_id, params=[entities.Param("p", "1")], tags=[entities.RunTag("t", "2")])
    history = client.get_metric_history(run_id, "m")
    assert [(m.value, m.timestamp, m.step) for m in history] == [
        (m.value, m.timestamp, m.step) for m in metrics
    ]
    data = client.get_run(run_id).data
    assert (data.params["p"], data.tags["t"]) == ("1", "2")


@both
def test_a_long_history_is_read_page_by_page(client, run_id):
    for start in range(0, 30_000, 1000):
        steps = range(start, start + 1000)
        client.log_batch(run_id, metrics=[entities.Metric("m", float(i), i, i) for i in steps])
    history = client.get_metric_history(run_id, "m")
    assert [point.step for point in history] == list(range(30_000))


@both
def test_values_that_are_no_numbers_come_back(client, run_id):
    for step, value in enumerate([float("nan"), float("inf"), float("-inf")]):
        client.log_metric(run_id, "m", value, step=step)
    values = [point.value for point in client.get_metric_history(run_id, "m")]
    assert values[0] != values[0]
    assert values[1:] == [float("inf"), float("-inf")]
    assert client.get_run(run_id).data.metrics["m"] == float("-inf")


@both
def test_metrics_logged_in_the_background_all_arrive(client):
    with mlflow.start_run() as run:
        for step in range(300):
            mlflow.log_metric("m", step, step=step, synchronous=False)
        mlflow.log_params({"p": 1}, synchronous=False)
        mlflow.set_tag("t", "x", synchronous=False)
        mlflow.flush_async_logging()
    found = client.get_run(run.info.run_id)
    assert len(client.get_metric_history(run.info.run_id, "m")) == 300
    assert found.data.metrics["m"] == 299
    assert (found.data.params["p"], found.data.tags["t"]) == ("1", "x")


@both
def test_many_threads_write_one_run(client, run_id):
    def write(worker):
        for step in range(50):
            client.log_metric(run_id, f"m{worker % 3}", worker, timestamp=step, step=step)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(client.get_metric_history(run_id, f"m{i}")) for i in range(3)] == [100] * 3
    assert client.get_run(run_id).data.metrics == {"m0": 3.0, "m1": 4.0, "m2": 5.0}


@both
def test_a_changed_param_is_refused(client, run_id):
    client.log_param(run_id, "p", 1)
    with pytest.raises(exceptions.MlflowException, match="Changing param values is not allowed"):
        client.log_param(run_id, "p", 2)
    assert client.get_run(run_id).data.params == {"p": "1"}


# -- search --------------------------------------------------------------------------------------
@both
def test_runs_are_searched_sorted_and_paged(client, experiment_id):
    for i in range(7):
        run = client.create_run(experiment_id, start_time=i + 1, run_name=f"n{i}")
        client.log_metric(run.info.run_id, "m", (i * 3) % 7)
        client.log_param(run.info.run_id, "kind", "even" if i % 2 == 0 else "odd")
    found, token = [], None
    while True:
        page = client.search_runs(
            [experiment_id],
            "metrics.m > 0 AND params.kind = 'even'",
            order_by=["metrics.m DESC"],
            max_results=2,
            page_token=token,
        )
        found += [run.data.metrics["m"] for run in page]
        token = page.token
        if not token:
            break
    assert found == [6.0, 5.0, 4.0]
    newest = [run.info.run_name for run in client.search_runs([experiment_id])]
    assert newest == [f"n{i}" for i in reversed(range(7))]


@both
def test_children_are_found_by_the_tag_of_their_parent(client, experiment_id):
    parent = client.create_run(experiment_id).info.run_id
    tags = {"mlflow.parentRunId": parent}
    children = {client.create_run(experiment_id, tags=tags).info.run_id for _ in range(3)}
    found = client.search_runs([experiment_id], f"tags.mlflow.parentRunId = '{parent}'")
    assert {run.info.run_id for run in found} == children


@both
def test_deleted_runs_are_found_where_asked_for(client, experiment_id, run_id):
    client.delete_run(run_id)
    views = (entities.ViewType.ACTIVE_ONLY, entities.ViewType.DELETED_ONLY, entities.ViewType.ALL)
    counts = [len(client.search_runs([experiment_id], run_view_type=view)) for view in views]
    assert counts == [0, 1, 1]


# -- files ---------------------------------------------------------------------------------------
def test_files_of_every_kind_come_back(client, tmp_path):
    data = os.urandom(3_000_000)
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "deep/er/big file.bin").write_bytes(data)
    (tmp_path / "empty").write_bytes(b"")
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(tmp_path), "folder")
        mlflow.log_text("h\u00e9llo", "texts/\u65e5\u672c.txt")
        mlflow.log_dict({"a": [1]}, "d.json")
    base = f"runs:/{run.info.run_id}"
    top = {file.path: file.is_dir for file in client.list_artifacts(run.info.run_id)}
    assert top == {"d.json": False, "folder": True, "texts": True}
    assert mlflow.artifacts.load_text(f"{base}/texts/\u65e5\u672c.txt") == "h\u00e9llo"
    assert mlflow.artifacts.load_dict(f"{base}/d.json") == {"a": [1]}
    target = mlflow.artifacts.download_artifacts(f"{base}/folder", dst_path=str(tmp_path / "back"))
    assert (Path(target) / "deep/er/big file.bin").read_bytes() == data
    assert (Path(target) / "empty").read_bytes() == b""
    whole = mlflow.artifacts.list_artifacts(run_id=run.info.run_id, artifact_path="folder/deep")
    assert [file.path for file in whole] == ["folder/deep/er"]


def test_files_are_deleted(client, run_id):
    client.log_text(run_id, "1", "a/b.txt")
    client.log_text(run_id, "1", "c.txt")
    repository = mlflow.store.artifact.artifact_repository_registry.get_artifact_repository(
        client.get_run(run_id).info.artifact_uri
    )
    repository.delete_artifacts("a")
    assert [file.path for file in client.list_artifacts(run_id)] == ["c.txt"]


def test_a_missing_file_is_an_error_at_once(client, run_id):
    start = time.monotonic()
    with pytest.raises(Exception, match=r"(?i)not found|404|no such|failed"):
        client.download_artifacts(run_id, "nothing.txt")
    # A client that tried again and again would do so for minutes.
    assert time.monotonic() - start < 60


def test_a_large_upload_in_parts_falls_back_to_one_piece(client, run_id, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "1000000")
    (tmp_path / "big.bin").write_bytes(b"x" * 6_000_000)
    client.log_artifact(run_id, str(tmp_path / "big.bin"))
    assert [file.file_size for file in client.list_artifacts(run_id)] == [6_000_000]


def test_a_run_in_a_location_of_its_own_keeps_its_files(client):
    name = uuid.uuid4().hex
    experiment_id = client.create_experiment(name, artifact_location="mlflow-artifacts:/team/x")
    run = client.create_run(experiment_id)
    assert run.info.artifact_uri.startswith("mlflow-artifacts:/team/x/")
    client.log_text(run.info.run_id, "1", "a/b.txt")
    assert [file.path for file in client.list_artifacts(run.info.run_id, "a")] == ["a/b.txt"]


# -- models and data -----------------------------------------------------------------------------
@both
def test_a_logged_model_is_made_filled_and_found(client, experiment_id, run_id, tmp_path):
    model = client.create_logged_model(
        experiment_id, "m", run_id, tags={"t": "1"}, params={f"p{i}": "1" for i in range(250)}
    )
    (tmp_path / "MLmodel").write_text("flavors: {}")
    client.log_model_artifacts(model.model_id, str(tmp_path))
    ready = client.finalize_logged_model(model.model_id, "READY")
    assert ready.status == "READY"
    found = client.search_logged_models([experiment_id], f"source_run_id = '{run_id}'")
    assert [row.model_id for row in found] == [model.model_id]
    assert len(client.get_logged_model(model.model_id).params) == 250
    client.set_logged_model_tags(model.model_id, {"t": "2"})
    client.delete_logged_model_tag(model.model_id, "t")
    files = client.list_logged_model_artifacts(model.model_id)
    assert [file.path for file in files] == ["MLmodel"]
    client.delete_logged_model(model.model_id)


@both
def test_a_data_set_is_read_back(client, run_id):
    from mlflow.entities import Dataset, DatasetInput, InputTag

    dataset = Dataset("iris", "d1", "code", "{}", schema="{}", profile="{}")
    use = DatasetInput(dataset, [InputTag("mlflow.data.context", "train")])
    client.log_inputs(run_id, [use])
    inputs = client.get_run(run_id).inputs.dataset_inputs
    assert [(row.dataset.name, row.tags[0].value) for row in inputs] == [("iris", "train")]


# -- workspaces and the command line -------------------------------------------------------------
def test_the_address_of_a_workspace_is_a_tracking_address(server_url, client, run_id):
    inside = mlflow.MlflowClient(f"{server_url}/w/default")
    assert inside.get_run(run_id).info.run_id == run_id
    mlflow.set_tracking_uri(f"{server_url}/w/default")
    inside.log_text(run_id, "1", "a.txt")
    assert [file.path for file in inside.list_artifacts(run_id)] == ["a.txt"]
    with pytest.raises(exceptions.MlflowException, match="RESOURCE_DOES_NOT_EXIST"):
        mlflow.MlflowClient(f"{server_url}/w/nowhere").get_run(run_id)


def test_the_command_line_works(client, experiment_id, run_id, capsys):
    def told(*words: str) -> str:
        command_line.cli.main(words, standalone_mode=False)
        return capsys.readouterr().out

    assert experiment_id in told("experiments", "search")
    assert run_id in told("runs", "list", "--experiment-id", experiment_id)
    described = json.loads(told("runs", "describe", "--run-id", run_id))
    assert described["info"]["run_id"] == run_id
