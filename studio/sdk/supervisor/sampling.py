"""System metrics of a run: what its machine does meanwhile, for its page Monitoring."""

import threading
import time
from pathlib import Path

from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.log_names import LogNames
from studio.sdk.supervisor.machine import Machine
from studio.sdk.supervisor.studio_api import Away, Refused, StudioApi, in_path

FIRST_S, EVERY_S = 1.75, 10.0
MOST_WAITING = 360


class Sampler:
    """A thread that samples after 2 s and then every 10 s. While the studio is away samples wait,
    an hour of them at most."""

    def __init__(self, api: StudioApi, job: Job, folder: Path) -> None:
        self.api = api
        self.address = f"runs/{in_path(job.run_id)}/metrics"
        self.prefix = f"system/{LogNames(job).node}/" if job.nodes > 1 else "system/"
        self.batch = f"system-{job.fence}-{job.node_rank}"
        self.folder = folder
        self.waiting: list[dict] = []
        self.taken = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, name="samples", daemon=True)

    def start(self) -> None:
        """Begin to sample."""
        self.thread.start()

    def stop(self) -> None:
        """Sample no more."""
        self.stopped.set()

    def _work(self) -> None:
        machine, pause_s = Machine(self.folder), FIRST_S
        while not self.stopped.wait(pause_s):
            pause_s = EVERY_S
            self._take(machine)
            try:
                while self.waiting:
                    self.api.ask("POST", self.address, body=self.waiting[0])
                    self.waiting.pop(0)
            except Away:
                continue
            except Refused:
                return

    def _take(self, machine: Machine) -> None:
        self.taken += 1
        ms = int(time.time() * 1000)
        values = [
            {"kind": "scalar", "name": self.prefix + name, "value": value, "ms": ms}
            for name, value in machine.sample().items()
        ]
        self.waiting.append({"id": f"{self.batch}-{self.taken}", "metrics": values})
        del self.waiting[:-MOST_WAITING]
