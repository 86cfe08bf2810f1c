"""Clusters, nodes and queues over REST."""

import pytest

from runs.compute.models import Job
from runs.compute.sweeping import sweep
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db
WORK = {"experiment_name": "digits", "cluster": "gpu", "command": ["python", "train.py"]}


@pytest.fixture
def gpu(api: Api) -> Api:
    assert api.post("clusters", {"name": "gpu"}).status == 201
    return api


def join(api: Api, **facts) -> str:
    return api.post("clusters/gpu/nodes", {"name": "n1", **facts}).body["incarnation"]


@pytest.mark.both_databases
def test_a_cluster_is_made_changed_and_removed(gpu):
    changed = gpu.patch("clusters/gpu", {"state": "paused", "max_seconds": 60, "name": "big"})
    assert changed.body["state"] == "paused"
    assert [one["name"] for one in gpu.get("clusters").body["items"]] == ["big"]
    assert gpu.patch("clusters/big", {"max_seconds": 0}).body["max_seconds"] is None
    assert gpu.delete("clusters/big").status == 204
    assert gpu.get("clusters/big").status == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "clusters", {"name": "gpu"}, 409, "name_taken"),
        ("POST", "clusters", {"name": "a b"}, 400, "invalid_value"),
        ("POST", "clusters", {"name": "x", "kind": "cloud"}, 400, "invalid_value"),
        ("PATCH", "clusters/gpu", {"state": "asleep"}, 400, "invalid_value"),
        ("GET", "clusters/none/queue", None, 404, "not_found"),
        ("POST", "clusters/gpu/nodes", {"name": "n", "slots": 0}, 400, "invalid_value"),
        ("POST", "clusters/gpu/nodes/none/claim", {}, 404, "not_found"),
        ("POST", "jobs", WORK | {"cluster": "none"}, 404, "not_found"),
        ("POST", "jobs", WORK | {"command": []}, 400, "invalid_value"),
        ("POST", "jobs", WORK | {"experiment": 0}, 400, "invalid_value"),
        ("POST", "jobs", WORK | {"snapshot": "0" * 64}, 404, "not_found"),
    ],
)
def test_bad_input_is_refused_with_words(gpu, method, path, body, status, code):
    answer = gpu.ask(method, path, body)
    assert (answer.status, answer.code) == (status, code)
    assert answer.message


def test_a_node_joins_claims_beats_and_finishes(gpu):
    run_id = gpu.post("jobs", WORK).body["run_id"]
    incarnation = join(gpu)
    claimed = gpu.post(f"clusters/gpu/nodes/{incarnation}/claim", {"load": {"load": 0.5}})
    assert claimed.status == 200
    assert (claimed.body["run_id"], claimed.body["command"]) == (run_id, WORK["command"])
    fence = claimed.body["fence"]
    assert gpu.post(f"clusters/gpu/nodes/{incarnation}/claim", {}).status == 204

    heard = gpu.post(f"runs/{run_id}/attempt/beat", {"fence": fence, "status": "Running"})
    assert heard.body == {"cancel": False, "by": "", "lease_ms": 45000}
    (node,) = gpu.get("clusters/gpu/nodes").body["items"]
    assert (node["held"], node["load"]) == (1, {"load": 0.5})

    end = {"fence": fence, "cause": "exit", "exit_code": 2}
    assert gpu.post(f"runs/{run_id}/attempt/finish", end).status == 204
    run = gpu.get(f"runs/{run_id}").body
    assert (run["status"], run["status_reason"]) == ("Failed", "exit code 2")
    again = gpu.post(f"runs/{run_id}/attempt/beat", {"fence": fence})
    assert (again.status, again.code) == (410, "attempt_over")
    (attempt,) = gpu.get(f"runs/{run_id}/job").body["attempts"]
    assert (attempt["cause"], attempt["exit_code"]) == ("exit", 2)


@pytest.mark.both_databases
def test_a_node_that_starts_again_counts_what_runs_on_it(gpu):
    run_id, _ = (gpu.post("jobs", WORK).body["run_id"] for _ in range(2))
    before = join(gpu)
    fence = gpu.post(f"clusters/gpu/nodes/{before}/claim", {}).body["fence"]
    again = join(gpu)
    left = [{"run_id": run_id, "fence": fence}, {"run_id": run_id, "fence": 7}]
    address = f"clusters/gpu/nodes/{again}"
    assert gpu.ask("PUT", f"{address}/attempts", {"attempts": left}).status == 204
    held = {one["incarnation"]: one["held"] for one in gpu.get("clusters/gpu/nodes").body["items"]}
    assert held == {before: 0, again: 1}
    assert gpu.post(f"{address}/claim", {}).status == 204, "its only slot is taken"


def test_a_renamed_cluster_answers_to_its_former_name(gpu):
    run_id = gpu.post("jobs", WORK).body["run_id"]
    incarnation = join(gpu)
    assert gpu.patch("clusters/gpu", {"name": "big"}).status == 200
    assert gpu.get("clusters/gpu").body["name"] == "big"
    assert gpu.get(f"runs/{run_id}").body["target"] == "big"
    assert gpu.post(f"clusters/gpu/nodes/{incarnation}/claim", {}).body["run_id"] == run_id
    later = gpu.post("jobs", WORK).body["run_id"]
    assert gpu.get(f"runs/{later}").body["target"] == "big"
    assert join(gpu), "a node that starts again with its old command line"
    assert [one["name"] for one in gpu.get("clusters").body["items"]] == ["big"]


def test_a_sweep_follows_its_cluster_to_another_name_and_other_runs_do_not(gpu):
    plan = {"arguments": [{"name": "--lr", "values": ["0.1", "0.01"]}]}
    sweep = gpu.post("jobs", WORK | {"sweep": plan}).body["run_id"]
    told = gpu.post("runs", {"experiment_name": "digits", "target": "gpu"}).body["run_id"]
    gpu.patch("clusters/gpu", {"name": "big"})
    children = gpu.get(f"runs/{sweep}/children").body["items"]
    assert {run["target"] for run in [*children, gpu.get(f"runs/{sweep}").body]} == {"big"}
    assert gpu.get(f"runs/{told}").body["target"] == "gpu"


def test_a_former_name_that_another_cluster_takes_is_that_ones(gpu):
    incarnation = join(gpu)
    gpu.patch("clusters/gpu", {"name": "big"})
    assert gpu.post("clusters", {"name": "gpu"}).status == 201
    assert gpu.get("clusters/gpu").body["name"] == "gpu"
    assert gpu.post(f"clusters/gpu/nodes/{incarnation}/claim", {}).status == 404
    assert gpu.patch("clusters/gpu", {"name": "small"}).status == 200
    assert gpu.get("clusters/gpu").body["name"] == "small", "it had the name last"


@pytest.mark.both_databases
def test_a_node_that_leaves_is_listed_no_more_and_its_attempts_stay(gpu):
    run_id = gpu.post("jobs", WORK).body["run_id"]
    incarnation = join(gpu, name="worker-7")
    gpu.post(f"clusters/gpu/nodes/{incarnation}/claim", {})
    assert gpu.delete(f"clusters/gpu/nodes/{incarnation}").status == 204
    assert gpu.get("clusters/gpu/nodes").body["items"] == []
    assert gpu.delete(f"clusters/gpu/nodes/{incarnation}").status == 404
    (attempt,) = gpu.get(f"runs/{run_id}/job").body["attempts"]
    assert attempt["node_name"] == "worker-7"
    Job.objects.update(lease_ms=1)
    sweep()
    run = gpu.get(f"runs/{run_id}").body
    assert (run["status"], run["status_reason"]) == ("Failed", "node lost: worker-7")


def test_a_draining_node_gets_nothing(gpu):
    gpu.post("jobs", WORK)
    incarnation = join(gpu)
    assert gpu.patch(f"clusters/gpu/nodes/{incarnation}", {"is_draining": True}).status == 204
    assert gpu.post(f"clusters/gpu/nodes/{incarnation}/claim", {}).status == 204


def test_a_cluster_with_runs_says_what_blocks_its_removal(gpu):
    gpu.post("jobs", WORK)
    refused = gpu.delete("clusters/gpu")
    assert (refused.status, refused.code) == (409, "cluster_in_use")
    assert "1 queued or running runs" in refused.message


def test_runs_are_moved_in_the_queue(gpu):
    first, second = (gpu.post("jobs", WORK).body["run_id"] for _ in range(2))
    moved = gpu.patch(f"runs/{second}/job", {"to": "top"})
    assert moved.body["place"] == 1
    waiting = gpu.get("clusters/gpu/queue").body["waiting"]
    assert [one["run_id"] for one in waiting] == [second, first]
    assert waiting[0]["start"] is None


def test_cancel_and_rerun(gpu):
    run_id = gpu.post("jobs", WORK | {"name": "one", "tags": {"a": "b"}}).body["run_id"]
    assert gpu.post(f"runs/{run_id}/cancel").body["status"] == "Canceled"
    again = gpu.post(f"runs/{run_id}/rerun")
    assert again.status == 201
    assert (again.body["name"], again.body["tags"], again.body["status"]) == (
        "one",
        {"a": "b"},
        "Queued",
    )


def test_a_run_without_a_job_cannot_be_run_again(gpu):
    run_id = gpu.make_run()
    assert gpu.post(f"runs/{run_id}/rerun").status == 404
    assert gpu.post(f"runs/{run_id}/cancel").body["status"] == "Canceled"


@pytest.mark.parametrize("sweep", [{}, {"sweep": {"arguments": [{"name": "a", "values": ["1"]}]}}])
def test_a_run_id_may_be_chosen_and_is_taken_once(gpu, sweep):
    assert gpu.post("jobs", WORK | sweep | {"run_id": "mine"}).body["run_id"] == "mine"
    again = gpu.post("jobs", WORK | sweep | {"run_id": "mine"})
    assert (again.status, again.body["error"]["code"]) == (409, "name_taken")
    assert gpu.get("runs/mine").body["status"] == "Queued"


def test_a_sweep_is_submitted_as_one_job_and_canceled_as_one(gpu):
    plan = {"arguments": [{"name": "--lr", "values": ["0.1", "0.01"]}], "parallel": 1}
    made = gpu.post("jobs", WORK | {"sweep": plan, "name": "search"})
    assert (made.status, made.body["kind"], made.body["name"]) == (201, "sweep", "search")
    run_id = made.body["run_id"]
    children = gpu.get(f"runs/{run_id}/children").body["items"]
    assert {child["tags"]["lr"] for child in children} == {"0.1", "0.01"}
    assert gpu.post(f"runs/{run_id}/cancel", {}).body["status"] == "Canceled"


@pytest.mark.parametrize(
    "sweep",
    [
        {},
        {"arguments": []},
        {"arguments": [{"name": "--lr"}]},
        {"arguments": [{"name": "--lr", "value": "1"}]},
        {"arguments": [{"values": ["1"]}], "colour": "red"},
        {"arguments": [{"values": ["1"]}], "method": "random"},
        {"arguments": [{"low": 1, "high": "x"}], "method": "random", "count": 2},
        "grid",
    ],
)
def test_a_bad_sweep_is_refused_with_words(gpu, sweep):
    answer = gpu.post("jobs", WORK | {"sweep": sweep})
    assert (answer.status, answer.code) == (400, "invalid_value")
    assert answer.message
