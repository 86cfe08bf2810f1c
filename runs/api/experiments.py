"""Experiments: list, make, change, tag, archive, delete."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer, nothing
from runs.api.inputs import Input, Name, PageQuery, Text, TextMap
from runs.api.schema import describe, page_of
from runs.api.seen_texts import seen, take_seen
from runs.http.cursors import read_cursor, write_cursor
from runs.tracking import services
from runs.tracking.experiment_search import (
    NAME_ORDER,
    Condition,
    ExperimentPage,
    Sort,
    kinds_of,
    search_experiments,
)
from runs.tracking.filters import Operator
from runs.tracking.models import Experiment, ExperimentTag, Lifecycle
from runs.tracking.people_texts import update_experiment_as_seen
from runs.tracking.queries import get_experiment
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

SORTS = {
    "number": "number",
    "name": NAME_ORDER,
    "created": "created_ms",
    "updated": "updated_ms",
}
EXAMPLE = {
    "number": 3,
    "name": "digits",
    "description": "",
    "lifecycle": "active",
    "artifact_location": "",
    "tags": {"team": "vision"},
    "created_ms": 1_780_000_000_000,
    "updated_ms": 1_780_000_000_000,
}


class ExperimentOut(serializers.Serializer):
    """An experiment. `number` names it in addresses and as `experiment_id` of MLflow."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    lifecycle = serializers.ChoiceField(Lifecycle.choices)
    artifact_location = serializers.CharField(allow_blank=True)
    tags = TextMap()
    created_ms = serializers.IntegerField()
    updated_ms = serializers.IntegerField()


class NewExperiment(Input):
    """What an experiment is made of."""

    name = Name(max_length=500)
    description = Text(default="")
    artifact_location = Text(default="", max_length=2000)
    tags = TextMap(default=dict)


class ExperimentChange(Input):
    """What may be changed; what is left out stays."""

    name = Name(required=False, max_length=500)
    description = Text(required=False)
    name_seen = seen("name")
    description_seen = seen("description")


class ExperimentQuery(PageQuery):
    """Which experiments to list, in which order."""

    name = Text(required=False, help_text="Only the experiment of this very name.")
    contains = Text(
        required=False, help_text="Only names with this part, in any case; % and _ match as in SQL."
    )
    lifecycle = serializers.ListField(
        child=serializers.ChoiceField(Lifecycle.choices),
        default=[Lifecycle.ACTIVE],
        help_text="Repeat it for several.",
    )
    sort = serializers.ChoiceField(
        [*SORTS, *(f"-{name}" for name in SORTS)], default="number", help_text="- turns it round."
    )


class Tags(Input):
    """Tags to write; the last value of a key wins."""

    tags = TextMap()


def out(experiment: Experiment, tags: dict[str, str] | None = None) -> dict[str, Any]:
    """Return an experiment in its shape."""
    if tags is None:
        rows = ExperimentTag.objects.filter(experiment=experiment).order_by("key")
        tags = dict(rows.values_list("key", "value"))
    columns = {name: getattr(experiment, name) for name in EXAMPLE if name != "tags"}
    return {**columns, "tags": tags}


class Experiments(Endpoint):
    """All experiments of the workspace."""

    @describe(
        "List experiments",
        query=ExperimentQuery,
        gives=page_of(ExperimentOut),
        shows={"items": [EXAMPLE], "next": None},
    )
    @Access(Action.EXPERIMENT_READ, ("GET",))
    def get(self, request: Request) -> Response:
        asked = self.read_query(ExperimentQuery)
        sorts = sorts_of(asked["sort"])
        page = search_experiments(
            workspace=self.workspace,
            conditions=conditions_of(asked),
            sorts=sorts,
            lifecycles=asked["lifecycle"],
            limit=asked["limit"],
            after=read_cursor(asked["after"], *kinds_of(sorts)),
        )
        return Response(as_page(page))

    @describe(
        "Make an experiment",
        body=NewExperiment,
        sends={"name": "digits", "tags": {"team": "vision"}},
        gives=ExperimentOut,
        shows=EXAMPLE,
        status=201,
    )
    @Access(Action.EXPERIMENT_WRITE, ("POST",))
    def post(self, request: Request) -> Response:
        made = services.create_experiment(workspace=self.workspace, **self.read_body(NewExperiment))
        return answer(ExperimentOut, out(made), 201)


class OneExperiment(Endpoint):
    """One experiment, by its number."""

    @describe("Get an experiment", gives=ExperimentOut, shows=EXAMPLE)
    @Access(Action.EXPERIMENT_READ, ("GET",))
    def get(self, request: Request, number: int) -> Response:
        return answer(ExperimentOut, out(get_experiment(self.workspace, number)))

    @describe(
        "Rename or describe an experiment",
        body=ExperimentChange,
        sends={"name": "digits 2", "description": "With augmentation"},
        gives=ExperimentOut,
        shows=EXAMPLE | {"name": "digits 2", "description": "With augmentation"},
    )
    @Access(Action.EXPERIMENT_WRITE, ("PATCH",))
    def patch(self, request: Request, number: int) -> Response:
        experiment = get_experiment(self.workspace, number)
        changes = self.read_body(ExperimentChange)
        changed = update_experiment_as_seen(
            experiment=experiment, seen=take_seen(changes), **changes
        )
        return answer(ExperimentOut, out(changed))

    @describe("Delete an experiment with its runs; it can be restored", status=204)
    @Access(Action.EXPERIMENT_WRITE, ("DELETE",))
    def delete(self, request: Request, number: int) -> Response:
        services.delete_experiment(experiment=get_experiment(self.workspace, number))
        return nothing()


class RestoreExperiment(Endpoint):
    """Bringing back what was deleted."""

    @describe("Restore a deleted experiment with all its runs", status=204)
    @Access(Action.EXPERIMENT_WRITE, ("POST",))
    def post(self, request: Request, number: int) -> Response:
        services.restore_experiment(experiment=get_experiment(self.workspace, number))
        return nothing()


class ArchiveExperiment(Endpoint):
    """Hiding an experiment."""

    @describe("Hide an experiment from lists", status=204)
    @Access(Action.EXPERIMENT_WRITE, ("POST",))
    def post(self, request: Request, number: int) -> Response:
        services.archive_experiment(experiment=get_experiment(self.workspace, number))
        return nothing()


class ReactivateExperiment(Endpoint):
    """Showing it again."""

    @describe("Show an archived experiment again", status=204)
    @Access(Action.EXPERIMENT_WRITE, ("POST",))
    def post(self, request: Request, number: int) -> Response:
        services.reactivate_experiment(experiment=get_experiment(self.workspace, number))
        return nothing()


class ExperimentTags(Endpoint):
    """The tags of an experiment."""

    @describe("Write tags", body=Tags, sends={"tags": {"team": "vision"}}, status=204)
    @Access(Action.EXPERIMENT_WRITE, ("PATCH",))
    def patch(self, request: Request, number: int) -> Response:
        services.set_experiment_tags(
            experiment=get_experiment(self.workspace, number), **self.read_body(Tags)
        )
        return nothing()


class OneExperimentTag(Endpoint):
    """One tag of an experiment."""

    @describe("Remove a tag", status=204)
    @Access(Action.EXPERIMENT_WRITE, ("DELETE",))
    def delete(self, request: Request, number: int, key: str) -> Response:
        services.delete_experiment_tag(experiment=get_experiment(self.workspace, number), key=key)
        return nothing()


def conditions_of(asked: dict[str, Any]) -> list[Condition]:
    found = []
    if "name" in asked:
        found.append(Condition("name", Operator.EQ, asked["name"]))
    if "contains" in asked:
        found.append(Condition("name", Operator.ILIKE, f"%{asked['contains']}%"))
    return found


def sorts_of(text: str) -> list[Sort]:
    column = SORTS[text.removeprefix("-")]
    first = Sort(column, text.startswith("-"))
    return [first] if column == "number" else [first, Sort("number")]


def as_page(page: ExperimentPage) -> dict[str, Any]:
    items = [ExperimentOut(out(one, tags)).data for one, tags in page.experiments]
    return {"items": items, "next": write_cursor(page.after)}
