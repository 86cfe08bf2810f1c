"""Jobs: submit a run to a cluster, see its place, move, cancel, run again."""

from functools import partial
from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.compute_shapes import (
    JOB,
    WORK,
    JobChange,
    JobOut,
    NewJob,
)
from runs.api.endpoint import Endpoint, answer, nothing
from runs.api.files import bytes_of
from runs.api.node_shapes import (
    Beat,
    BeatOut,
    ClaimedOut,
    Finish,
    Gather,
    GatheredOut,
    PlacedClaim,
)
from runs.api.nodes import facts_of_claim
from runs.api.run_shapes import EXAMPLE, RunOut
from runs.api.runs import who
from runs.api.schema import describe
from runs.api.snapshots import SNAPSHOT, SnapshotOut
from runs.artifacts.snapshots.models import Snapshot
from runs.artifacts.snapshots.queries import get_snapshot, get_stored_snapshot
from runs.artifacts.snapshots.services import store_snapshot
from runs.compute.attempts import beat, cancel, finish
from runs.compute.clusters import get_cluster
from runs.compute.gangs import gather
from runs.compute.moving import move_job
from runs.compute.placing import begin, check_attempt_scope
from runs.compute.queues import describe_job
from runs.compute.reasons import Cause
from runs.compute.submitting import Work, get_job, submit
from runs.compute.sweep_plans import Argument, SweepPlan
from runs.compute.sweeping import sweep_if_due
from runs.compute.sweeps import run_again, submit_sweep
from runs.details.run_documents import read_records
from runs.http.bodies import declared_bytes, read_chunks
from runs.tracking.queries import get_experiment, get_experiment_by_name, get_run
from runs.tracking.services import get_or_create_experiment
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

QUEUED_RUN = EXAMPLE | {"status": "Queued", "target": "local", "kind": "script", "started_ms": None}
WORK_FIELDS = (
    "command", "environment", "variables", "script", "priority", "max_seconds", "retries",
    "nodes", "processes_per_node", "communicator", "options",
)  # fmt: skip


class Snapshots(Endpoint):
    """Snapshots that wait for a run."""

    @describe(
        "Keep a folder, sent as a zip of at most 2000 files and 300 MB, for a run that is submitted"
        " within a day",
        body=dict.fromkeys(("application/zip", "application/octet-stream"), OpenApiTypes.BINARY),
        gives=SnapshotOut,
        shows=SNAPSHOT,
    )
    @Access(Action.RUN_SUBMIT, ("PUT",), None)
    def put(self, request: Request) -> Response:
        stored = store_snapshot(chunks=read_chunks(request), size_bytes=declared_bytes(request))
        return answer(SnapshotOut, stored)


class Jobs(Endpoint):
    """Submitting."""

    @describe(
        "Submit a run to a cluster: it waits there for a node. With `sweep`, submit a child for "
        "each choice of arguments; the answer is their parent", body=NewJob, sends=WORK,
        gives=RunOut, shows=QUEUED_RUN, status=201,
    )  # fmt: skip
    @Access(Action.RUN_SUBMIT, ("POST",))
    def post(self, request: Request) -> Response:
        fields = self.read_body(NewJob)
        work = Work(**{name: fields.pop(name) for name in WORK_FIELDS if name in fields})
        named = ("run_id", "name", "description", "tags")
        facts: dict[str, Any] = {name: fields[name] for name in named if name in fields}
        if "parent" in fields:
            facts["parent"] = get_run(self.workspace, fields["parent"])
        put = partial(submit_sweep, plan=plan_of(fields["sweep"])) if "sweep" in fields else submit
        made = put(
            experiment=self.experiment_of(fields),
            cluster=get_cluster(self.workspace, fields["cluster"]),
            work=work,
            snapshot=self.snapshot_of(fields),
            **who(self),
            **facts,
        )
        return answer(RunOut, read_records([made.id])[0], 201)

    def experiment_of(self, fields: dict[str, Any]) -> Any:
        """Return the experiment, made where it is named and not there. Raises ValidationError."""
        number, name = fields.get("experiment"), fields.get("experiment_name")
        if (number is None) == (name is None):
            raise serializers.ValidationError(
                {"experiment": ["Give either experiment (a number) or experiment_name."]}
            )
        if name is None:
            return get_experiment(self.workspace, number)
        if self.principal.scope is not None:
            return get_experiment_by_name(self.workspace, name)
        return get_or_create_experiment(workspace=self.workspace, name=name)

    def snapshot_of(self, fields: dict[str, Any]) -> Snapshot | None:
        """Return the snapshot that is named, None where none is. Raises UnknownSnapshot."""
        if "snapshot" in fields:
            return get_stored_snapshot(fields["snapshot"])
        if "snapshot_of" in fields:
            return get_snapshot(get_run(self.workspace, fields["snapshot_of"]))
        return None


def plan_of(told: dict[str, Any]) -> SweepPlan:
    """Return what a sweep tries."""
    return SweepPlan(**{**told, "arguments": [Argument(**one) for one in told["arguments"]]})


class RunJob(Endpoint):
    """The job of a run."""

    @describe("Read what a run runs, its place and its attempts", gives=JobOut, shows=JOB)
    @Access(Action.CLUSTER_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        return answer(JobOut, describe_job(get_job(get_run(self.workspace, run_id))))

    @describe(
        "Move a waiting run: another place, priority or cluster", body=JobChange,
        sends={"to": "top"}, gives=JobOut, shows=JOB | {"place": 1},
    )  # fmt: skip
    @Access(Action.RUN_SUBMIT, ("PATCH",))
    def patch(self, request: Request, run_id: str) -> Response:
        job, change = get_job(get_run(self.workspace, run_id)), self.read_body(JobChange)
        if "cluster" in change:
            change["cluster"] = get_cluster(self.workspace, change["cluster"])
        return answer(JobOut, describe_job(move_job(job=job, **change)))


class CancelRun(Endpoint):
    """Ending a run."""

    @describe(
        "Cancel a run: one that waits never starts, one that runs is ended with its whole tree",
        gives=RunOut, shows=EXAMPLE | {"status": "CancelRequested"},
    )  # fmt: skip
    @Access(Action.RUN_CANCEL, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        run = get_run(self.workspace, run_id)
        cancel(run=run, by=self.principal.name)
        return answer(RunOut, read_records([run.id])[0])


class RerunRun(Endpoint):
    """Running the same once more."""

    @describe(
        "Submit the job of a run, or a whole sweep, once more as a new run", gives=RunOut,
        shows=QUEUED_RUN, status=201,
    )  # fmt: skip
    @Access(Action.RUN_SUBMIT, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        made = run_again(run=get_run(self.workspace, run_id), **who(self))
        return answer(RunOut, read_records([made.id])[0], 201)


class AttemptBeat(Endpoint):
    """Signs of life."""

    @describe(
        "Prolong the lease of an attempt, tell how far it is, hear whether to cancel",
        body=Beat, sends={"fence": 1, "status": "Running"}, gives=BeatOut,
        shows={"cancel": False, "by": "", "lease_ms": 45000}, also=(410,),
    )  # fmt: skip
    @Access(Action.ATTEMPT_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        told = self.read_body(Beat)
        heard = beat(run=get_run(self.workspace, run_id), **told)
        sweep_if_due()
        return answer(BeatOut, heard)


class AttemptClaim(Endpoint):
    """How an attempt begins that another scheduler has started."""

    @describe(
        "Begin a placed attempt, or this machine's part of it", body=PlacedClaim,
        sends={"fence": 1, "rank": 0, "host": "gpu-03"}, gives=ClaimedOut, also=(410,),
    )  # fmt: skip
    @Access(Action.ATTEMPT_CLAIM, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        told, run = self.read_body(PlacedClaim), get_run(self.workspace, run_id)
        check_attempt_scope(run, told["fence"], self.principal.scope)
        attempt = begin(run=run, **told)
        return answer(ClaimedOut, facts_of_claim(attempt, told["rank"]))


class AttemptGather(Endpoint):
    """Meeting of several nodes."""

    @describe(
        "Tell that one of several nodes is prepared, and hear whether all are", body=Gather,
        sends={"fence": 1, "rank": 0, "address": "10.0.0.7", "port": 29500}, gives=GatheredOut,
        shows={
            "is_complete": False, "master_address": "10.0.0.7", "master_port": 29500,
            "parts": [
                {"rank": 0, "node_name": "worker-7", "address": "10.0.0.7"},
                {"rank": 1, "node_name": "worker-8", "address": ""},
            ],
        },
        also=(410,),
    )  # fmt: skip
    @Access(Action.ATTEMPT_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        told = self.read_body(Gather)
        return answer(GatheredOut, gather(run=get_run(self.workspace, run_id), **told))


class AttemptFinish(Endpoint):
    """Ends."""

    @describe(
        "Tell how an attempt ended, and store what is left of its logs and files", body=Finish,
        sends={"fence": 1, "cause": "exit", "exit_code": 1}, status=204, also=(410,),
    )  # fmt: skip
    @Access(Action.ATTEMPT_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        told = self.read_body(Finish)
        told["cause"] = Cause(told["cause"])
        told |= {name: bytes_of(told[name]) for name in ("logs", "files")}
        finish(run=get_run(self.workspace, run_id), **told)
        return nothing()
