"""What runs for a run, seen from outside; marks that scripts leave in a file."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from runs.compute.models import Job
from runs.compute.sweeping import sweep
from studio.sdk.supervisor.studio_api import Refused
from tests.sdk.lab import Studio
from tests.waiting import wait_for

# Appends a line when it starts, every 20 ms, and when it ends: after some seconds, or once there is
# a file. Lines carry the process id.
COPY = """
import os, sys, time
file = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def mark(word):
    os.write(file, f"{os.environ['STUDIO_RUN_ID']} {os.getpid()} {word}\\n".encode())
mark("start")
until = time.monotonic() + float(sys.argv[2])
while time.monotonic() < until and not os.path.exists(sys.argv[1] + ".stop"):
    time.sleep(0.02)
    mark("on")
mark("stop")
"""


def marks(path: Path) -> list[list[str]]:
    """Return the run, the process and the word of each line."""
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def words(path: Path, word: str) -> list[str]:
    """Return the runs that have left a word, once for each time."""
    return [run_id for run_id, _, found in marks(path) if found == word]


def with_variable(*values: str) -> list[psutil.Process]:
    """Return all living processes that have one of the texts in their environment: a census of all
    that came of processes that were started with it."""
    ends = [f"={value}\0".encode() for value in values]
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        # A zombie has no environment; another process may have gone since.
        with suppress(OSError, psutil.Error):
            data = Path("/proc", number, "environ").read_bytes()
            if any(end in data for end in ends):
                found.append(psutil.Process(int(number)))
    return found


def user_process(run_id: str) -> psutil.Process:
    """Return the process of a run, once it runs."""
    return wait_for(lambda: next(iter(with_variable(run_id)), None), f"the process of {run_id}")


def supervisor(run_id: str) -> psutil.Process:
    """Return the supervisor of a run."""
    return user_process(run_id).parent()


def kill(processes: Iterator[psutil.Process] | list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)


def read_log(lab: Studio, run_id: str) -> str:
    """Return what a run has printed, "" where nothing of it has arrived yet."""
    try:
        return lab.log(run_id)
    except Refused:
        return ""


def end_lease(run_id: str) -> None:
    """End the lease of a run now instead of after 45 s, and its attempt with it."""
    held = Job.objects.filter(run__run_id=run_id, state="held")

    def is_lost() -> bool:
        held.update(lease_ms=1)
        sweep()
        return not held.exists()

    # A beat that was sent before may come between the two.
    wait_for(is_lost, "the end of the lease")
