"""What every server of the benchmark can do: start empty, say where it is, end."""

import os
import shutil
import socket
import sqlite3
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from tests.bench.seeds.population import RunSeed
from tests.bench.servers import processes
from tests.bench.wire import Connection, ConnectionEnded, Endpoint

START_WAIT_S = 120.0
DATABASES = {".db", ".sqlite3"}
SETTLE_S, LOOK_S, IDLE_SHARE = 30.0, 0.5, 0.1


class DidNotStart(Exception):
    """A server gave no sign of life in time; the message has the end of its log."""


class Server(ABC):
    """A server with a data folder of its own. `executable` may be a name found on PATH."""

    name: str

    def __init__(self, folder: Path, executable: str) -> None:
        self.folder = folder
        self.executable = executable
        self.data = folder / "data"
        self.port = 0
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @abstractmethod
    def command(self) -> list[str]:
        """The command line that serves `self.data` on `self.port`."""

    @abstractmethod
    def fill(self, experiment_id: str, seeds: Iterator[RunSeed]) -> list[str] | None:
        """Put runs straight into the store and return their ids; None: only by the protocol."""

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def start(self) -> float:
        """Start on what the data folder holds; return the seconds until it answers."""
        self.port = free_port()
        log = (self.folder / "log").open("ab")
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            env=self.environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        while not self._answers():
            if self.process.poll() is not None or time.perf_counter() - begun > START_WAIT_S:
                raise DidNotStart(f"{self.name}: {(self.folder / 'log').read_text()[-1500:]}")
            time.sleep(0.01)
        return time.perf_counter() - begun

    def stop(self) -> None:
        if self.process:
            processes.end_tree(self.process.pid)
            self.process.wait()
            self.process = None

    def hold(self) -> None:
        """Take no processor time until `go_on`."""
        if self.process:
            processes.hold(self.process.pid)

    def go_on(self) -> None:
        if self.process:
            processes.go_on(self.process.pid)

    def start_afresh(self) -> float:
        """Throw the data away and start anew; return the seconds until it answers."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.data.mkdir(parents=True)
        return self.start()

    def start_empty(self) -> None:
        """The same, and let the start come to rest."""
        self.start_afresh()
        self.settle()

    def settle(self) -> None:
        """Wait until the server, having answered, is done with its start."""
        assert self.process
        deadline = time.perf_counter() + SETTLE_S
        while time.perf_counter() < deadline:
            used = self.cpu_seconds()
            time.sleep(LOOK_S)
            if self.cpu_seconds() - used < IDLE_SHARE * LOOK_S:
                return

    def memory(self) -> processes.Memory:
        assert self.process
        return processes.memory(self.process.pid)

    def cpu_seconds(self) -> float:
        assert self.process
        return processes.cpu_seconds(self.process.pid)

    def data_bytes(self) -> int:
        """What the data folder of a stopped server takes on disk, its databases checkpointed."""
        for path in self.data.rglob("*"):
            if path.suffix in DATABASES:
                database = sqlite3.connect(path)
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                database.close()
        return sum(path.stat().st_size for path in self.data.rglob("*") if path.is_file())

    def _answers(self) -> bool:
        endpoint = Endpoint("127.0.0.1", self.port)
        try:
            connection = Connection(endpoint)
            status, _ = connection.exchange(endpoint.get("/health"))
            connection.close()
        except (OSError, ConnectionEnded):
            return False
        return status == 200


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
