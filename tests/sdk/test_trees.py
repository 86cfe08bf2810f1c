"""The end of a whole tree of processes, in a process of its own that is their subreaper."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.processes import kill, with_variable

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
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: print("TERM", flush=True))
print("ready", flush=True)
time.sleep(1)
"""
SUPERVISOR = """
import os, sys, time
from pathlib import Path
from studio.sdk.supervisor.process import UserProcesses
from studio.sdk.supervisor.trees import become_subreaper

script, output, mark, rounds = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
become_subreaper()
for _ in range(rounds):
    output.write_bytes(b"")
    processes = UserProcesses()
    variables = {"MARK": mark}
    command = [sys.executable, "-c", script]
    processes.start(command, folder=output.parent, variables=variables, output=output)
    while b"ready" not in output.read_bytes():
        time.sleep(0.01)
    print(processes.end(grace_s=0.3), flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_a_tree_that_forks_without_pause_is_ended_before_its_end_is_told(tmp_path):
    mark = f"mark of {tmp_path}"
    ended, left = supervise(FORKS_FAST, tmp_path / "log", mark, rounds=5)

    assert (ended.split(), left) == (["True"] * 5, [])


def test_a_process_is_asked_to_end_once(tmp_path):
    supervise(HEARS_TERM, tmp_path / "log", "asked", rounds=1)

    assert (tmp_path / "log").read_text() == "ready\nTERM\n"


def supervise(script: str, log: Path, mark: str, *, rounds: int) -> tuple[str, list[int]]:
    """Start and end a script some times; return what the ends told, and what lives after them."""
    command = [sys.executable, "-c", SUPERVISOR, script, str(log), mark, str(rounds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    left = with_variable(mark)
    kill(left)
    assert done.returncode == 0, done.stderr
    return done.stdout, [process.pid for process in left]
