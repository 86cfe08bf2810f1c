"""A node: a worker that takes jobs of a cluster and places a supervisor for each.

It needs the studio's address and a node token, and for a bell the address of the queue; without a
bell it looks by itself every few seconds. Jobs, beats and ends go over REST.

    STUDIO_NODE_TOKEN=… python -m studio.sdk.node --url http://studio:8000 --cluster gpu

The node of a cluster of kind `slurm` runs on any machine with `sbatch`, such as a login node.
"""

import fcntl
import hashlib
import itertools
import random
import signal
import sys
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from studio.sdk.executors.base import ExecutorAway, Order, State
from studio.sdk.executors.exchange import Exchange
from studio.sdk.executors.local import LocalExecutor
from studio.sdk.executors.slurm import SlurmExecutor
from studio.sdk.locking import is_taken
from studio.sdk.node_machine import read_hardware, read_load
from studio.sdk.node_options import Options, read_options
from studio.sdk.node_starts import NodeStarts
from studio.sdk.supervisor.gathering import own_address
from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path
from studio.sdk.supervisor.waking import Waker

AWAY_S = 2.0
VERSION = "1"


class NoLocks(Exception):
    """Two nodes could not tell whose folder is whose: its file system has no locks."""


def new_id() -> str:
    """Return a new name for a start of a node, or for a claim."""
    return uuid.uuid4().hex


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
    trouble: str = ""
    unplaced: list[tuple[Order, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        options = self.options
        self.api = StudioApi(options.url, options.workspace, options.token)
        self.address = f"clusters/{in_path(options.cluster)}/nodes"
        self.starts = NodeStarts(options.folder, f"{options.workspace} {options.cluster}")

    def run(self) -> int:
        """Work until a signal asks to stop, then end the supervisors and leave the cluster; return
        the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask_to_stop)
        try:
            self.serve()
        except Refused as refused:
            print(f"The studio refuses this node: {refused}", file=sys.stderr, flush=True)
            return 1
        except NoLocks as error:
            print(error, file=sys.stderr, flush=True)
            with suppress(Away):
                self.leave(self.chosen)
            return 1
        if self.executor is not None:
            self.executor.close()
        if self.incarnation:
            with suppress(Away):
                self.leave(self.incarnation)
        return 0

    def serve(self) -> None:
        """Work until somebody asks to stop. Raises NoLocks, and Refused for a token that opens
        nothing."""
        while not self.stops:
            wait_s = self.options.look_every
            try:
                if not self.incarnation:
                    self.register()
                self.work()
            except (Away, ExecutorAway) as away:
                self.complain(away)
                wait_s = AWAY_S
            except OSError as error:
                self.say(f"This machine does not let the node work: {error}. It tries again.")
                wait_s = AWAY_S
            except Refused as refused:
                if refused.status in (401, 403):
                    raise
                if not self.incarnation:
                    self.say(f"The studio refuses this node: {refused} It tries again.")
                self.incarnation, self.chosen, wait_s = "", new_id(), AWAY_S
            self.waker.wait(wait_s * (0.8 + 0.4 * random.random()))

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
            # What it says may go to a file on a full disk.
            with suppress(OSError):
                print(line, file=sys.stderr, flush=True)
        self.said = line

    def register(self) -> None:
        """Enter the node, and listen to the bell of its cluster."""
        options = self.options
        facts = {"name": options.name, "slots": options.slots, "version": VERSION}
        facts |= {"incarnation": self.chosen, "hardware": read_hardware()}
        self.starts.add(self.chosen)
        answer = self.api.ask("POST", self.address, body=facts)
        incarnation = answer["incarnation"]
        if self.executor is None:
            self.executor = self.make_executor(answer["kind"], answer["queue"])
        if isinstance(self.executor, LocalExecutor):
            self.adopt(self.executor, incarnation)
        for former in [one for one in self.starts.listed if one != incarnation]:
            self.leave(former)
        self.incarnation = incarnation
        self.listen(answer["queue"])
        self.say(f"The node {options.name} has joined {options.cluster}. Slots: {options.slots}.")

    def leave(self, incarnation: str) -> None:
        """Take a start of this node off the cluster. Raises Away."""
        # One that the studio does not know has been taken off before.
        with suppress(Refused):
            self.api.ask("DELETE", f"{self.address}/{incarnation}")
        self.starts.remove(incarnation)

    def adopt(self, executor: LocalExecutor, incarnation: str) -> None:
        """Tell the studio what an earlier start of this node has left running."""
        going = [told for told in executor.poll() if told.state is State.RUNNING]
        if going:
            left = [
                {"run_id": told.run_id, "fence": told.fence, "rank": executor.rank_of(told.handle)}
                for told in going
            ]
            address = f"{self.address}/{incarnation}/attempts"
            self.api.ask("PUT", address, body={"attempts": left})

    def make_executor(self, kind: str, queue: str) -> LocalExecutor | SlurmExecutor:
        """Return the executor for a kind of cluster, whose `queue` never changes its name."""
        options = self.options
        facts = {"url": options.url, "workspace": options.workspace}
        if kind == "slurm":
            return SlurmExecutor(options.slots, facts, queue)
        facts["node"] = options.name
        facts["address"] = options.address or own_address(options.url)
        folder = self.own_folder(f"{options.url} {options.workspace} {queue}")
        cache = options.folder / "environments"
        return LocalExecutor(folder, cache, options.slots, facts, self.waker)

    def own_folder(self, identity: str) -> Path:
        """Return a folder that no other living node of this machine uses; a node that starts again
        gets its old one, with what still runs in it. Raises NoLocks."""
        base = hashlib.sha256(identity.encode()).hexdigest()[:8]
        for number in itertools.count(1):
            folder = self.options.folder / f"{base}-{number}"
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Open until this process ends; supervisors do not inherit a lock of this kind.
            self.lock = open(folder / "lock", "w")  # noqa: SIM115 (see above)
            try:
                fcntl.lockf(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                self.lock.close()
                if is_taken(error):
                    continue
                raise NoLocks(
                    f"Files in {folder} cannot be locked: {error.strerror}. It may be on a network "
                    "disk without locks. Give the node a folder on a disk of this machine, such as "
                    "--folder /tmp/studio-node."
                ) from error
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
        self.give_back()
        self.look_for_trouble(self.executor)
        while not self.stops and self.executor.capacity() > 0 and self.claim():
            pass

    def claim(self) -> bool:
        """Take the next job and place a supervisor; False where nothing waits.

        A claim whose answer is lost is made again under its name, and gives the same job. A node in
        trouble says so: it gets nothing new.
        """
        address = f"{self.address}/{self.incarnation}/claim"
        load = read_load() | ({"trouble": self.trouble} if self.trouble else {})
        body = {"claim_id": self.claim_id, "load": load}
        answer = self.api.ask("POST", address, body=body)
        self.claim_id = new_id()
        if not answer or self.executor is None:
            return False
        token, rank = answer.pop("token"), answer["node_rank"]
        order = Order(answer["run_id"], answer["fence"], token, rank=rank, job=answer)
        try:
            self.executor.submit(order)
        except OSError as error:
            self.say(f"The run {order.run_id} goes back to the queue: {error.strerror}.")
            self.unplaced.append((order, f"{self.options.name}: {error.strerror}"))
            self.give_back()
            return False
        return True

    def give_back(self) -> None:
        """Put the runs that could not be placed back into the queue. Raises Away."""
        options = self.options
        while self.unplaced:
            order, why = self.unplaced[0]
            told = {"fence": order.fence, "rank": order.rank, "cause": "not_placed", "detail": why}
            api = StudioApi(options.url, options.workspace, order.token)
            # One that is refused goes on without this node, or is over.
            with suppress(Refused):
                api.ask("POST", f"runs/{in_path(order.run_id)}/attempt/finish", body=told)
            del self.unplaced[0]

    def look_for_trouble(self, executor: LocalExecutor) -> None:
        """Find out whether there is room for another run; say so when that changes."""
        before, self.trouble = self.trouble, executor.room.find_trouble()
        if self.trouble:
            self.say(f"The node {self.options.name} takes no runs: {self.trouble}.")
        elif before:
            self.say(f"The node {self.options.name} has room again and takes runs.")


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


def main() -> int:
    """Run a node; return the exit code."""
    return Node(read_options(sys.argv[1:])).run()


if __name__ == "__main__":
    sys.exit(main())
