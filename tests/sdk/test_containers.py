"""Runs in images of Docker: what a container gets, and that none is left behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.sdk.supervisor import containers
from studio.sdk.supervisor.client import SDK
from studio.sdk.supervisor.containers import Container
from tests.faults.processes import kill, with_variable
from tests.sdk.docker import Docker
from tests.waiting import LONGEST_WAIT_S

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
BUILD_LOG = "azureml-logs/20_image_build_log.txt"
IMAGE = {"docker": "tiny:1"}


@pytest.fixture
def docker(start_node, tmp_path) -> Iterator[Docker]:
    """A stand-in for Docker on a node of the cluster."""
    docker = Docker(tmp_path)
    start_node(PATH=docker.path)
    yield docker
    docker.end()


def test_a_run_in_an_image_gets_its_folder_and_variables_and_no_secret_in_sight(lab, docker):
    run_id = lab.submit(
        "", command=["sh", "-c", "echo $COLOUR $RANK $STUDIO_RUN_ID; ls"],
        snapshot=lab.store({"train.py": "1"}), environment=IMAGE,
        variables={"COLOUR": "deep red"},
    )  # fmt: skip
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    assert lab.log(run_id) == f"deep red 0 {run_id}\ntrain.py\n"
    asked = "\n".join(docker.asked)
    assert "pull tiny:1" in asked and "-e COLOUR" in asked
    assert "deep red" not in asked and "rm --force studio-" in asked
    assert "pulling tiny:1" in lab.log(run_id, BUILD_LOG)


def test_a_script_in_an_image_finds_our_client_and_its_outbox(lab, docker):
    run_id = lab.submit(
        "", command=["sh", "-c", "echo $PYTHONPATH $STUDIO_OUTBOX; ls $PYTHONPATH/studio"],
        environment=IMAGE,
    )  # fmt: skip
    assert lab.wait(run_id)["status"] == "Completed"
    words = lab.log(run_id).split()
    client, outbox = words[:2]
    assert (Path(client).name, words[2:]) == ("client", ["__init__.py", "sdk"])
    asked = "\n".join(docker.asked)
    assert f"-v {client}:{client}:ro" in asked and f"-v {outbox}:{outbox} " in asked
    assert f"-v {SDK}:{SDK}:ro" in asked and "-e PYTHONPATH " in asked


def test_the_exit_code_is_that_of_the_container(lab, docker):
    run = lab.wait(lab.submit("", command=["sh", "-c", "exit 7"], environment=IMAGE))
    assert (run["status"], run["status_reason"]) == ("Failed", "exit code 7")


def test_a_container_that_cannot_be_made_fails_with_the_words_of_docker(lab, docker):
    run = lab.wait(lab.submit("", command=["true"], environment={"docker": "broken:1"}))
    words = "environment failed: Error response from daemon: no space left"
    assert (run["status"], run["status_reason"]) == ("Failed", words)


@pytest.mark.parametrize("takes", ["a moment", "longer than the supervisor waits"])
def test_a_cancel_while_a_container_is_made_leaves_none(lab, docker, takes):
    docker.may_make.clear()
    run_id = lab.submit("", command=["sleep", "600"], environment=IMAGE, processes_per_node=2)
    lab.until(lambda: any(line.startswith("create") for line in docker.asked))
    lab.api.ask("POST", f"runs/{run_id}/cancel")
    if takes != "a moment":
        lab.until(lambda: any(line.startswith("rm") for line in docker.asked))
    docker.may_make.set()
    assert lab.wait(run_id)["status"] == "Canceled"
    assert docker.containers == {}
    assert all(process.wait(LONGEST_WAIT_S) == -9 for process in docker.started.values())


def test_a_cancel_ends_what_runs_in_containers(lab, docker):
    run_id = lab.submit("", command=["sleep", "600"], environment=IMAGE, processes_per_node=2)
    lab.until(lambda: len(docker.started) == 2)
    lab.wait(run_id, "Running")
    lab.api.ask("POST", f"runs/{run_id}/cancel")
    assert lab.wait(run_id)["status"] == "Canceled"
    assert docker.containers == {}
    assert all(process.wait(LONGEST_WAIT_S) == -9 for process in docker.started.values())


def test_a_half_made_container_is_looked_for_some_times_however_long_a_look_takes(monkeypatch):
    answers = iter([False, False, False, True])
    monkeypatch.setattr(containers, "FINDING_PATIENCE_S", 0.0)
    monkeypatch.setattr(containers, "LOOK_S", 0.0)
    monkeypatch.setattr(Container, "_is_removed", lambda self: next(answers))
    Container("studio-1", is_half_made=True).remove()
    assert list(answers) == []


@pytest.mark.parametrize("moment", ["while it runs", "while it is made"])
def test_the_container_of_a_killed_supervisor_is_removed(lab, docker, moment):
    if moment == "while it is made":
        docker.may_make.clear()
    run_id = lab.submit("", command=["sleep", "600"], environment=IMAGE)
    if moment == "while it is made":
        lab.until(lambda: any(line.startswith("create") for line in docker.asked))
    else:
        lab.until(lambda: docker.started)
    client = next(one for one in with_variable(run_id) if "docker" in " ".join(one.cmdline()))
    kill([client.parent()])
    lab.until(lambda: any(line.startswith("rm") for line in docker.asked))
    docker.may_make.set()
    run = lab.wait(run_id)
    assert run["status_reason"] == "node lost: supervisor got SIGKILL"
    assert docker.containers == {}
    assert all(process.wait(LONGEST_WAIT_S) == -9 for process in docker.started.values())
