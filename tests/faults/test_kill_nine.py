"""`kill -9` of each process that a run depends on."""

import hashlib
import time
from typing import Any

import pytest

from runs.compute.models import Attempt, Job
from runs.compute.sweeping import sweep
from tests.faults.processes import kill, supervisor, user_process, with_variable
from tests.up.processes import gone, wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LINES = """
import time
for number in range(400):
    print(f"line {number}", flush=True)
    time.sleep(0.01)
"""
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
    began = time.monotonic()
    supervisor(run_id).kill()
    run = lab.wait(run_id)
    assert run["status_reason"] == "node lost: supervisor got SIGKILL"
    assert time.monotonic() - began < 20
    assert with_variable(run_id) == []
    assert lab.log(run_id) == "ready\n"


def test_a_node_that_starts_again_adopts_what_runs(lab, nodes):
    def listed() -> list[dict[str, Any]]:
        return lab.api.ask("GET", "clusters/lab/nodes")["items"]

    node = nodes.start(slots=1)
    first = lab.submit("import time; time.sleep(4); print('done')")
    lab.wait(first, "Running")
    node.kill()
    node.wait()
    second = lab.submit(command=["python", "-c", "print('second')"])
    killed = {one["incarnation"] for one in listed()}
    nodes.start(slots=1)
    lab.until(lambda: [one["held"] for one in listed() if one["incarnation"] not in killed] == [1])
    lab.wait(second)
    ended = Attempt.objects.get(job__run__run_id=first).ended_ms
    assert Attempt.objects.get(job__run__run_id=second).claimed_ms >= ended
    assert (lab.run(first)["status"], lab.log(first)) == ("Completed", "done\n")
    wait_for(lambda: not list((nodes.folder / "n1").rglob("attempt-*")), "the folders to go")


def test_a_machine_that_vanishes_loses_its_runs(lab, nodes):
    nodes.start()
    run_id = lab.submit(command=["python", "-c", "import time; time.sleep(600)"])
    lab.wait(run_id, "Running")
    alone = user_process(run_id)
    # All but the process itself, which the kernel ends with its supervisor.
    kill([one for one in nodes.processes("n1") if one.pid != alone.pid])
    wait_for(lambda: gone([alone]), "the end of the process")
    Job.objects.filter(run__run_id=run_id).update(lease_ms=1)
    sweep()
    run = lab.run(run_id)
    assert (run["status"], run["status_reason"]) == ("Failed", "node lost: n1")


def test_a_log_is_whole_after_the_server_was_killed_and_came_back(lab, nodes, server):
    nodes.start()
    run_id = lab.submit(LINES)
    lab.wait(run_id, "Running")
    for _ in range(2):
        time.sleep(0.5)
        server.kill()
        time.sleep(0.5)
        server.start()
    run = lab.wait(run_id)
    whole = "".join(f"line {number}\n" for number in range(400))
    assert run["status"] == "Completed"
    digest = hashlib.sha256(lab.log(run_id).encode()).hexdigest()
    assert digest == hashlib.sha256(whole.encode()).hexdigest()


@pytest.mark.slow
def test_a_run_goes_on_while_the_server_is_away_for_two_minutes(lab, nodes, server):
    nodes.start()
    script = LINES.replace("400", "14000")
    run_id = lab.submit(script)
    lab.wait(run_id, "Running")
    server.kill()
    time.sleep(120)
    assert with_variable(run_id)
    server.start()
    run = lab.wait(run_id, seconds=120)
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    log = lab.api.ask("GET", f"runs/{run_id}/files/azureml-logs/70_driver_log.txt")
    assert log == "".join(f"line {number}\n" for number in range(14000)).encode()
    assert Attempt.objects.filter(job__run__run_id=run_id).count() == 1
