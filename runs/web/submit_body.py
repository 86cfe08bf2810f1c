"""What the Submit page sends: the body of `POST /jobs`, with what is wrong told field by field."""

from collections.abc import Callable
from dataclasses import fields as fields_of
from typing import Any

import msgspec
from django.http import HttpRequest

from runs.artifacts.errors import UnknownSnapshot
from runs.artifacts.snapshots.models import Snapshot
from runs.artifacts.snapshots.queries import get_stored_snapshot
from runs.compute.clusters import check_seconds, get_cluster
from runs.compute.errors import ClusterRefuses, UnknownCluster
from runs.compute.models import Cluster, ClusterState
from runs.compute.submitting import (
    Work,
    check_command,
    check_priority,
    check_processes,
    check_retries,
    submit,
)
from runs.compute.sweep_plans import Argument, SweepPlan, list_choices
from runs.compute.sweeps import submit_sweep
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Experiment, Lifecycle, Run
from runs.tracking.services import get_or_create_experiment
from runs.tracking.texts import check_name
from runs.workspaces.models import Workspace

WORK_FIELDS = [field.name for field in fields_of(Work)]
REFUSALS = (InvalidValue, UnknownCluster, UnknownSnapshot, ClusterRefuses)


class ArgumentBody(msgspec.Struct, forbid_unknown_fields=True):
    """An argument that a sweep varies."""

    name: str = ""
    values: list[str] = []
    low: float | None = None
    high: float | None = None
    scale: str = "linear"


class SweepBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a sweep tries."""

    arguments: list[ArgumentBody]
    method: str = "grid"
    count: int | None = None
    seed: int = 0
    parallel: int | None = None

    @property
    def plan(self) -> SweepPlan:
        """The same as the room of computing takes it."""
        told = msgspec.structs.asdict(self)
        return SweepPlan(
            **told
            | {"arguments": [Argument(**msgspec.structs.asdict(one)) for one in self.arguments]}
        )


class JobBody(msgspec.Struct, forbid_unknown_fields=True):
    """A job as the page sends it; what is left out has its default."""

    command: list[str] = []
    experiment_name: str = ""
    cluster: str = ""
    script: str = ""
    snapshot: str = ""
    environment: dict[str, Any] = {}
    variables: dict[str, str] = {}
    priority: int = 0
    max_seconds: int | None = None
    retries: int = 0
    nodes: int = 1
    processes_per_node: int = 1
    communicator: str = ""
    options: dict[str, Any] = {}
    name: str = ""
    description: str = ""
    tags: dict[str, str] = {}
    sweep: SweepBody | None = None

    @property
    def work(self) -> Work:
        """What each run of it runs."""
        return Work(**{name: getattr(self, name) for name in WORK_FIELDS})


def read_job(request: HttpRequest) -> JobBody:
    """Return the job of a request. Raises InvalidValue."""
    try:
        return msgspec.json.decode(request.body, type=JobBody)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidValue(f"The body is no job: {error}.") from error


def find_refusals(workspace: Workspace, job: JobBody) -> dict[str, str]:
    """Return by field why a job cannot be submitted, empty where it can be."""
    checks: dict[str, Callable[[], object]] = {
        "command": lambda: _check_command(job),
        "snapshot": lambda: _snapshot_of(job),
        "arguments": lambda: job.sweep and list_choices(job.sweep.plan),
        "cluster": lambda: _cluster_of(workspace, job),
        "processes": lambda: check_processes(job.work),
        "experiment_name": lambda: _check_experiment(workspace, job.experiment_name),
        "max_seconds": lambda: check_seconds(job.max_seconds),
        "retries": lambda: check_retries(job.retries),
        "priority": lambda: check_priority(job.priority),
    }
    refused = {}
    for field, check in checks.items():
        try:
            check()
        except REFUSALS as error:
            refused[field] = str(error)
    return refused


def _check_command(job: JobBody) -> None:
    if not job.command:
        raise InvalidValue("Name the script to run, or give a command.")
    check_command(job.command)


def _snapshot_of(job: JobBody) -> Snapshot | None:
    return get_stored_snapshot(job.snapshot) if job.snapshot else None


def _check_experiment(workspace: Workspace, name: str) -> None:
    check_name(name, "name of the experiment")
    known = Experiment.objects.filter(workspace=workspace, name=name)
    if known.filter(lifecycle=Lifecycle.DELETED).exists():
        raise InvalidValue(f"The experiment {name!r} is deleted. Restore it, or take another name.")


def _cluster_of(workspace: Workspace, job: JobBody) -> Cluster:
    cluster = get_cluster(workspace, job.cluster)
    if cluster.state == ClusterState.DRAINING:
        raise ClusterRefuses(f"The cluster {cluster.name!r} is draining: it takes no new runs.")
    return cluster


def submit_job(workspace: Workspace, job: JobBody, **who: Any) -> Run:
    """Submit a job that nothing speaks against; return its run, of a sweep the parent."""
    about: dict[str, Any] = {
        "experiment": get_or_create_experiment(workspace=workspace, name=job.experiment_name),
        "cluster": get_cluster(workspace, job.cluster),
        "work": job.work,
        "snapshot": _snapshot_of(job),
        "name": job.name,
        "description": job.description,
        "tags": job.tags,
    }
    if job.sweep is not None:
        return submit_sweep(plan=job.sweep.plan, **about, **who)
    return submit(**about, **who)
