"""Disk use, counted: of the workspace, its experiments, its runs."""

from dataclasses import asdict

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer
from runs.api.inputs import PageQuery
from runs.api.schema import describe, page_of
from runs.artifacts.disk import usage_of_runs
from runs.housekeeping.disk_use import list_largest_runs, read_disk_use, read_experiment_use
from runs.http.cursors import read_cursor, write_cursor
from runs.tracking.models import Lifecycle
from runs.tracking.queries import get_experiment, get_run
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

USAGE = {"size_bytes": 1_048_576, "file_count": 12}
RUN_USAGE = {
    "run_id": "5f1c7d2e",
    "name": "baseline",
    "experiment": "digits",
    "lifecycle": "active",
    **USAGE,
}


class UsageOut(serializers.Serializer):
    """The room that files take."""

    size_bytes = serializers.IntegerField()
    file_count = serializers.IntegerField()


class ExperimentUsageOut(UsageOut):
    """The room that the files of an experiment take."""

    number = serializers.IntegerField()
    name = serializers.CharField()


class DiskOut(serializers.Serializer):
    """The room taken in this workspace, by experiment, the largest first. `own` is that of files
    which no run owns; `workspace` has it too. `studio` is all there is, told to who owns the
    studio."""

    workspace = UsageOut()
    own = UsageOut()
    studio = UsageOut(allow_null=True)
    experiments = ExperimentUsageOut(many=True)


class RunUsageOut(UsageOut):
    """The room that the files of a run take, and those of the models it has logged."""

    run_id = serializers.CharField(source="run.run_id")
    name = serializers.CharField(source="run.name")
    experiment = serializers.CharField(source="run.experiment.name")
    lifecycle = serializers.ChoiceField(Lifecycle.choices, source="run.lifecycle")


class Disk(Endpoint):
    """The room that everything takes."""

    @describe(
        "Read the disk use of the workspace",
        gives=DiskOut,
        shows={
            "workspace": USAGE,
            "own": {"size_bytes": 0, "file_count": 0},
            "studio": None,
            "experiments": [{"number": 3, "name": "digits", **USAGE}],
        },
    )
    @Access(Action.WORKSPACE_READ, ("GET",))
    def get(self, request: Request) -> Response:
        found = read_disk_use(
            workspace=self.workspace, with_studio=self.principal.is_owner_everywhere
        )
        return answer(DiskOut, asdict(found))


class LargestRuns(Endpoint):
    """Runs by the room that they take."""

    @describe(
        "List the runs that take the most room",
        query=PageQuery,
        gives=page_of(RunUsageOut),
        shows={"items": [RUN_USAGE], "next": None},
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request) -> Response:
        asked = self.read_query(PageQuery)
        after = read_cursor(asked["after"], int, int)
        found = list_largest_runs(workspace=self.workspace, after=after, limit=asked["limit"])
        items = RunUsageOut(found.rows, many=True).data
        return Response({"items": items, "next": write_cursor(found.next)})


class ExperimentDisk(Endpoint):
    """The room that an experiment takes."""

    @describe("Read the disk use of an experiment", gives=UsageOut, shows=USAGE)
    @Access(Action.EXPERIMENT_READ, ("GET",))
    def get(self, request: Request, number: int) -> Response:
        return answer(UsageOut, read_experiment_use(get_experiment(self.workspace, number)))


class RunDisk(Endpoint):
    """The room that a run takes."""

    @describe("Read the disk use of a run", gives=UsageOut, shows=USAGE)
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        run = get_run(self.workspace, run_id)
        return answer(UsageOut, usage_of_runs([run.id])[run.id])
