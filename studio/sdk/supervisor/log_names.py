"""The paths of the logs of an attempt, by Azure ML's names."""

import re
from dataclasses import dataclass
from functools import cached_property

from studio.sdk.supervisor.job import Job

FOLDER = "azureml-logs"
TOOLS = "logs/azureml"
BUILD_LOG = f"{FOLDER}/20_image_build_log.txt"
MPI_LOG = f"{FOLDER}/70_mpi_log.txt"
DRIVER_LOG = "70_driver_log{}.txt"
UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True)
class LogNames:
    """The names of one node's logs. With several nodes each has names of its own, and `overall` is
    the folder for the whole."""

    job: Job

    @cached_property
    def node(self) -> str:
        """The node in the name of a log; with several nodes also its rank, as two may be named
        alike."""
        name = UNFIT.sub("_", self.job.node).strip(".") or "node"
        return f"{name}-{self.job.node_rank}" if self.job.nodes > 1 else name

    def _of_node(self, folder: str, name: str) -> str:
        return f"{folder}/{self.node}/{name}" if self.job.nodes > 1 else f"{folder}/{name}"

    @property
    def execution(self) -> str:
        return f"{FOLDER}/55_azureml-execution-{self.node}.txt"

    @property
    def preparation(self) -> tuple[str, str]:
        return f"{FOLDER}/65_job_prep-{self.node}.txt", self._sidecar("prep_cmd")

    @property
    def release(self) -> tuple[str, str]:
        return f"{FOLDER}/75_job_post-{self.node}.txt", self._sidecar("release_cmd")

    @property
    def services(self) -> str:
        return self._sidecar("start_cms")

    def _sidecar(self, name: str) -> str:
        return f"{TOOLS}/sidecar/{self.node}/{name}.txt"

    def requests(self, phase: str) -> str:
        """Return the log of the requests to the studio in a phase of the attempt."""
        return self._of_node(TOOLS, REQUESTS[phase])

    @property
    def process_info(self) -> str:
        return self._of_node(FOLDER, "process_info.json")

    @property
    def process_status(self) -> str:
        return self._of_node(FOLDER, "process_status.json")

    @property
    def build(self) -> str:
        return self._of_node(FOLDER, "20_image_build_log.txt")

    @property
    def mpi(self) -> str:
        return MPI_LOG

    @property
    def overall(self) -> str:
        return f"{FOLDER}/overall/execution.txt"

    @property
    def overall_info(self) -> str:
        return f"{FOLDER}/overall/process_info.json"

    @property
    def notes(self) -> list[str]:
        """Return the logs that get lines of the supervisor."""
        requests = [self.requests(phase) for phase in REQUESTS]
        own = (self.execution, self.services, self.overall)
        return [*own, *self.preparation, *self.release, *requests]

    def driver(self, rank: int) -> str:
        """Return the log of what a process prints."""
        is_alone = self.job.nodes * self.job.processes_per_node == 1
        return f"{FOLDER}/{DRIVER_LOG.format('' if is_alone else f'_{rank}')}"


REQUESTS = {
    "prepare": "job_prep_azureml.log",
    "run": "110_azureml.log",
    "release": "job_release_azureml.log",
}
