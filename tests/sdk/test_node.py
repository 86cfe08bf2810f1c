"""Real nodes, supervisors and scripts against a live studio."""

import os
import signal
import time

import pytest

from tests.sdk.lab import WAIT_AT_GATE
from tests.waiting import LONGEST_WAIT_S, wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

NASTY = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(3):
    subprocess.Popen(["setsid", "sleep", "STAMP"])
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.execvp("sleep", ["sleep", "STAMP"])
    os._exit(0)
print("ready", flush=True)
while True:
    time.sleep(1)
"""


def count_processes(word: str) -> int:
    found = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                found += word.encode() in file.read()
        except OSError:
            continue
    return found


@pytest.mark.both_databases
def test_a_script_runs_with_its_snapshot_arguments_and_variables(lab, start_node):
    start_node()
    script = (
        "import os, sys, pathlib, helper\n"
        "print(helper.word, sys.argv[1], os.environ['COLOUR'])\n"
        "print(os.environ['MLFLOW_RUN_ID'], 'DATABASE_URL' in os.environ)\n"
        "pathlib.Path('outputs').mkdir()\n"
        "pathlib.Path('outputs/model.txt').write_text('weights')\n"
    )
    snapshot = lab.store({"train.py": script, "helper.py": "word = 'hello'"})
    run_id = lab.submit(
        snapshot=snapshot, command=["python", "train.py", "two words"], variables={"COLOUR": "red"}
    )
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Completed", "")
    assert lab.log(run_id) == f"hello two words red\n{run_id} False\n"
    assert lab.api.ask("GET", f"runs/{run_id}/files/outputs/model.txt") == b"weights"
    assert [change["status"] for change in run["history"]][-1] == "Completed"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"script": "import sys; print('no'); sys.exit(3)"}, "exit code 3"),
        ({"script": "import os, signal; os.kill(os.getpid(), 9)"}, "signal SIGKILL"),
        ({"command": ["no-such-program"]}, "could not start: No such file or directory"),
        (
            {"command": ["python"], "environment": {"python": "/no/python"}},
            "environment failed: there is no interpreter /no/python",
        ),
        (
            {"command": ["python"], "environment": {"rust": "1.80"}},
            "environment failed: this node cannot make an environment of rust",
        ),
        (
            {"script": "import time; time.sleep(600)", "max_seconds": 1},
            "time limit reached",
        ),
    ],
)
def test_a_run_that_cannot_go_on_says_why(lab, start_node, fields, reason):
    start_node()
    run = lab.wait(lab.submit(**fields))
    assert run["status"] == "Failed"
    assert run["status_reason"].startswith(reason)


@pytest.mark.both_databases
def test_cancel_ends_the_whole_tree(lab, start_node):
    start_node()
    stamp = f"9{os.getpid()}.{time.monotonic_ns() % 10**6}"
    run_id = lab.submit(NASTY.replace("STAMP", stamp))
    lab.wait(run_id, "Running")
    wait_for(lambda: count_processes(stamp) >= 4, "its processes")
    assert count_processes(stamp) == 4

    # Nobody else ends it: it hears no signal but KILL.
    lab.api.ask("POST", f"runs/{run_id}/cancel")
    run = lab.wait(run_id)
    assert run["status"] == "Canceled"
    assert count_processes(stamp) == 0
    assert lab.log(run_id) == "ready\n"


def test_a_node_that_is_stopped_says_so_on_its_runs(lab, start_node):
    node = start_node()
    run_id = lab.submit("import time; print('on', flush=True); time.sleep(600)")
    lab.wait(run_id, "Running")
    node.terminate()
    run = lab.wait(run_id)
    assert (run["status"], run["status_reason"]) == ("Failed", "node stopped")


@pytest.mark.both_databases
def test_a_run_goes_on_when_its_node_is_killed(lab, start_node, tmp_path):
    gate = tmp_path / "gate"
    node = start_node(GATE=str(gate))
    run_id = lab.submit(f"print('before', flush=True)\n{WAIT_AT_GATE}\nprint('after')")
    lab.wait(run_id, "Running")
    node.send_signal(signal.SIGKILL)
    node.wait()
    gate.touch()
    assert lab.wait(run_id)["status"] == "Completed"
    assert lab.log(run_id) == "before\nafter\n"


def list_nodes(lab, fact: str) -> list[str]:
    return [one[fact] for one in lab.api.ask("GET", "clusters/lab/nodes")["items"]]


def node_names(lab) -> list[str]:
    return list_nodes(lab, "name")


@pytest.mark.both_databases
def test_a_node_that_ends_or_starts_again_is_listed_once(lab, start_node, tmp_path):
    gate = tmp_path / "gate"
    killed = start_node(GATE=str(gate))
    run_id = lab.submit(WAIT_AT_GATE)
    lab.wait(run_id, "Running")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    (first,) = list_nodes(lab, "incarnation")
    # At another address of the studio, as after a start at another port.
    again = start_node(url=lab.url.replace("localhost", "127.0.0.1"))
    lab.until(lambda: first not in list_nodes(lab, "incarnation"))
    assert node_names(lab) == ["n1"]
    gate.touch()
    assert lab.wait(run_id)["status"] == "Completed"
    (attempt,) = lab.api.ask("GET", f"runs/{run_id}/job")["attempts"]
    assert (attempt["node_name"], attempt["cause"]) == ("n1", "completed")
    start_node("n2")
    lab.until(lambda: node_names(lab) == ["n2", "n1"])
    again.terminate()
    again.wait(LONGEST_WAIT_S)
    assert node_names(lab) == ["n2"]


@pytest.mark.both_databases
def test_a_node_goes_on_when_its_cluster_is_renamed(lab, start_node):
    start_node()
    lab.until(lambda: node_names(lab) == ["n1"])
    lab.api.ask("PATCH", "clusters/lab", body={"name": "laboratory"})
    run_id = lab.submit(command=["python", "-c", "print('on')"], cluster="laboratory")
    assert lab.wait(run_id)["status"] == "Completed"


@pytest.mark.both_databases
def test_runs_share_the_slots_in_order(lab, start_node):
    run_ids = [lab.submit(command=["python", "-c", f"print({at})"]) for at in range(6)]
    queue = lab.api.ask("GET", "clusters/lab/queue")
    assert [one["run_id"] for one in queue["waiting"]] == run_ids
    start_node(slots=2)
    assert {lab.wait(run_id)["status"] for run_id in run_ids} == {"Completed"}
    assert [lab.log(run_id) for run_id in run_ids] == [f"{at}\n" for at in range(6)]


def test_a_node_says_once_what_is_wrong_and_when_it_has_joined(lab, gate, start_node, tmp_path):
    with open(tmp_path / "said", "w") as said:
        node = start_node(cluster="gpu", url=gate.url, stderr=said)
        lab.until(lambda: "no cluster" in (tmp_path / "said").read_text())
        gate.wait_until_answered()
        lab.api.ask("POST", "clusters", body={"name": "gpu"})
        lab.until(lambda: "joined" in (tmp_path / "said").read_text())
        node.terminate()
        node.wait(LONGEST_WAIT_S)
    lines = (tmp_path / "said").read_text().splitlines()
    assert lines == [
        "The studio refuses this node: There is no cluster 'gpu' in this workspace. "
        "It tries again.",
        "The node n1 has joined gpu. Slots: 2.",
    ]
