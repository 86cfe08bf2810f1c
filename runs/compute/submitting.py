"""Putting a run into the queue of a cluster."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max

from runs.artifacts.snapshots.models import RunSnapshot, Snapshot
from runs.compute.bell import ring
from runs.compute.clusters import check_seconds
from runs.compute.errors import ClusterRefuses, UnknownJob
from runs.compute.models import Cluster, ClusterState, Communicator, Job, JobState
from runs.compute.queries import find_job, retries_of
from runs.compute.slurm_options import check_options
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Experiment, Run, RunKind
from runs.tracking.runs import create_run
from runs.tracking.statuses import Status
from runs.tracking.texts import check_int64, check_json, check_text

MOST_ARGUMENTS = 1000
MOST_RETRIES = 100
MOST_NODES, MOST_PROCESSES = 1000, 512
PRIORITY_LIMIT = 1000


@dataclass(frozen=True)
class Work:
    """What a job runs.

    `command` is the program with its arguments, each a text of its own: no shell reads it. The word
    `python` at its start is the interpreter of the environment. `variables` are added to the
    environment of the process. On each of `nodes` run `processes_per_node` processes. `options` are
    for the kind of the cluster.
    """

    command: Sequence[str]
    environment: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    script: str = ""
    priority: int = 0
    max_seconds: int | None = None
    retries: int = 0
    nodes: int = 1
    processes_per_node: int = 1
    communicator: str = ""
    options: dict[str, Any] = field(default_factory=dict)


def submit(
    *,
    experiment: Experiment,
    cluster: Cluster,
    work: Work,
    snapshot: Snapshot | None = None,
    **facts: Any,
) -> Run:
    """Make a run that waits for a node of `cluster`: run, snapshot and job in one transaction.

    `facts` go to `create_run`. Raises ClusterRefuses, InvalidValue, NotActive, NameTaken.
    """
    if cluster.state == ClusterState.DRAINING:
        raise ClusterRefuses(f"The cluster {cluster.name!r} is draining: it takes no new runs.")
    facts = {"kind": RunKind.SCRIPT, "source": {"command": list(work.command)}} | facts
    with transaction.atomic():
        run = create_run(experiment=experiment, status=Status.QUEUED, target=cluster.name, **facts)
        if snapshot is not None:
            RunSnapshot.objects.create(run=run, snapshot=snapshot, created_ms=now_ms())
        enqueue(run, cluster, work)
    return run


def rerun(*, run: Run, **facts: Any) -> Run:
    """Submit the job of a run once more, as a new run with the same snapshot, tags and parent.

    Raises UnknownJob, and what `submit` raises.
    """
    job = get_job(run)
    held = Snapshot.objects.filter(runs__run=run).first()
    tags = dict(run.tags.values_list("key", "value"))
    same = {"name": run.name, "description": run.description, "tags": tags, "parent": run.parent}
    return submit(
        experiment=run.experiment,
        cluster=job.cluster,
        work=work_of(job),
        snapshot=held,
        **same | facts,
    )


def work_of(job: Job) -> Work:
    """Return what a job runs, to submit it once more."""
    return Work(
        command=job.command,
        environment=job.environment,
        variables=job.variables,
        script=job.script,
        priority=job.priority,
        max_seconds=job.max_seconds,
        retries=retries_of(job),
        nodes=job.nodes,
        processes_per_node=job.processes_per_node,
        communicator=job.communicator,
        options=job.options,
    )


def enqueue(run: Run, cluster: Cluster, work: Work) -> Job:
    """Enter the job of a new run at the end of the queue, and ring when that is committed."""
    now = now_ms()
    job = Job.objects.create(
        run=run,
        cluster=cluster,
        command=check_command(work.command),
        environment=check_json(work.environment, "environment"),
        variables=check_variables(work.variables),
        script=check_text(work.script, "script", 1024),
        priority=check_priority(work.priority),
        rank=_last_rank(cluster, now),
        max_seconds=check_seconds(work.max_seconds),
        retries_left=check_retries(work.retries),
        **check_processes(work),
        options=check_options(cluster.kind, work.options),
        queued_ms=now,
    )
    transaction.on_commit(lambda: ring(cluster))
    return job


def get_job(run: Run) -> Job:
    """Return the job of a run. Raises UnknownJob. One query."""
    found = find_job(run)
    if found is None:
        raise UnknownJob(f"The run {run.run_id} was not submitted to a cluster.")
    return found


def _last_rank(cluster: Cluster, now: int) -> int:
    """Return a rank behind all that wait, with room between neighbours."""
    waiting = Job.objects.filter(cluster=cluster, state=JobState.QUEUED)
    last = waiting.aggregate(most=Max("rank"))["most"] or 0
    return max(now * 1000, last + 1000)


def check_command(command: Sequence[str]) -> list[str]:
    """Return the command as a list of texts. Raises InvalidValue."""
    if isinstance(command, str) or not 1 <= len(command) <= MOST_ARGUMENTS:
        raise InvalidValue(f"A command is a list of 1 to {MOST_ARGUMENTS} texts.")
    return [check_text(part, "command") for part in command]


def check_variables(variables: dict[str, str]) -> dict[str, str]:
    """Return variables for the process. Raises InvalidValue."""
    for name, value in variables.items():
        if not name or "=" in name or not isinstance(value, str):
            raise InvalidValue(f"{name!r} is no variable: a name without '=' and a text.")
    return check_json(variables, "variables")


def check_priority(priority: int) -> int:
    """Return the priority. Raises InvalidValue."""
    if abs(check_int64(priority, "priority")) > PRIORITY_LIMIT:
        raise InvalidValue(f"A priority is between -{PRIORITY_LIMIT} and {PRIORITY_LIMIT}.")
    return priority


def check_retries(retries: int) -> int:
    """Return how often to try again. Raises InvalidValue."""
    if not 0 <= check_int64(retries, "number of retries") <= MOST_RETRIES:
        raise InvalidValue(f"The number of retries is between 0 and {MOST_RETRIES}.")
    return retries


def check_processes(work: Work) -> dict[str, Any]:
    """Return how many nodes and processes a job takes. Raises InvalidValue."""
    if not 1 <= check_int64(work.nodes, "number of nodes") <= MOST_NODES:
        raise InvalidValue(f"A run takes 1 to {MOST_NODES} nodes.")
    if not 1 <= check_int64(work.processes_per_node, "processes per node") <= MOST_PROCESSES:
        raise InvalidValue(f"A run takes 1 to {MOST_PROCESSES} processes on each node.")
    if work.communicator not in ("", *Communicator):
        raise InvalidValue('The communicator is "", "torch" or "mpi".')
    if work.communicator == Communicator.MPI and work.nodes > 1:
        raise InvalidValue(
            "MPI starts processes on one node. Take one node, or the communicator torch."
        )
    return {
        "nodes": work.nodes,
        "processes_per_node": work.processes_per_node,
        "communicator": work.communicator,
    }
