"""A node: a worker that takes jobs of a cluster and places a supervisor for each.

It needs the studio's address and a node token, and for a bell the address of the queue; without a
bell it looks by itself every few seconds. Jobs, beats and ends go over REST.

    STUDIO_NODE_TOKEN=… python -m studio.sdk.node --url http://studio:8000 --cluster gpu

The node of a cluster of kind `slurm` runs on any machine with `sbatch`, such as a login node.
"""

import argparse
import fcntl
import hashlib
import itertools
import os
import platform
import random
import signal
import socket
import sys
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from studio.sdk.executors.base import ExecutorAway, Order, State
from studio.sdk.executors.exchange import Exchange
from studio.sdk.executors.local import LocalExecutor
from studio.sdk.executors.slurm import SlurmExecutor
from studio.sdk.supervisor.gathering import own_address
from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path
from studio.sdk.supervisor.waking import Waker

LOOK_S = 5.0
AWAY_S = 2.0
VERSION = "1"


def new_id() -> str:
    """Return a new name for a start of a node, or for a claim."""
    return uuid.uuid4().hex


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
    address: str = ""
    quiet: bool = False


@dataclass
class Node:
    """Registers, and gives the executor of its cluster's kind as many jobs as that takes.

    For a cluster of kind `nodes` it claims a job for each free slot and runs it here. For one of
    kind `slurm` it keeps Slurm's queue like the studio's; there a job claims when it starts.
    """

    options: Options
    waker: Waker = field(default_factory=Waker)
    executor: LocalExecutor | SlurmExecutor | None = None
    incarnation: str = ""
    claim_id: str = field(default_factory=new_id)
    lock: IO[str] | None = None
    stops: bool = False
    said: str = ""
    heard: set[str] = field(default_factory=set)
    chosen: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        options = self.options
        self.api = StudioApi(options.url, options.workspace, options.token)
        self.address = f"clusters/{in_path(options.cluster)}/nodes"

    def run(self) -> int:
        """Work until a signal asks to stop, then end the supervisors; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask_to_stop)
        while not self.stops:
            wait_s = LOOK_S
            try:
                if not self.incarnation:
                    self.register()
                self.work()
            except (Away, ExecutorAway) as away:
                self.complain(away)
                wait_s = AWAY_S
            except Refused as refused:
                if refused.status in (401, 403):
                    print(f"The studio refuses this node: {refused}", file=sys.stderr, flush=True)
                    return 1
                if not self.incarnation:
                    self.say(f"The studio refuses this node: {refused} It tries again.")
                self.incarnation, self.chosen, wait_s = "", new_id(), AWAY_S
            self.waker.wait(wait_s * (0.8 + 0.4 * random.random()))
        if self.executor is not None:
            self.executor.close()
        return 0

    def ask_to_stop(self, *_: object) -> None:
        """End soon; what runs here ends with the reason that its node was stopped."""
        self.stops = True
        self.waker.wake()

    def complain(self, away: Exception) -> None:
        """Say that Slurm or the studio does not answer."""
        who = "executor" if isinstance(away, ExecutorAway) else f"studio at {self.options.url}"
        self.say(f"The {who} does not answer: {away}. It is asked again.")

    def say(self, line: str) -> None:
        """Tell whoever has started the node; the same thing once in a row."""
        if line != self.said and not self.options.quiet:
            print(line, file=sys.stderr, flush=True)
        self.said = line

    def register(self) -> None:
        """Enter the node, and listen to the bell of its cluster."""
        options = self.options
        facts = {"name": options.name, "slots": options.slots, "version": VERSION}
        facts |= {"incarnation": self.chosen, "hardware": read_hardware()}
        answer = self.api.ask("POST", self.address, body=facts)
        self.incarnation = answer["incarnation"]
        if self.executor is None:
            self.executor = self.make_executor(answer["kind"])
        if isinstance(self.executor, LocalExecutor):
            self.adopt(self.executor)
        self.listen(answer["queue"])
        self.say(f"The node {options.name} has joined {options.cluster}. Slots: {options.slots}.")

    def adopt(self, executor: LocalExecutor) -> None:
        """Tell the studio what an earlier start of this node has left running."""
        going = [told for told in executor.poll() if told.state is State.RUNNING]
        if going:
            left = [
                {"run_id": told.run_id, "fence": told.fence, "rank": executor.rank_of(told.handle)}
                for told in going
            ]
            address = f"{self.address}/{self.incarnation}/attempts"
            self.api.ask("PUT", address, body={"attempts": left})

    def make_executor(self, kind: str) -> LocalExecutor | SlurmExecutor:
        """Return the executor for a kind of cluster."""
        options = self.options
        facts = {"url": options.url, "workspace": options.workspace}
        if kind == "slurm":
            return SlurmExecutor(options.slots, facts, options.cluster)
        facts["node"] = options.name
        facts["address"] = options.address or own_address(options.url)
        folder = self.own_folder(f"{options.url} {options.workspace} {options.cluster}")
        cache = options.folder / "environments"
        return LocalExecutor(folder, cache, options.slots, facts, self.waker)

    def own_folder(self, identity: str) -> Path:
        """Return a folder that no other living node of this machine uses; a node that starts again
        gets its old one, with what still runs in it."""
        base = hashlib.sha256(identity.encode()).hexdigest()[:8]
        for number in itertools.count(1):
            folder = self.options.folder / f"{base}-{number}"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Open until this process ends; supervisors do not inherit a lock of this kind.
            self.lock = open(folder / "lock", "w")  # noqa: SIM115 (see above)
            try:
                fcntl.lockf(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.lock.close()
                continue
            return folder
        raise AssertionError("there is always another number")

    def listen(self, queue: str) -> None:
        """Wake at each message of the queue, where there is one."""
        if self.options.bell_url and queue not in self.heard:
            self.heard.add(queue)
            told = (self.options.bell_url, queue, self.waker)
            threading.Thread(target=listen_to_bell, args=told, daemon=True).start()

    def work(self) -> None:
        """Look at what is placed, and place what waits."""
        if isinstance(self.executor, SlurmExecutor):
            Exchange(self.api, f"{self.address}/{self.incarnation}/placements", self.executor).do()
            return
        assert self.executor is not None
        self.executor.poll()
        while not self.stops and self.executor.capacity() > 0 and self.claim():
            pass

    def claim(self) -> bool:
        """Take the next job and place a supervisor; False where nothing waits.

        A claim whose answer is lost is made again under its name, and gives the same job.
        """
        address = f"{self.address}/{self.incarnation}/claim"
        body = {"claim_id": self.claim_id, "load": read_load()}
        answer = self.api.ask("POST", address, body=body)
        self.claim_id = new_id()
        if not answer or self.executor is None:
            return False
        token, rank = answer.pop("token"), answer["node_rank"]
        self.executor.submit(Order(answer["run_id"], answer["fence"], token, rank=rank, job=answer))
        return True


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


EXAMPLES = """Examples:
  studio node --cluster local
  studio node --url https://studio.example.org --cluster gpu --token-file node-token
"""


def read_options(arguments: list[str]) -> Options:
    """Read the command line and the environment."""
    parser = argparse.ArgumentParser(
        prog="studio node",
        description="Run the jobs of a cluster on this machine.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", default=os.environ.get("STUDIO_URL", "http://127.0.0.1:8000"))
    parser.add_argument("--workspace", default=os.environ.get("STUDIO_WORKSPACE", "default"))
    parser.add_argument("--cluster", required=True)
    parser.add_argument("--slots", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--name", default=socket.gethostname())
    parser.add_argument("--address", default="", help="where other nodes of a run reach this one")
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "studio-node")
    parser.add_argument("--token-file", type=Path, help="instead of STUDIO_NODE_TOKEN")
    parser.add_argument("--bell-file", type=Path, help="holds the queue's address if not REDIS_URL")
    parser.add_argument("--quiet", action="store_true", help="say only why the node ends")
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
