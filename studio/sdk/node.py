"""A node: a worker that takes jobs of a cluster and places a supervisor for each.

It needs the studio's address and a node token, and for a bell the address of the queue; without a
bell it looks by itself every few seconds. Jobs, beats and ends go over REST.

    STUDIO_NODE_TOKEN=… python -m studio.sdk.node --url http://studio:8000 --cluster gpu
"""

import argparse
import os
import platform
import random
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.sdk.supervisor.forking import Forker
from studio.sdk.supervisor.guard import Placement, read_mark
from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path
from studio.sdk.supervisor.waking import Waker

LOOK_S = 5.0
AWAY_S = 2.0
STOP_S, LAST_S = 25.0, 5.0
PREFIX = "attempt-"
VERSION = "1"


@dataclass
class Options:
    """What a node is told when it starts."""

    url: str
    workspace: str
    cluster: str
    slots: int
    folder: Path
    name: str
    token: str = ""
    bell_url: str = ""


@dataclass
class Node:
    """Registers, claims as many jobs as it has free slots, and looks after their supervisors.

    `placed` are the folders of the attempts that go on, also of those that an earlier start of the
    node has left.
    """

    options: Options
    waker: Waker = field(default_factory=Waker)
    placed: list[Path] = field(default_factory=list)
    incarnation: str = ""
    stops: bool = False

    def __post_init__(self) -> None:
        options = self.options
        self.api = StudioApi(options.url, options.workspace, options.token)
        self.address = f"clusters/{in_path(options.cluster)}/nodes"
        self.forker = Forker(self.waker)

    def run(self) -> int:
        """Work until a signal asks to stop, then end the supervisors; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask_to_stop)
        self.adopt()
        self.forker.start()
        queue = ""
        while not self.stops:
            try:
                if not self.incarnation:
                    queue = self.register()
                    self.listen(queue)
                self.look_after()
                wait_s = LOOK_S
                while self.free_slots() and self.claim():
                    pass
            except Away:
                wait_s = AWAY_S
            except Refused as refused:
                if refused.status in (401, 403):
                    print(f"The studio refuses this node: {refused}", file=sys.stderr, flush=True)
                    return 1
                self.incarnation, wait_s = "", AWAY_S
            self.waker.wait(wait_s * (0.8 + 0.4 * random.random()))
        self.stop_all()
        return 0

    def ask_to_stop(self, *_: object) -> None:
        """End soon; what runs ends with the reason that its node was stopped."""
        self.stops = True
        self.waker.wake()

    def register(self) -> str:
        """Enter the node; return the name of the queue on which its bell rings."""
        options = self.options
        facts = {"name": options.name, "slots": options.slots, "version": VERSION}
        answer = self.api.ask("POST", self.address, body={**facts, "hardware": read_hardware()})
        self.incarnation = answer["incarnation"]
        return answer["queue"]

    def listen(self, queue: str) -> None:
        """Wake at each message of the queue, where there is one."""
        if self.options.bell_url:
            bell = threading.Thread(
                target=listen_to_bell, args=(self.options.bell_url, queue, self.waker), daemon=True
            )
            bell.start()

    def free_slots(self) -> int:
        """How many more jobs the node can take."""
        return 0 if self.stops else self.options.slots - len(self.placed)

    def claim(self) -> bool:
        """Take the next job and place a supervisor; False where nothing waits."""
        address = f"{self.address}/{self.incarnation}/claim"
        answer = self.api.ask("POST", address, body={"load": read_load()})
        if not answer:
            return False
        self.place(answer)
        return True

    def place(self, answer: dict[str, Any]) -> None:
        """Start a supervisor for a job, in a folder and a session of its own."""
        token = answer.pop("token")
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self.options.folder))
        job = Job(
            url=self.options.url, workspace=self.options.workspace, node=self.options.name, **answer
        )
        job.write(folder)
        self.forker.place(Placement(folder, self.options.folder / "environments", token))
        self.placed.append(folder)

    def adopt(self) -> None:
        """Look after the supervisors that an earlier start of this node has left."""
        self.placed = sorted(self.options.folder.glob(f"{PREFIX}*"))
        self.look_after()

    def look_after(self) -> None:
        """Forget supervisors that have ended, and remove their folders."""
        for folder in [one for one in self.placed if read_mark(one) is None]:
            self.placed.remove(folder)
            shutil.rmtree(folder, ignore_errors=True)

    def stop_all(self) -> None:
        """Ask all supervisors to end their processes; kill those that take too long."""
        self.forker.close()
        for number, seconds in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, LAST_S)):
            deadline = time.monotonic() + seconds
            for folder in self.placed:
                if pid := read_mark(folder):
                    with suppress(ProcessLookupError):
                        os.kill(pid, number)
            while self.placed and time.monotonic() < deadline:
                self.waker.wait(0.1)
                self.look_after()


def listen_to_bell(url: str, queue: str, waker: Waker) -> None:
    """Wake at each message on a queue of the broker; go on when the broker has been away."""
    from kombu import Connection  # only a node with a bell needs it

    while True:
        try:
            with Connection(url) as connection, connection.SimpleQueue(queue, no_ack=True) as bell:
                while True:
                    bell.get(block=True)
                    waker.wake()
        except Exception as error:
            print(f"The bell is away: {error}", file=sys.stderr, flush=True)
            time.sleep(AWAY_S)


def read_hardware() -> dict[str, Any]:
    """What the machine is: cores, memory in bytes, system, Python."""
    name = os.uname()
    facts: dict[str, Any] = {
        "cores": os.cpu_count(),
        "system": " ".join((name.sysname, name.release, name.machine)),
        "python": platform.python_version(),
    }
    with suppress(ValueError, OSError):
        facts["memory_bytes"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return facts


def read_load() -> dict[str, Any]:
    """How busy the machine is: the load of the last minute, free memory in bytes."""
    load: dict[str, Any] = {"load": round(os.getloadavg()[0], 2)}
    with suppress(OSError, ValueError, KeyError):
        with open("/proc/meminfo") as file:
            lines = dict(line.split(":", 1) for line in file)
        load["free_bytes"] = int(lines["MemAvailable"].split()[0]) * 1024
    return load


def read_options(arguments: list[str]) -> Options:
    """Read the command line and the environment."""
    parser = argparse.ArgumentParser(prog="studio node", description="Run the jobs of a cluster.")
    parser.add_argument("--url", default=os.environ.get("STUDIO_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--workspace", default=os.environ.get("STUDIO_WORKSPACE", "default"))
    parser.add_argument("--cluster", required=True)
    parser.add_argument("--slots", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--name", default=socket.gethostname())
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "studio-node")
    parser.add_argument("--token-file", type=Path, help="instead of STUDIO_NODE_TOKEN")
    parser.add_argument("--bell-file", type=Path, help="holds the queue's address if not REDIS_URL")
    chosen = vars(parser.parse_args(arguments))
    chosen["folder"].mkdir(mode=0o700, parents=True, exist_ok=True)
    token = read_note(chosen.pop("token_file"), "STUDIO_NODE_TOKEN")
    bell_url = read_note(chosen.pop("bell_file"), "REDIS_URL")
    # A folder of messages is no bell: the node looks by itself.
    return Options(**chosen, token=token, bell_url="" if "filesystem" in bell_url else bell_url)


def read_note(path: Path | None, variable: str) -> str:
    """Return an environment variable, or without it the content of a file; "" without both."""
    if text := os.environ.get(variable, ""):
        return text
    return path.read_text().strip() if path is not None and path.exists() else ""


def main() -> int:
    """Run a node; return the exit code."""
    return Node(read_options(sys.argv[1:])).run()


if __name__ == "__main__":
    sys.exit(main())
