"""Runs: make, find, change, archive, delete, and many at once."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer, nothing
from runs.api.inputs import Flag, Input, Name, PageQuery, TagMap, Text, Whole
from runs.api.run_shapes import EXAMPLE, EXAMPLE_WITH_HISTORY, RunOut, RunWithHistoryOut
from runs.api.schema import describe, page_of
from runs.api.seen_texts import seen, take_seen
from runs.details.run_documents import get_run_document, list_run_documents, read_records
from runs.http.cursors import read_cursor, write_cursor
from runs.search import (
    Search,
    count_place,
    count_runs,
    make_search,
    parse_goal,
    parse_sort,
    place_kinds,
)
from runs.tracking import services
from runs.tracking.models import Experiment, Lifecycle, RunKind
from runs.tracking.people_texts import update_run_as_seen
from runs.tracking.queries import find_experiments, get_experiment, get_experiment_by_name, get_run
from runs.tracking.statuses import Status
from runs.workspaces.access import Access
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Action


class RunFilter(Input):
    """Which runs are meant."""

    filter = Text(
        default="",
        help_text="The language of the query box: `metrics.loss < 0.1 and tags.team = 'vision'`. "
        "Words without a field are looked for in name, description and tags. `jp:` and a JMESPath "
        "expression over the run as this API shows it may end it: `jp: params.lr == '0.1'`; the "
        "rest of the filter may leave at most 10,000 runs.",
    )
    experiment = serializers.ListField(
        child=Whole(min_value=0), default=list, help_text="Numbers of experiments; repeat it."
    )
    experiment_name = serializers.ListField(
        child=Text(), default=list, help_text="Names of experiments; repeat it."
    )
    lifecycle = serializers.ListField(
        child=serializers.ChoiceField(Lifecycle.choices), default=[Lifecycle.ACTIVE]
    )
    children = Flag(default=False, help_text="Also runs that have a parent.")
    parent = Name(required=False, help_text="Only the children of this run.")
    goal = Text(
        default="",
        help_text="The metric that decides which step is best, such as `min:val/loss`; needed to "
        "filter or sort by a value at best (`metrics.accuracy.best > 0.9`).",
    )


class RunQuery(RunFilter, PageQuery):
    """Which runs to list, in which order."""

    sort = Text(
        default="",
        help_text="Such as `-metrics.loss.min,created`; - turns it round. Empty: newest first.",
    )


class NewRun(Input):
    """What a run is made of. `run_id` may be chosen, so that making it twice is refused."""

    experiment = Whole(required=False, min_value=0, help_text="Its number; 0 is Default.")
    experiment_name = Name(
        required=False, help_text="Or its name; one that is not there yet is made."
    )
    run_id = Name(required=False, max_length=256)
    name = Text(default="", max_length=500)
    kind = serializers.ChoiceField(RunKind.choices, default=RunKind.INTERACTIVE)
    status = serializers.ChoiceField(Status.choices, default=Status.RUNNING)
    started_ms = Whole(required=False)
    parent = Name(required=False, help_text="The run_id of the parent.")
    tags = TagMap(default=dict)
    source = serializers.DictField(default=dict, help_text="Script, command, git: any JSON.")
    target = Text(default="", max_length=128)
    description = Text(default="")


class RunChange(Input):
    """What may be changed; what is left out stays."""

    status = serializers.ChoiceField(Status.choices, required=False)
    reason = Text(default="", max_length=500, help_text="Why the status changes.")
    error = Text(required=False, help_text="What went wrong, a traceback perhaps.")
    ended_ms = Whole(required=False)
    name = Name(required=False, max_length=500)
    description = Text(required=False)
    name_seen = seen("name")
    description_seen = seen("description")


class CountOut(serializers.Serializer):
    """How many runs match (counting stops at 100,000); beside them, whatever the filter, how many
    active runs there are in the same place, how many of these run and how many wait."""

    count = serializers.IntegerField()
    is_exact = serializers.BooleanField()
    all = serializers.IntegerField()
    running = serializers.IntegerField()
    queued = serializers.IntegerField()


COUNTED = {"count": 42, "is_exact": True, "all": 180, "running": 3, "queued": 1}


class Runs(Endpoint):
    """All runs of the workspace."""

    @describe(
        "List runs",
        query=RunQuery,
        gives=page_of(RunOut),
        shows={"items": [EXAMPLE], "next": None},
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request) -> Response:
        asked = self.read_query(RunQuery)
        search = search_of(self.workspace, asked)
        after = read_cursor(asked["after"], *place_kinds(search.sort))
        page = list_run_documents(search, limit=asked["limit"], after=after)
        items = RunOut(page.items, many=True).data
        return Response({"items": items, "next": write_cursor(page.next)})

    @describe(
        "Make a run",
        body=NewRun,
        sends={"experiment_name": "digits", "name": "baseline", "tags": {"team": "vision"}},
        gives=RunOut,
        shows=EXAMPLE,
        status=201,
    )
    @Access(Action.RUN_WRITE, ("POST",))
    def post(self, request: Request) -> Response:
        fields = self.read_body(NewRun)
        experiment = experiment_of(self.workspace, fields)
        if "parent" in fields:
            fields["parent"] = get_run(self.workspace, fields["parent"])
        made = services.create_run(experiment=experiment, **who(self), **fields)
        return answer(RunOut, read_records([made.id])[0], 201)


class RunCount(Endpoint):
    """How many runs match."""

    @describe("Count runs", query=RunFilter, gives=CountOut, shows=COUNTED)
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request) -> Response:
        search = search_of(self.workspace, self.read_query(RunFilter))
        found = count_runs(search)
        counted = {"count": found.value, "is_exact": found.is_exact}
        return answer(CountOut, counted | asdict(count_place(search)))


class OneRun(Endpoint):
    """One run, by its run_id."""

    @describe(
        "Get a run with the history of its statuses",
        gives=RunWithHistoryOut,
        shows=EXAMPLE_WITH_HISTORY,
    )
    @Access(Action.RUN_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        return answer(RunWithHistoryOut, get_run_document(self.workspace, run_id))

    @describe(
        "Change status, name or description of a run",
        body=RunChange,
        sends={"status": "Failed", "reason": "Out of memory", "error": "MemoryError: …"},
        gives=RunOut,
        shows=EXAMPLE | {"status": "Failed", "status_reason": "Out of memory"},
    )
    @Access(Action.RUN_WRITE, ("PATCH",))
    def patch(self, request: Request, run_id: str) -> Response:
        run = get_run(self.workspace, run_id)
        changes = self.read_body(RunChange)
        update_run_as_seen(run=run, seen=take_seen(changes), by=self.principal.name, **changes)
        return answer(RunOut, read_records([run.id])[0])

    @describe("Delete a run; it can be restored", status=204)
    @Access(Action.RUN_WRITE, ("DELETE",))
    def delete(self, request: Request, run_id: str) -> Response:
        services.delete_runs(runs=[get_run(self.workspace, run_id)])
        return nothing()


class RestoreRun(Endpoint):
    """Bringing back a run."""

    @describe("Restore a deleted or archived run", status=204)
    @Access(Action.RUN_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        services.restore_runs(runs=[get_run(self.workspace, run_id)])
        return nothing()


class ArchiveRun(Endpoint):
    """Hiding a run."""

    @describe("Hide a run from lists", status=204)
    @Access(Action.RUN_WRITE, ("POST",))
    def post(self, request: Request, run_id: str) -> Response:
        services.archive_runs(runs=[get_run(self.workspace, run_id)])
        return nothing()


def search_of(workspace: Workspace, asked: dict[str, Any]) -> Search:
    """Return the search that a query string asks for. Raises InvalidValue, FilterError, NotFound
    (an experiment or a parent)."""
    if parent := asked.get("parent"):
        get_run(workspace, parent)
    return make_search(
        workspace=workspace,
        text=asked["filter"],
        experiments=experiments_of(workspace, asked),
        lifecycles=asked["lifecycle"],
        children=asked["children"],
        parent=parent,
        sort=parse_sort(asked.get("sort", "")),
        goal=parse_goal(asked["goal"]),
    )


def experiments_of(workspace: Workspace, asked: dict[str, Any]) -> list[Experiment] | None:
    """Return the experiments that are named; None where none is. Raises NotFound."""
    numbers, names = asked["experiment"], asked["experiment_name"]
    if not numbers and not names:
        return None
    found = find_experiments(workspace, numbers)
    for number in set(numbers) - {one.number for one in found}:
        get_experiment(workspace, number)
    return [*found, *(get_experiment_by_name(workspace, name) for name in dict.fromkeys(names))]


def who(view: Endpoint) -> dict[str, Any]:
    """Return who makes a run, as `create_run` takes it."""
    return {"submitted_by": view.principal.name, "user": view.principal.user}


def experiment_of(workspace: Workspace, fields: dict[str, Any]) -> Experiment:
    """Take the experiment out of `fields`; one named that is not there yet is made.

    Raises ValidationError, NotFound, NotActive.
    """
    number, name = fields.pop("experiment", None), fields.pop("experiment_name", None)
    if (number is None) == (name is None):
        raise serializers.ValidationError(
            {"experiment": ["Give either experiment (a number) or experiment_name."]}
        )
    if name is not None:
        return services.get_or_create_experiment(workspace=workspace, name=name)
    return get_experiment(workspace, number)
