"""The end of a whole tree of processes, in a process of its own that is their subreaper."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.processes import kill, with_variable
from tests.waiting import LONGEST_WAIT_S

ROOT = Path(__file__).parents[2]
# Each process lives for about a millisecond: a list of all processes is older than most of them.
FORKS_FAST = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork():
    os._exit(0)
os.setsid()
print("ready", flush=True)
end = time.monotonic() + 60
while time.monotonic() < end:
    if os.fork():
        os._exit(0)
    time.sleep(0.001)
"""
HEARS_TERM = """
import signal, time
heard = []
def hear(*_):
    heard.append(1)
    print("TERM", flush=True)
signal.signal(signal.SIGTERM, hear)
print("ready", flush=True)
while not heard: time.sleep(0.01)
time.sleep(0.7)
"""
# As on a busy machine, where each process that is listed has ended when it is looked at.
SEES_NOBODY = """
from studio.sdk.supervisor import trees
trees.descendants = lambda *_, **__: set()
"""
SUPERVISOR = """
import os, sys, time
from pathlib import Path
from studio.sdk.supervisor.process import UserProcesses
from studio.sdk.supervisor.trees import become_subreaper

script, output, mark = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
rounds, grace_s = int(sys.argv[4]), float(sys.argv[5])
become_subreaper()
for _ in range(rounds):
    output.write_bytes(b"")
    processes = UserProcesses()
    variables = {"MARK": mark}
    command = [sys.executable, "-c", script]
    processes.start(command, folder=output.parent, variables=variables, output=output)
    while b"ready" not in output.read_bytes():
        time.sleep(0.01)
    print(processes.end(grace_s), flush=True)
"""

# A guard whose supervisor is killed. It looks some times, and tells whether all have ended.
GUARD = """
import os, signal, subprocess, sys, time
from pathlib import Path
from studio.sdk.supervisor.guard import Guard

script, output, mark = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
output.write_bytes(b"")
guard = Guard()
supervisor = os.fork()
if supervisor == 0:
    os.setsid()
    command = [sys.executable, "-c", script]
    subprocess.Popen(command, stdout=output.open("ab"), env={"MARK": mark}, start_new_session=True)
    time.sleep(600)
while b"ready" not in output.read_bytes():
    time.sleep(0.01)
os.kill(supervisor, signal.SIGKILL)
try:
    for _ in range(500):
        guard.look_after()
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        time.sleep(0.01)
    print("some go on")
except ChildProcessError:
    print("all have ended")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_what_a_killed_supervisor_leaves_is_known_by_the_ends_of_its_processes(tmp_path):
    mark = f"mark of {tmp_path}"
    told, left = run_marked([GUARD, FORKS_FAST, str(tmp_path / "log"), mark], mark)

    assert (told, left) == ("all have ended\n", [])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_a_tree_that_forks_without_pause_is_ended_before_its_end_is_told(tmp_path):
    mark = f"mark of {tmp_path}"
    ended, left = supervise(FORKS_FAST, tmp_path / "log", mark, rounds=5, grace_s=0.3)

    assert (ended.split(), left) == (["True"] * 5, [])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_a_tree_that_every_look_misses_is_known_by_the_ends_of_its_processes(tmp_path):
    mark = f"mark of {tmp_path}"
    ended, left = supervise(
        FORKS_FAST, tmp_path / "log", mark, rounds=1, grace_s=0.1, before=SEES_NOBODY
    )

    assert (ended.split(), left) == (["True"], [])


def test_a_process_is_asked_to_end_once(tmp_path):
    supervise(HEARS_TERM, tmp_path / "log", "asked", rounds=1, grace_s=LONGEST_WAIT_S)

    assert (tmp_path / "log").read_text() == "ready\nTERM\n"


def supervise(
    script: str, log: Path, mark: str, *, rounds: int, grace_s: float, before: str = ""
) -> tuple[str, list[int]]:
    """Start and end a script some times; return what the ends told, and what lives after them."""
    words = [before + SUPERVISOR, script, str(log), mark, str(rounds), str(grace_s)]
    return run_marked(words, mark)


def run_marked(words: list[str], mark: str) -> tuple[str, list[int]]:
    """Run a program; return what it tells, and what still lives of all that has its mark."""
    command = [sys.executable, "-c", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_WAIT_S)
    left = with_variable(mark)
    kill(left)
    assert done.returncode == 0, done.stderr
    return done.stdout, [process.pid for process in left]
