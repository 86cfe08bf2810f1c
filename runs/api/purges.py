"""Erasing deleted runs for good, with the numbers shown beforehand."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer
from runs.api.inputs import Input, Name
from runs.api.schema import describe
from runs.housekeeping.purging.asking import start_purge
from runs.housekeeping.purging.previews import preview_purge
from runs.table.bulk import get_runs
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

FREED = {
    "runs": 1,
    "experiments": 0,
    "points": 20_000,
    "size_bytes": 1_048_576,
    "file_count": 12,
}


class RunsIn(Input):
    """Which deleted runs."""

    run_ids = serializers.ListField(child=Name(), min_length=1, max_length=100_000)


class ErasedOut(serializers.Serializer):
    """What goes: runs, deleted experiments left empty, metric points, files and their room."""

    runs = serializers.IntegerField()
    experiments = serializers.IntegerField()
    points = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    file_count = serializers.IntegerField()


class PurgeOut(ErasedOut):
    """The same; while `is_done` is false a worker still erases what nobody sees any more."""

    is_done = serializers.BooleanField()


class PurgePreview(Endpoint):
    """What a purge would erase."""

    @describe(
        "Read what a purge of deleted runs would erase",
        body=RunsIn,
        sends={"run_ids": ["5f1c7d2e"]},
        gives=ErasedOut,
        shows=FREED,
    )
    @Access(Action.RUN_PURGE, ("POST",))
    def post(self, request: Request) -> Response:
        found = preview_purge(workspace=self.workspace, run_pks=chosen(self))
        return answer(ErasedOut, asdict(found))


class Purges(Endpoint):
    """Erasing runs for good."""

    @describe(
        "Erase deleted runs for good",
        body=RunsIn,
        sends={"run_ids": ["5f1c7d2e"]},
        gives=PurgeOut,
        shows={**FREED, "is_done": True},
    )
    @Access(Action.RUN_PURGE, ("POST",))
    def post(self, request: Request) -> Response:
        purge = start_purge(
            workspace=self.workspace, run_pks=chosen(self), asked_by=self.principal.name
        )
        return answer(PurgeOut, {**purge.asked, "is_done": purge.ended_ms is not None})


def chosen(view: Endpoint) -> list[int]:
    run_ids: list[Any] = list(dict.fromkeys(view.read_body(RunsIn)["run_ids"]))
    return [run.pk for run in get_runs(workspace=view.workspace, run_ids=run_ids)]
