"""Disk use, counted; and purging what is deleted, with the number shown beforehand."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer
from runs.api.inputs import Input, Name
from runs.api.schema import describe
from runs.artifacts.disk import usage_of_runs
from runs.artifacts.purging import preview_purge, purge_files
from runs.charts.bulk import get_runs
from runs.charts.disk_use import read_disk_use, read_experiment_use
from runs.tracking.models import Run
from runs.tracking.queries import get_experiment, get_run
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

USAGE = {"size_bytes": 1_048_576, "file_count": 12}


class UsageOut(serializers.Serializer):
    """The room that files take."""

    size_bytes = serializers.IntegerField()
    file_count = serializers.IntegerField()


class ExperimentUsageOut(UsageOut):
    """The room that the files of an experiment take."""

    number = serializers.IntegerField()
    name = serializers.CharField()


class DiskOut(serializers.Serializer):
    """The room taken in this workspace, by experiment, the largest first. `studio` is all there
    is, told to who owns the studio."""

    workspace = UsageOut()
    studio = UsageOut(allow_null=True)
    experiments = ExperimentUsageOut(many=True)


class RunsIn(Input):
    """Which deleted runs."""

    run_ids = serializers.ListField(child=Name(), min_length=1, max_length=100_000)


class Disk(Endpoint):
    """The room that everything takes."""

    @describe(
        "Read the disk use of the workspace",
        gives=DiskOut,
        shows={
            "workspace": USAGE,
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


class PurgePreview(Endpoint):
    """What a purge would free."""

    @describe(
        "Read what a purge of deleted runs would free",
        body=RunsIn,
        sends={"run_ids": ["5f1c7d2e"]},
        gives=UsageOut,
        shows=USAGE,
    )
    @Access(Action.RUN_PURGE, ("POST",))
    def post(self, request: Request) -> Response:
        return answer(UsageOut, preview_purge(chosen(self)))


class Purge(Endpoint):
    """Erasing files for good."""

    @describe(
        "Erase the files of deleted runs for good",
        body=RunsIn,
        sends={"run_ids": ["5f1c7d2e"]},
        gives=UsageOut,
        shows=USAGE,
    )
    @Access(Action.RUN_PURGE, ("POST",))
    def post(self, request: Request) -> Response:
        return answer(UsageOut, purge_files(runs=chosen(self)))


def chosen(view: Endpoint) -> list[Run]:
    run_ids: list[Any] = list(dict.fromkeys(view.read_body(RunsIn)["run_ids"]))
    return get_runs(workspace=view.workspace, run_ids=run_ids)
