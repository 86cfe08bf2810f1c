"""Containers of Docker, each made first and started then.

`docker run` does both in one; when its client is killed meanwhile, the daemon still makes the
container, after its removal was asked for. So the making is waited for, also where the attempt has
to end: what exists is removed for certain.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from studio.sdk.supervisor.building import MOST_WORDS, CannotPrepare
from studio.sdk.supervisor.client import SDK, make_client
from studio.sdk.supervisor.job import Job

LOOK_S = 0.2
# How long an attempt that has to end waits for the daemon, and then looks for what that has made.
MAKING_PATIENCE_S = 4.0
FINDING_PATIENCE_S = 6.0
# A busy daemon may take the whole time for one answer.
LEAST_LOOKS = 5
REMOVAL_TIMEOUT_S = 20.0


@dataclass
class Container:
    """The container of one process. `is_half_made`: the daemon did not say that it has made it."""

    name: str
    making: list[str] = field(default_factory=list)
    is_half_made: bool = False

    @property
    def start_command(self) -> list[str]:
        """What starts it, shows what it prints, hands signals on and ends with its exit code."""
        return ["docker", "start", "--attach", self.name]

    def make(self, variables: dict[str, str], is_over: Callable[[], bool]) -> None:
        """Make it. Raises CannotPrepare with Docker's words where that fails."""
        client = subprocess.Popen(
            self.making,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        over_at = None
        while True:
            with suppress(subprocess.TimeoutExpired):
                told = client.communicate(timeout=LOOK_S)[1]
                break
            over_at = over_at or (time.monotonic() if is_over() else None)
            if over_at is not None and time.monotonic() - over_at > MAKING_PATIENCE_S:
                self.is_half_made = True
                client.kill()
        if client.returncode and not self.is_half_made:
            words = told.decode(errors="replace").strip() or "docker create failed"
            raise CannotPrepare("environment_failed", words.splitlines()[-1][-MOST_WORDS:])

    def remove(self) -> None:
        """Kill and remove it. One that is half made is looked for a while, until it is there."""
        until, looks = time.monotonic() + FINDING_PATIENCE_S, 1
        while not self._is_removed() and self.is_half_made:
            if looks >= LEAST_LOOKS and time.monotonic() > until:
                return
            looks += 1
            time.sleep(LOOK_S)

    def _is_removed(self) -> bool:
        """Try once; tell whether it was there. Docker names what it has removed."""
        with suppress(OSError, subprocess.TimeoutExpired):
            command = ["docker", "rm", "--force", self.name]
            done = subprocess.run(
                command, capture_output=True, check=False, timeout=REMOVAL_TIMEOUT_S
            )
            return self.name.encode() in done.stdout.split()
        return False


def name_of(job: Job, rank: int) -> str:
    """Return the name of the container of a process: another one for each attempt."""
    return f"studio-{job.run_id}-{job.fence}-{rank}"


def remove_orphaned(job: Job, *, is_half_made: bool) -> None:
    """Remove the containers of an attempt whose supervisor was killed."""
    for rank in job.ranks:
        Container(name_of(job, rank), is_half_made=is_half_made).remove()


def plan_container(
    job: Job, rank: int, image: str, folder: Path, variables: list[str]
) -> Container:
    """Return a container for the command of a job in `folder`. It gets the named variables; their
    values do not show in the command."""
    names = [part for name in sorted(variables) for part in ("-e", name)]
    shared = [part for place in mounts_of(folder) for part in ("-v", place)]
    gpus = ["--gpus", "all"] if shutil.which("nvidia-smi") else []
    name = name_of(job, rank)
    making = [
        "docker", "create", "--rm", "--init", "--name", name, "--network", "host", *gpus,
        "--user", f"{os.getuid()}:{os.getgid()}", *shared, "-w", str(folder), *names,
        "-e", "HOME=/tmp", image, *job.command,
    ]  # fmt: skip
    return Container(name, making)


def mounts_of(work: Path) -> list[str]:
    """Return what a container shares with the node: the working folder, the outbox of our client,
    and the client itself, which it may only read."""
    outbox, client = work.parent / "outbox", make_client(work.parent)
    outbox.mkdir(exist_ok=True)
    writable, readable = (work, outbox), (client, SDK)
    own = [f"{place}:{place}" for place in writable]
    return own + [f"{place}:{place}:ro" for place in readable]
