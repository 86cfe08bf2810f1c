"""Supervisors as jobs of Slurm: `sbatch` places one that claims its attempt when it starts.

Slurm's own queue is the memory: the name of a job says which attempt it is. The run token goes
through the environment of sbatch. Text output is read, which all versions of Slurm have.
"""

import getpass
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from studio.sdk.executors.base import CannotPlace, ExecutorAway, Order, State, Told

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0
# Handle, name, user, partition, state, reason, expected start, exit code (squeue(1), --format).
FIELDS = "%i|%j|%u|%P|%T|%r|%S"
WAITING = frozenset({"PENDING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT"})
RUNNING = frozenset({"RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "STOPPED", "SIGNALING",
                     "STAGE_OUT", "RESIZING"})  # fmt: skip
# What sbatch and squeue say when the controller is away or busy (slurm_errno.h).
PASSING = ("contact slurm controller", "timed out", "temporarily", "Connection refused",
           "Zero Bytes", "Resource temporarily", "not responding")  # fmt: skip
SCRIPT = """#!/bin/sh
if [ "$SLURM_JOB_NUM_NODES" -gt 1 ]; then
    exec srun --ntasks-per-node=1 --kill-on-bad-exit=0 "$STUDIO_PYTHON" -m studio.sdk.pilot
fi
exec "$STUDIO_PYTHON" -m studio.sdk.pilot
"""


class SlurmExecutor:
    """Places attempts of one cluster of the studio, at most `slots` at a time.

    `facts` are what the pilot has to know: the studio's address and the workspace. `queue` is the
    cluster's: it stays when the cluster gets another name.
    """

    def __init__(self, slots: int, facts: dict[str, str], queue: str) -> None:
        self.slots, self.facts = slots, facts
        identity = "\n".join((facts["url"], facts["workspace"], queue))
        self.prefix = f"studio-{hashlib.sha256(identity.encode()).hexdigest()[:8]}-"
        self.user = getpass.getuser()
        self.active = 0

    def submit(self, order: Order) -> str:
        """Give an attempt to sbatch unless it is in the queue already."""
        name = f"{self.prefix}{order.run_id}-{order.fence}"
        found = ask(["squeue", "--noheader", f"--user={self.user}", f"--name={name}", "-o", "%i"])
        if found.strip():
            return found.split()[0]
        own = [
            "--parsable", "--no-requeue", "--export=ALL", f"--job-name={name}",
            f"--nodes={order.nodes}", "--ntasks-per-node=1", f"--chdir={ROOT}",
        ]  # fmt: skip
        told = ask(["sbatch", *flags(order.options), *own], script=SCRIPT, **self._variables(order))
        self.active += 1
        return told.strip().partition(";")[0]

    def _variables(self, order: Order) -> dict[str, str]:
        return {
            "STUDIO_URL": self.facts["url"],
            "STUDIO_WORKSPACE": self.facts["workspace"],
            "STUDIO_RUN_ID": order.run_id,
            "STUDIO_FENCE": str(order.fence),
            "STUDIO_RUN_TOKEN": order.token,
            "STUDIO_PYTHON": sys.executable,
        }

    def poll(self) -> list[Told]:
        """Return what squeue knows of the attempts of this cluster, also of those that ended within
        the last minutes."""
        text = ask(["squeue", "--noheader", "--states=all", "--sort=-p,i", "-o", FIELDS])
        told, ahead = [], dict[str, int]()
        for line in text.splitlines():
            handle, name, user, partition, state, reason, start = line.split("|", 6)
            if state == "PENDING":
                ahead[partition] = ahead.get(partition, 0) + 1
            if user == self.user and name.startswith(self.prefix):
                place = ahead[partition] if state == "PENDING" else 0
                told.append(self._tell(handle, name, state, reason, start, place))
        self.active = sum(one.state != State.ENDED for one in told)
        return told

    def _tell(
        self, handle: str, name: str, state: str, reason: str, start: str, place: int
    ) -> Told:
        run_id, fence = name.removeprefix(self.prefix).rsplit("-", 1)
        kind = State.WAITING if state in WAITING else State.ENDED
        if state in RUNNING:
            kind, reason = State.RUNNING, ""
        elif kind is State.ENDED:
            reason = state if reason in ("None", "") else f"{state} ({reason})"
        expected_ms = int(start) * 1000 if start.isdigit() and kind is State.WAITING else None
        return Told(run_id, int(fence), handle, kind, reason, place, expected_ms)

    def cancel(self, handle: str) -> None:
        """Take a job out of the queue, or have Slurm end it."""
        ask(["scancel", "--quiet", handle])

    def expected_start(self, handle: str) -> int | None:
        """Return what the back-fill scheduler expects; it looks at a job after half a minute."""
        text = ask(["squeue", "--noheader", "--start", f"--jobs={handle}", "-o", "%S"]).strip()
        return int(text) * 1000 if text.isdigit() else None

    def capacity(self) -> int:
        """Return how many more jobs this cluster may have in Slurm."""
        return self.slots - self.active

    def close(self) -> None:
        """What is in Slurm stays there: the next start of the node finds it by its name."""


def flags(options: dict[str, Any]) -> list[str]:
    """Return the options of a cluster and a run as sbatch reads them; those of the studio follow
    and win."""
    named = {name: value for name, value in options.items() if name != "extra"}
    words = [f"--{name.replace('_', '-')}={value}" for name, value in named.items()]
    output = [] if "output" in named else ["--output=/dev/null"]
    return [*words, *output, *options.get("extra", [])]


def ask(command: list[str], *, script: str = "", **variables: str) -> str:
    """Run a command of Slurm; return what it prints. Raises CannotPlace, ExecutorAway."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_")}
    environment = {**kept, "SLURM_TIME_FORMAT": "%s", **variables}
    try:
        done = subprocess.run(
            command, env=environment, input=script, capture_output=True, text=True,
            timeout=PATIENCE_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ExecutorAway(f"{command[0]}: {error}") from error
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.strip() or f"{command[0]}: exit code {done.returncode}"
    if command[0] == "sbatch" and not any(word in said for word in PASSING):
        raise CannotPlace(said.splitlines()[-1])
    raise ExecutorAway(said)
