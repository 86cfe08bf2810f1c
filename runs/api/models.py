"""Registered models: versions of names for files of runs."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer, nothing
from runs.api.inputs import Flag, Input, Name, PageQuery, TagMap, Text
from runs.api.schema import describe, page_of
from runs.api.seen_texts import seen, take_seen
from runs.artifacts.registry import queries, services
from runs.http.cursors import read_key, write_key
from runs.tracking.queries import get_run
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

VERSION = {
    "name": "digits",
    "version": 3,
    "run_id": "9f86d081-884c-4d65-9a2f-eaa0c55ad015",
    "experiment": {"number": 3, "name": "digits"},
    "path": "outputs/model.pkl",
    "description": "",
    "tags": {"stage": "production"},
    "created_ms": 1_780_000_000_000,
}


class VersionQuery(PageQuery):
    """Which versions to list."""

    name = Text(default="", help_text="Only the versions of the model of this very name.")
    run_id = Text(default="", help_text="Only those that name files of this run.")
    latest = Flag(default=False, help_text="Only the latest version of each model.")


class NewVersion(Input):
    """What to register. The same `request_id` again makes no second version."""

    name = Name(max_length=200)
    path = Name(max_length=1024)
    description = Text(default="")
    tags = TagMap(default=dict)
    request_id = Text(default="", max_length=64)


class VersionChange(Input):
    """What may be changed; what is left out stays. `tags` replaces all tags."""

    description = Text(required=False)
    tags = TagMap(required=False)
    description_seen = seen("description")


class ModelExperimentOut(serializers.Serializer):
    """The experiment of the run."""

    number = serializers.IntegerField()
    name = serializers.CharField()


class ModelVersionOut(serializers.Serializer):
    """A version of a model: `path` is a file of the run, or a folder."""

    name = serializers.CharField(source="model.name")
    version = serializers.IntegerField()
    run_id = serializers.CharField(source="run.run_id")
    experiment = ModelExperimentOut(source="run.experiment")
    path = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    tags = TagMap()
    created_ms = serializers.IntegerField()


class Models(Endpoint):
    """The versions of all models."""

    @describe(
        "List versions of models, the newest first",
        query=VersionQuery,
        gives=page_of(ModelVersionOut),
        shows={"items": [VERSION], "next": None},
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request) -> Response:
        asked = self.read_query(VersionQuery)
        page = queries.list_versions(
            self.workspace,
            name=asked["name"],
            run_id=asked["run_id"],
            is_latest=asked["latest"],
            limit=asked["limit"],
            after=read_key(asked["after"], int),
        )
        items: list[dict[str, Any]] = ModelVersionOut(page.items, many=True).data
        return Response({"items": items, "next": write_key(page.after)})


class RunModels(Endpoint):
    """The models that name files of a run."""

    @describe(
        "Register a file or folder of a run as the next version of a model",
        body=NewVersion,
        sends={"name": "digits", "path": "outputs/model.pkl"},
        gives=ModelVersionOut,
        shows=VERSION,
        status=201,
    )
    @Access(Action.RUN_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        run = get_run(self.workspace, run_id)
        return answer(
            ModelVersionOut, services.register_model(run=run, **self.read_body(NewVersion)), 201
        )


class OneModelVersion(Endpoint):
    """A version of a model."""

    @describe("Read a version of a model", gives=ModelVersionOut, shows=VERSION)
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request, name: str, version: int) -> Response:
        return answer(ModelVersionOut, queries.get_version(self.workspace, name, version))

    @describe(
        "Change description or tags of a version of a model",
        body=VersionChange,
        sends={"tags": {"stage": "production"}},
        gives=ModelVersionOut,
        shows=VERSION,
    )
    @Access(Action.RUN_WRITE, ("PATCH",))
    def patch(self, request: Request, name: str, version: int) -> Response:
        found = queries.get_version(self.workspace, name, version)
        changes = self.read_body(VersionChange)
        changed = services.change_version(found, seen=take_seen(changes), **changes)
        return answer(ModelVersionOut, changed)

    @describe("Delete a version of a model; the files stay with their run", status=204)
    @Access(Action.RUN_WRITE, ("DELETE",))
    def delete(self, request: Request, name: str, version: int) -> Response:
        services.delete_version(queries.get_version(self.workspace, name, version))
        return nothing()
