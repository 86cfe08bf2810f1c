"""What the tokens of nodes and of attempts open, and what they do not."""

import pytest

from runs.artifacts.models import File
from runs.compute.clusters import get_cluster
from runs.compute.models import Cluster, Job
from runs.compute.nodes import make_node_token
from runs.tracking.logged_models import create_logged_model
from runs.tracking.models import Experiment, Run
from runs.workspaces.memory import forget_all
from tests.api.conftest import Api
from tests.factories import default_workspace, make_workspace

pytestmark = pytest.mark.django_db
WORK = {"experiment_name": "digits", "cluster": "gpu", "command": ["python", "train.py"]}


@pytest.fixture
def node(api: Api, settings) -> Api:
    """A node of the cluster `gpu` of a studio with sign-in, in which one run waits."""
    api.post("clusters", {"name": "gpu"})
    api.post("clusters", {"name": "other"})
    api.post("jobs", WORK)
    settings.STUDIO_OPEN = False
    return Api(make_node_token(get_cluster(default_workspace(), "gpu")))


def claim(node: Api) -> dict:
    incarnation = node.post("clusters/gpu/nodes", {"name": "n1"}).body["incarnation"]
    return node.post(f"clusters/gpu/nodes/{incarnation}/claim", {}).body


@pytest.fixture
def claimed(node: Api) -> dict:
    return claim(node)


@pytest.fixture
def attempt(claimed: dict) -> Api:
    return Api(claimed["token"])


def test_a_node_works_for_its_own_cluster_only(node):
    assert node.post("clusters/other/nodes", {"name": "n1"}).status == 403
    for method, path in (
        ("GET", "runs"),
        ("POST", "jobs"),
        ("POST", "clusters"),
        ("DELETE", "clusters/gpu"),
        ("POST", "clusters/gpu/node-tokens"),
    ):
        assert node.ask(method, path, {}).status == 403, path


def test_a_new_key_makes_node_tokens_void(node):
    Cluster.objects.filter(name="gpu").update(token_key="another")
    assert node.post("clusters/gpu/nodes", {"name": "n1"}).status == 403


def test_a_node_of_one_workspace_knows_no_other(node):
    make_workspace("second")
    forget_all()
    foreign = Api(prefix="/w/second/api/v1")
    foreign.http = node.http
    assert foreign.get("clusters").status == 404


def test_an_attempt_writes_its_run_its_children_and_their_files(attempt, claimed):
    run_id = claimed["run_id"]
    assert attempt.post(f"runs/{run_id}/attempt/beat", {"fence": 1}).status == 200
    assert attempt.patch(f"runs/{run_id}/tags", {"tags": {"a": "b"}}).status in (200, 204)
    child = attempt.post("runs", {"experiment_name": "digits", "parent": run_id})
    assert child.status == 201
    below = attempt.post(
        "runs", {"experiment_name": "digits", "parent": child.body["run_id"]}
    ).body["run_id"]
    log = attempt.ask(
        "PATCH", f"runs/{below}/logs", data=b"x", query={"path": "a.txt", "offset": 0}
    )
    assert log.status == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "runs/stranger", {"name": "mine"}),
        ("DELETE", "runs/stranger", None),
        ("PATCH", "runs/stranger/tags", {"tags": {"a": "b"}}),
        ("POST", "runs/stranger/attempt/beat", {"fence": 1}),
        ("POST", "runs/bulk", {"run_ids": ["stranger"], "action": "archive"}),
        ("POST", "runs", {"experiment_name": "digits"}),
        ("POST", "runs", {"experiment_name": "digits", "parent": "stranger"}),
        ("POST", "jobs", WORK),
        ("POST", "experiments", {"name": "mine"}),
        ("POST", "clusters/gpu/node-tokens", None),
    ],
)
def test_an_attempt_cannot_touch_another_run(attempt, claimed, method, path, body):
    own = Run.objects.get(run_id=claimed["run_id"])
    Run.objects.create(
        workspace=own.workspace, experiment=own.experiment, run_id="stranger", number=99,
        status="Running", created_ms=1, updated_ms=1,
    )  # fmt: skip
    answer = attempt.ask(method, path, body)
    assert answer.status == 403, answer.body
    before = Run.objects.get(run_id="stranger")
    assert (before.name, before.lifecycle, before.tags.count()) == ("", "active", 0)
    assert Run.objects.count() == 2


def test_an_attempt_submits_children_of_its_run_and_cancels_them(attempt, claimed):
    made = attempt.post("jobs", WORK | {"parent": claimed["run_id"]})
    assert (made.status, made.body["parent"]) == (201, claimed["run_id"])
    canceled = attempt.post(f"runs/{made.body['run_id']}/cancel")
    assert canceled.body["status"] == "Canceled"
    refused = attempt.post("jobs", WORK | {"parent": claimed["run_id"], "experiment_name": "new"})
    assert refused.status == 404
    assert not Experiment.objects.filter(name="new").exists()


@pytest.mark.both_databases
def test_an_attempt_adds_values_to_the_runs_above_it_and_nothing_else(attempt, claimed):
    own = Run.objects.get(run_id=claimed["run_id"])
    facts = {"workspace": own.workspace, "experiment": own.experiment, "status": "Running"}
    for number, run_id in ((98, "above"), (99, "stranger")):
        Run.objects.create(run_id=run_id, number=number, created_ms=1, updated_ms=1, **facts)
    Run.objects.filter(pk=own.pk).update(parent=Run.objects.get(run_id="above"))
    value = {"kind": "scalar", "name": "loss", "value": 1.0}
    body = {"metrics": [value], "writer": "w", "sequences": [1]}
    assert attempt.post("runs/above/metrics", body).body == {"stored": True}
    assert attempt.post("runs/stranger/metrics", body).status == 403
    assert attempt.patch("runs/above/tags", {"tags": {"a": "b"}}).status == 403
    assert attempt.patch("runs/above", {"status": "Failed"}).status == 403


def test_an_attempt_that_is_over_writes_nothing(attempt, claimed):
    Run.objects.filter(run_id=claimed["run_id"]).update(fence=2)
    Job.objects.update(fence=2)
    for method, path in (("PATCH", "tags"), ("POST", "attempt/beat")):
        body = {"tags": {"a": "b"}} if path == "tags" else {"fence": 1}
        answer = attempt.ask(method, f"runs/{claimed['run_id']}/{path}", body)
        assert (answer.status, answer.code) == (410, "attempt_over")


def test_mlflows_door_takes_the_token_of_an_attempt(attempt, claimed):
    mlflow = Api(prefix="/api/2.0/mlflow")
    mlflow.http = attempt.http
    point = {"key": "loss", "value": 0.5, "timestamp": 1, "step": 0}
    own = mlflow.post("runs/log-metric", {"run_id": claimed["run_id"], **point})
    assert own.status == 200
    forged = Api("a.b.c", prefix="/api/2.0/mlflow")
    assert forged.post("runs/log-metric", {"run_id": claimed["run_id"], **point}).status == 401


def test_mlflows_door_refuses_another_run(attempt, claimed):
    own = Run.objects.get(run_id=claimed["run_id"])
    Run.objects.create(
        workspace=own.workspace, experiment=own.experiment, run_id="stranger", number=99,
        status="Running", created_ms=1, updated_ms=1,
    )  # fmt: skip
    mlflow = Api(prefix="/api/2.0/mlflow")
    mlflow.http = attempt.http
    point = {"key": "loss", "value": 0.5, "timestamp": 1, "step": 0}
    assert mlflow.post("runs/log-metric", {"run_id": "stranger", **point}).status == 403
    batch = {"run_id": "stranger", "metrics": [point]}
    assert mlflow.post("runs/log-batch", batch).status == 403


@pytest.mark.both_databases
def test_an_attempt_writes_no_model_of_another_run(attempt, claimed, files_dir):
    own = Run.objects.get(run_id=claimed["run_id"])
    other = create_logged_model(experiment=own.experiment)
    mlflow = Api(prefix="/api/2.0")
    mlflow.http = attempt.http
    address = f"mlflow-artifacts/artifacts/0/models/{other.model_id}/artifacts/weights.bin"
    assert mlflow.ask("PUT", address, data=b"mine").status == 403
    assert mlflow.ask("DELETE", f"mlflow/logged-models/{other.model_id}").status == 403
    assert not File.objects.exists()

    where = {"experiment_id": str(own.experiment.number)}
    assert mlflow.post("mlflow/logged-models", where).status == 403
    made = mlflow.post("mlflow/logged-models", where | {"source_run_id": own.run_id})
    assert made.status == 200
    model_id = made.body["model"]["info"]["model_id"]
    address = f"mlflow-artifacts/artifacts/0/models/{model_id}/artifacts/weights.bin"
    assert mlflow.ask("PUT", address, data=b"mine").status == 200


def test_tokens_of_attempts_open_no_page(attempt, claimed):
    for path in ("/w/default/runs", f"/w/default/runs/{claimed['run_id']}"):
        assert attempt.http.get(path).status_code == 403
    assert attempt.http.post("/w/default/bulk", {"all": "1", "change": "delete"}).status_code == 403


def test_a_script_does_not_end_its_own_run_while_its_process_goes_on(attempt, claimed):
    run_id = claimed["run_id"]
    attempt.post(f"runs/{run_id}/attempt/beat", {"fence": 1, "status": "Running"})
    mlflow = Api(prefix="/api/2.0/mlflow")
    mlflow.http = attempt.http
    ended = mlflow.post("runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": 1})
    assert ended.status == 200
    assert attempt.patch(f"runs/{run_id}", {"status": "Failed"}).status == 200
    run = attempt.get(f"runs/{run_id}").body
    assert (run["status"], run["ended_ms"]) == ("Running", None)
    assert attempt.post(f"runs/{run_id}/attempt/beat", {"fence": 1}).body["cancel"] is False

    child = attempt.post("runs", {"experiment_name": "digits", "parent": run_id}).body["run_id"]
    assert attempt.patch(f"runs/{child}", {"status": "Completed"}).body["status"] == "Completed"
    end = {"fence": 1, "cause": "completed", "exit_code": 0}
    assert attempt.post(f"runs/{run_id}/attempt/finish", end).status == 204
    assert attempt.get(f"runs/{run_id}").body["status"] == "Completed"
