"""How the processes of an attempt are started: their commands and variables."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.sdk.supervisor import mpi_rank
from studio.sdk.supervisor.client import make_client
from studio.sdk.supervisor.containers import Container, plan_container
from studio.sdk.supervisor.environments import CannotPrepare, Runtime
from studio.sdk.supervisor.gathering import Meeting
from studio.sdk.supervisor.hidden_variables import is_secret
from studio.sdk.supervisor.job import Job
from studio.sdk.supervisor.log_names import LogNames


@dataclass(frozen=True)
class Launch:
    """A process to start: what it prints goes to the log at `log`. `ranks` are the processes of the
    run that it stands for: one, or with mpirun all of this node."""

    command: list[str]
    variables: dict[str, str]
    log: str
    ranks: range
    container: Container | None = None


def plan(
    job: Job, meeting: Meeting, runtime: Runtime, own: dict[str, str], folders: tuple[Path, Path]
) -> list[Launch]:
    """Return the processes of this node. `folders` are the working folder and that of the logs.

    Raises CannotPrepare where mpirun is asked for and not there.
    """
    work = folders[0]
    base = variables_of(work, job.variables, own)
    told = {**job.variables, **own, "PYTHONUNBUFFERED": "1"}
    if runtime.image:
        # The paths of this machine mean nothing in a container, but for those that it shares.
        paths = [job.variables.get("PYTHONPATH", ""), str(make_client(work.parent))]
        told["PYTHONPATH"] = base["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    names = LogNames(job)
    if job.communicator == "mpi":
        return [_mpi_launch(job, meeting, runtime, base, folders[1])]
    launches = []
    for rank in job.ranks:
        ranks = rank_variables(job, meeting, rank)
        container, command = None, runtime.command_for(job.command)
        if runtime.image:
            container = plan_container(job, rank, runtime.image, work, [*told, *ranks])
            command = container.start_command
        log = names.driver(rank)
        launches.append(Launch(command, base | ranks, log, range(rank, rank + 1), container))
    return launches


def make_containers(launches: list[Launch], is_over: Callable[[], bool]) -> bool:
    """Make the containers of launches; return whether these can start. Else no container is left.

    Raises CannotPrepare, OSError where Docker is not there.
    """
    is_made = False
    try:
        for launch in launches:
            if launch.container is not None and not is_over():
                launch.container.make(launch.variables, is_over)
        is_made = not is_over()
    finally:
        if not is_made:
            remove_containers(launches)
    return is_made


def remove_containers(launches: list[Launch]) -> None:
    """Remove the containers of launches: they are no children of the supervisor, and outlive the
    client that started them."""
    for launch in launches:
        if launch.container is not None:
            launch.container.remove()


def rank_variables(job: Job, meeting: Meeting, rank: int) -> dict[str, str]:
    """Return what tells a process which of them it is, in torch's words."""
    count = job.processes_per_node
    return {
        "RANK": str(rank),
        "LOCAL_RANK": str(rank % count),
        "WORLD_SIZE": str(job.nodes * count),
        "LOCAL_WORLD_SIZE": str(count),
        "NODE_RANK": str(job.node_rank),
        "MASTER_ADDR": meeting.address,
        "MASTER_PORT": str(meeting.port),
    }


def _mpi_launch(
    job: Job, meeting: Meeting, runtime: Runtime, base: dict[str, str], logs: Path
) -> Launch:
    program = shutil.which("mpirun")
    if program is None:
        raise CannotPrepare(
            "environment_failed",
            "mpirun is not installed on this node; install an MPI such as Open MPI, or take the "
            "communicator torch",
        )
    if job.nodes > 1 or runtime.image:
        where = "on several nodes" if job.nodes > 1 else "in a container"
        raise CannotPrepare("environment_failed", f"this node cannot start MPI {where}")
    count = job.processes_per_node
    variables = base | {
        "MASTER_ADDR": meeting.address,
        "MASTER_PORT": str(meeting.port),
        # Open MPI refuses root, and more processes than cores, unless told otherwise.
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        mpi_rank.LOGS: str(logs),
        mpi_rank.COUNT: str(count),
    }
    inner = runtime.command_for(job.command)
    command = [program, "-n", str(count), sys.executable, mpi_rank.__file__, *inner]
    return Launch(command, variables, LogNames(job).mpi, range(count))


def own_variables(job: Job, token: str) -> dict[str, str]:
    """Return what tells a script, with our client or MLflow's, which run it is."""
    own = {
        "STUDIO_URL": job.url,
        "STUDIO_WORKSPACE": job.workspace,
        "STUDIO_RUN_ID": job.run_id,
        "MLFLOW_TRACKING_URI": f"{job.url.rstrip('/')}/w/{job.workspace}",
        "MLFLOW_RUN_ID": job.run_id,
    }
    return own | ({"STUDIO_RUN_TOKEN": token, "MLFLOW_TRACKING_TOKEN": token} if token else {})


def variables_of(folder: Path, variables: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    """Return the environment of a process: this node's without secrets, the run's own, what the
    studio says, and behind all other paths the client."""
    kept = {name: value for name, value in os.environ.items() if not is_secret(name)}
    made = {**kept, "PYTHONUNBUFFERED": "1", **variables, **own, "PWD": str(folder)}
    paths = [made.get("PYTHONPATH", ""), str(make_client(folder.parent))]
    return made | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
