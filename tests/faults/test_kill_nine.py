"""`kill -9` of each process that a run depends on."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from runs.compute.models import Attempt
from tests.faults.processes import (
    end_lease,
    kill,
    read_log,
    supervisor,
    user_process,
    with_variable,
)
from tests.sdk.lab import WAIT_AT_GATE
from tests.up.processes import gone
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LINES = """
import itertools, os, time
for number in itertools.count():
    print(f"line {number}", flush=True)
    if os.path.exists(os.environ["GATE"]): break
    time.sleep(0.01)
"""
DRIVER_LOG = "logs/70_driver_log.txt"
WITH_CHILDREN = """
import os, subprocess, time
subprocess.Popen(["setsid", "sleep", "600"])
print("ready", flush=True)
time.sleep(600)
"""


def test_kill_of_the_child_is_told_and_leaves_nothing(lab, nodes):
    nodes.start()
    run_id = lab.submit(WITH_CHILDREN)
    lab.wait(run_id, "Running")
    wait_for(lambda: len(with_variable(run_id)) == 2, "both processes")
    next(one for one in with_variable(run_id) if "python" in one.name()).kill()
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Failed", "signal SIGKILL")
    assert with_variable(run_id) == []


def test_kill_of_the_supervisor_ends_the_run_at_once_and_keeps_its_log(lab, nodes):
    nodes.start()
    run_id = lab.submit(WITH_CHILDREN)
    lab.wait(run_id, "Running")
    wait_for(lambda: len(with_variable(run_id)) == 2, "both processes")
    supervisor(run_id).kill()
    run = lab.wait(run_id)
    # Who ends a lease that is over does not know of the signal.
    assert run["status_reason"] == "node lost: supervisor got SIGKILL"
    assert with_variable(run_id) == []
    assert lab.log(run_id) == "ready\n"


def test_a_node_that_starts_again_adopts_what_runs(lab, nodes, tmp_path):
    def listed() -> list[dict[str, Any]]:
        return lab.api.ask("GET", "clusters/lab/nodes")["items"]

    gate = tmp_path / "gate"
    node = nodes.start(slots=1, GATE=str(gate))
    first = lab.submit(f"{WAIT_AT_GATE}print('done')")
    lab.wait(first, "Running")
    node.kill()
    node.wait()
    second = lab.submit(command=["python", "-c", "print('second')"])
    killed = {one["incarnation"] for one in listed()}
    nodes.start(slots=1)
    lab.until(lambda: [one["held"] for one in listed() if one["incarnation"] not in killed] == [1])
    gate.touch()
    lab.wait(second)
    ended = Attempt.objects.get(job__run__run_id=first).ended_ms
    assert Attempt.objects.get(job__run__run_id=second).claimed_ms >= ended
    assert (lab.run(first)["status"], lab.log(first)) == ("Completed", "done\n")
    wait_for(lambda: not list((nodes.folder / "n1").glob("*/attempt-*")), "the folders to go")


def test_a_machine_that_vanishes_loses_its_runs(lab, nodes):
    nodes.start()
    run_id = lab.submit(command=["python", "-c", "import time; time.sleep(600)"])
    lab.wait(run_id, "Running")
    alone = user_process(run_id)
    # All but the process itself, which the kernel ends with its supervisor.
    kill([one for one in nodes.processes("n1") if one.pid != alone.pid])
    wait_for(lambda: gone([alone]), "the end of the process")
    end_lease(run_id)
    run = lab.run(run_id)
    assert (run["status"], run["status_reason"]) == ("Failed", "node lost: n1")


def test_a_log_is_whole_after_the_server_was_killed_and_came_back(lab, nodes, server, tmp_path):
    nodes.start(GATE=str(tmp_path / "gate"))
    run_id = lab.submit(LINES)
    lab.wait(run_id, "Running")
    (printed,) = nodes.folder.glob(f"*/*/attempt-*/{DRIVER_LOG}")
    for _ in range(2):
        wait_for_more(lambda: read_log(lab, run_id), "lines at the studio")
        server.kill()
        wait_for_more(printed.read_text, "lines while it is away")
        server.start()
    (tmp_path / "gate").touch()
    run = lab.wait(run_id)
    assert run["status"] == "Completed"
    log = lab.log(run_id)
    assert log == "".join(f"line {number}\n" for number in range(log.count("\n")))
    assert log.count("\n") > 40


def wait_for_more(read: Callable[[], str], what: str) -> None:
    """Wait until a text has grown by twenty lines."""
    enough = len(read().splitlines()) + 20
    wait_for(lambda: len(read().splitlines()) >= enough, what)


@pytest.mark.slow
def test_a_run_goes_on_while_the_server_is_away_for_two_minutes(lab, nodes, server):
    nodes.start(GATE="/nowhere")
    run_id = lab.submit(LINES.replace("itertools.count()", "range(14000)"))
    lab.wait(run_id, "Running")
    server.kill()
    time.sleep(120)
    assert with_variable(run_id)
    server.start()
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    log = lab.api.ask("GET", f"runs/{run_id}/files/azureml-logs/70_driver_log.txt")
    assert log == "".join(f"line {number}\n" for number in range(14000)).encode()
    assert Attempt.objects.filter(job__run__run_id=run_id).count() == 1
