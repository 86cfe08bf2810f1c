"""Runs through a real Slurm of two nodes: placed, told of, canceled, lost."""

import subprocess

import pytest

from runs.compute.models import Attempt
from tests.faults.processes import kill, with_variable
from tests.sdk.lab import Nodes, Studio
from tests.sdk.test_node import node_names
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

# Slurm is asked by a program that takes some time of the processor.
LOOK_S = 0.3
SLEEP = ["python", "-c", "import time; print('on', flush=True); time.sleep(600)"]


@pytest.fixture
def lab(live_server, settings, slurm) -> Studio:
    settings.STUDIO_OPEN = True
    return Studio(live_server.url, kind="slurm")


@pytest.fixture
def agent(lab, gate, tmp_path):
    """A node that has `sbatch`; jobs that a test leaves behind end with it."""
    nodes = Nodes(gate.url, tmp_path)
    nodes.start("login", slots=20)
    yield nodes
    nodes.end()
    subprocess.run(["scancel", "--quiet", "--user=root"], check=False)
    wait_for(lambda: not in_slurm(), "the queue of Slurm to be empty", LOOK_S)


def in_slurm(*words: str) -> list[str]:
    """Return a line for each job that waits or runs."""
    command = ["squeue", "--noheader", "-o", "%i %j %T %N", *words]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return told.stdout.splitlines()


def handle_of(run_id: str) -> str:
    found = wait_for(lambda: [one for one in in_slurm() if run_id in one], "the job", LOOK_S)
    return found[0].split()[0]


def waits_because(lab, run_id: str) -> str:
    return lab.api.ask("GET", f"runs/{run_id}/job")["waits_because"]


def test_a_run_goes_through_slurm(lab, agent):
    script = "import os\nprint(os.environ['SLURM_JOB_NAME'].rsplit('-', 2)[1])\n"
    run_id = lab.submit(script, options={"partition": "small", "extra": ["--nice=5"]})
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    assert lab.log(run_id) == f"{run_id}\n"
    attempt = Attempt.objects.get()
    assert (attempt.node_name, attempt.node.name) == ("n1", "login")


def test_what_slurm_refuses_fails_with_its_words(lab, agent):
    run = lab.wait(lab.submit(command=SLEEP, options={"partition": "nowhere"}))
    assert run["status"] == "Failed"
    assert run["status_reason"].startswith("could not start: sbatch: error:")
    assert "nvalid partition" in run["status_reason"] + str(run)


def test_a_run_that_waits_says_why_and_when_and_leaves_slurm_when_canceled(lab, agent):
    first = [lab.submit(command=SLEEP, options={"time": 5}) for _ in range(4)]
    for run_id in first:
        lab.wait(run_id, "Running")
    waiting = lab.submit(command=SLEEP, options={"time": 5})
    handle = handle_of(waiting)
    wait_for(lambda: "Resources" in waits_because(lab, waiting), "the reason")
    assert waits_because(lab, waiting) == f"Slurm job {handle}, place 1 there: Resources"
    started = wait_for(lambda: lab.api.ask("GET", f"runs/{waiting}/job")["start"], "a start")
    assert 0 < started["expected_s"] <= 300
    lab.api.ask("POST", f"runs/{waiting}/cancel")
    assert lab.run(waiting)["status"] == "Canceled"
    wait_for(lambda: len(in_slurm()) == 4, "the job to leave Slurm", LOOK_S)


def test_cancel_of_a_running_run_ends_its_tree(lab, agent):
    script = (
        "import signal, subprocess, time\nsignal.signal(15, signal.SIG_IGN)\n"
        "subprocess.Popen(['setsid', 'sleep', '600'])\nprint('on', flush=True)\ntime.sleep(600)\n"
    )
    run_id = lab.submit(script)
    lab.wait(run_id, "Running")
    wait_for(lambda: len(with_variable(run_id)) >= 3, "its processes")
    lab.api.ask("POST", f"runs/{run_id}/cancel")
    assert lab.wait(run_id)["status"] == "Canceled"
    wait_for(lambda: not in_slurm(), "the job to leave Slurm", LOOK_S)
    assert with_variable(run_id) == []
    assert lab.log(run_id) == "on\n"


def test_a_job_that_slurm_loses_fails_with_the_reason(lab, agent):
    running = lab.submit(command=SLEEP, options={"extra": ["--exclusive"]})
    lab.wait(running, "Running")
    other = lab.submit(command=SLEEP)
    lab.wait(other, "Running")
    held = lab.submit(command=SLEEP, options={"extra": ["--hold"]})
    handle = handle_of(held)
    wait_for(lambda: "JobHeldUser" in waits_because(lab, held), "the reason")
    subprocess.run(["scancel", handle], check=True)
    run = lab.wait(held)
    assert run["status"] == "Failed"
    reason = f"node lost: Slurm job {handle} ended before it began: CANCELLED"
    assert run["status_reason"].startswith(reason)

    (process,) = [one for one in with_variable(running) if "-c" in one.cmdline()]
    supervisor = process.parent()
    kill([supervisor.parent(), supervisor])
    run = lab.wait(running)
    assert run["status"] == "Failed"
    assert run["status_reason"].startswith("node lost: Slurm job")
    assert lab.run(other)["status"] == "Running"


def test_a_node_that_starts_again_places_nothing_twice(lab, agent, gate):
    run_ids = [lab.submit(command=SLEEP) for _ in range(6)]
    wait_for(lambda: len(in_slurm()) == 6, "six jobs", LOOK_S)
    agent.started[0].kill()
    agent.start("login-2", slots=20)
    wait_for(lambda: "login-2" in node_names(lab), "the node to join")
    # What a look has found missing is placed before the next one.
    gate.wait_until_asked("/placements", times=3)
    names = [line.split()[1] for line in in_slurm()]
    assert len(names) == len(set(names)) == 6
    for run_id in run_ids:
        lab.api.ask("POST", f"runs/{run_id}/cancel")
    assert {lab.wait(run_id)["status"] for run_id in run_ids} == {"Canceled"}


def test_a_run_takes_two_nodes_with_two_processes_each(lab, agent):
    script = (
        "import os\nfor name in ('SLURMD_NODENAME', 'RANK', 'LOCAL_RANK', 'WORLD_SIZE'):\n"
        "    print(os.environ[name], end=' ')\n"
    )
    run_id = lab.submit(script, nodes=2, processes_per_node=2, communicator="torch")
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    logs = [lab.log(run_id, f"azureml-logs/70_driver_log_{rank}.txt") for rank in range(4)]
    assert logs == ["n1 0 0 4 ", "n1 1 1 4 ", "n2 2 0 4 ", "n2 3 1 4 "]
    paths = {one["path"] for one in lab.api.ask("GET", f"runs/{run_id}/logs")["items"]}
    for node in ("n1-0", "n2-1"):
        assert f"azureml-logs/55_azureml-execution-{node}.txt" in paths


def test_no_token_stands_in_a_command_line_or_in_what_slurm_shows(lab, agent):
    run_id = lab.submit(command=SLEEP)
    lab.wait(run_id, "Running")
    shown = subprocess.run(
        ["scontrol", "show", "job", "-dd"], capture_output=True, text=True, check=True
    ).stdout
    ran = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True)
    assert run_id in shown
    assert "eyJ" not in shown + ran.stdout
