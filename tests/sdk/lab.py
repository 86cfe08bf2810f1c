"""What a test does with a live studio and its nodes: submit, wait, read, start nodes."""

import io
import os
import signal
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import psutil

from runs.tracking.models import Run
from runs.tracking.statuses import FINAL_STATUSES
from studio.sdk.supervisor.studio_api import StudioApi
from tests.factories import default_workspace
from tests.forks import Fork
from tests.up.processes import has_word
from tests.waiting import LONGEST_WAIT_S, wait_for

BASE_DIR = Path(__file__).resolve().parents[2]
# The lines of a script in which it waits until the file of its variable GATE is there.
WAIT_AT_GATE = """
import os, time
while not os.path.exists(os.environ["GATE"]): time.sleep(0.02)
"""

PROGRAM = "import sys; from studio.sdk.node import main; sys.exit(main())"


class Studio:
    """What a test does with a studio: submit, wait, read."""

    def __init__(self, url: str, kind: str = "nodes") -> None:
        self.url = url
        self.api = StudioApi(url, "default", timeout_s=LONGEST_WAIT_S)
        self.api.ask(
            "POST", "clusters", body={"name": "lab", "kind": kind}, patience_s=LONGEST_WAIT_S
        )

    def submit(self, script: str = "", **fields: Any) -> str:
        """Submit a script as `train.py`, or a command; return the run_id."""
        if script:
            fields["snapshot"] = self.store({"train.py": script})
            fields.setdefault("command", ["python", "train.py"])
        body = {"experiment_name": "digits", "cluster": "lab", **fields}
        return self.api.ask("POST", "jobs", body=body)["run_id"]

    def store(self, files: dict[str, str]) -> str:
        """Store a snapshot; return its sha256."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return self.api.ask("PUT", "snapshots", body=buffer.getvalue())["sha256"]

    def run(self, run_id: str) -> dict[str, Any]:
        return self.api.ask("GET", f"runs/{run_id}", patience_s=LONGEST_WAIT_S)

    def log(self, run_id: str, path: str = "azureml-logs/70_driver_log.txt") -> str:
        found = self.api.ask("GET", f"runs/{run_id}/logs/tail", query={"path": path})
        return found.decode()

    def wait(self, run_id: str, *statuses: str) -> dict[str, Any]:
        """Wait until a run has one of the statuses, by default a final one. Its row is read
        meanwhile: a request takes far longer."""
        wanted = statuses or FINAL_STATUSES
        deadline = time.monotonic() + LONGEST_WAIT_S
        while True:
            row = run_row(run_id)
            if row.status in wanted and (run := self.run(run_id))["status"] in wanted:
                return run
            may_come = row.status in wanted or row.status not in FINAL_STATUSES
            assert may_come and time.monotonic() < deadline, (row.status, row.status_reason)
            time.sleep(0.05)

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait until something is so."""
        wait_for(is_so, "it to be so", every_s=0.1)


class Nodes:
    """Nodes of the cluster `lab` as processes of their own, each with a folder below `folder`."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.started: list[Fork] = []

    def start(
        self, name: str = "n1", slots: int = 2, cluster: str = "lab", url: str = "",
        stderr: IO[str] | None = None, look_every: float = 0.5, before: str = "",
        **variables: str,
    ) -> Fork:  # fmt: skip
        """Start a node, at another address of the studio where `url` is one. It looks for work
        every `look_every` seconds; `variables` are added to its environment. `before` is a text in
        Python for its process."""
        program = ["-c", before + PROGRAM] if before else ["-m", "studio.sdk.node"]
        command = [sys.executable, *program, "--url", url or self.url, "--cluster"]
        command += [
            cluster,
            "--name",
            name,
            "--slots",
            str(slots),
            "--folder",
            str(self.folder / name),
            "--look-every",
            str(look_every),
        ]
        environment = {**os.environ, "PYTHONPATH": str(BASE_DIR), **variables}
        node = Fork(command, env=environment, start_new_session=True, stderr=stderr)
        self.started.append(node)
        return node

    def processes(self, name: str) -> list[psutil.Process]:
        """Return all that belongs to a node, also where it was orphaned: node, supervisors, users'
        processes. All have the folder of the node in command line or working folder."""
        word = str(self.folder / name)
        return [one for one in psutil.process_iter() if has_word(one, word)]

    def end(self) -> None:
        """End all nodes and what they have left."""
        for node in self.started:
            node.send_signal(signal.SIGCONT)
            node.terminate()
        for node in self.started:
            node.wait(LONGEST_WAIT_S)


def run_row(run_id: str) -> Run:
    """Return the row of a run."""
    return Run.objects.get(workspace=default_workspace(), run_id=run_id)
