"""The run table: the page of all runs, and the rows, names and completions the grid asks for."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from runs.database.patterns import PatternError
from runs.http.query import read_list
from runs.metrics.meanings import direction_of
from runs.metrics.queries import read_summaries
from runs.search import SearchError, count_place, count_runs
from runs.table.columns import Column
from runs.table.completions import complete
from runs.table.first_screen import first_charts
from runs.table.names import KINDS, PAGE_NAMES, list_chart_names, list_columns
from runs.table.rows import TableRow
from runs.table.run_list import RunList, RunQuery, list_runs
from runs.table.saved_views import default_view
from runs.tracking.errors import InvalidValue, NotFound
from runs.tracking.fields import Entity
from runs.tracking.filters import EVERYTHING, FilterError, list_choices
from runs.tracking.models import Experiment, Lifecycle, Run
from runs.tracking.queries import get_run, runs_named
from runs.tracking.run_fields import label_of
from runs.tracking.statuses import Status
from runs.web.addresses import tracking_uri
from runs.web.gate import page
from runs.web.table_cells import describe_column, describe_group, describe_row, plain
from runs.web.table_keys import TABLE_KEYS, Key
from runs.web.table_state import TableState, read_state
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Action

SUMMARY = (
    "n", "nan_count", "last", "last_step", "last_ms", "min", "min_step", "max", "max_step", "first",
    "first_step",
)  # fmt: skip
MOST_CHART_NAMES = 2000
SAMPLED_CHILDREN = 100


@dataclass(frozen=True)
class TableContext:
    """What the template of a run table needs: addresses, the first page, names for its menus."""

    rows: str
    fixed: str
    usual: str
    first: dict[str, Any]
    counts: str
    summary: str
    series: str
    metric_names: str
    first_charts: str
    experiment_choices: str
    all_experiments: str
    statuses: list[str]
    completions: str
    column_names: str
    bulk: str
    export: str
    compare: str
    views: str
    is_empty: bool
    experiment: Experiment | None
    tracking_uri: str
    shortcuts: Sequence[Key] = TABLE_KEYS


@page(Action.RUN_READ)
def runs(request: HttpRequest) -> HttpResponse:
    """All runs: the page. A bare address opens the default view where there is one."""
    if not request.GET and (view := default_view(workspace=request.workspace, experiment=None)):
        return redirect(f"{request.path}{with_view(view.query, view.id)}")
    context = {
        "place": "runs",
        "crumbs": [{"label": "All runs"}],
        "table": make_table(request),
    }
    return render(request, "runs/list.html", context)


def with_view(query: str, view_id: int) -> str:
    return f"{query}{'&' if query else '?'}view={view_id}"


def make_table(
    request: HttpRequest,
    *,
    fixed: dict[str, Any] | None = None,
    experiment: Experiment | None = None,
) -> TableContext:
    """The run table of a page. `fixed` is state that the page decides, not its address."""
    fixed, usual = fixed or {}, {}
    bare, query = QueryDict(mutable=True), request.GET.copy()
    for key, value in fixed.items():
        bare[key] = query[key] = "1" if value is True else value
    first = first_page(request, query, bare)
    if "children" not in query and is_of_sweeps(first):
        usual = {"children": True}
        bare["children"] = query["children"] = "1"
        first = first_page(request, query, bare)
    where = {"workspace": request.workspace.slug}
    shown = find_shown(request, query, bare, first)
    names = list_chart_names(shown)
    if not names:
        shown = find_children(shown)
        names = list_chart_names(shown)
    views = reverse("views", kwargs=where)
    return TableContext(
        rows=reverse("run_rows", kwargs=where),
        fixed=json.dumps(fixed),
        usual=json.dumps(usual),
        first=first,
        counts=reverse("run_counts", kwargs=where),
        summary=reverse("metric_summary", kwargs=where),
        series=reverse("series", kwargs=where),
        metric_names=json.dumps(names[:MOST_CHART_NAMES]),
        first_charts=json.dumps(first_charts(shown)),
        experiment_choices="" if experiment else reverse("experiment_choices", kwargs=where),
        all_experiments=reverse("experiment_choices", kwargs=where),
        statuses=Status.values,
        completions=reverse("completions", kwargs=where),
        column_names=reverse("column_names", kwargs=where),
        bulk=reverse("bulk", kwargs=where),
        export=reverse("export", kwargs=where),
        compare=reverse("compare", kwargs=where),
        views=f"{views}?experiment={experiment.number}" if experiment else views,
        is_empty=not any_runs(request.workspace, experiment),
        experiment=experiment,
        tracking_uri=tracking_uri(request, request.workspace),
    )


def find_shown(
    request: HttpRequest, query: QueryDict, bare: QueryDict, first: dict[str, Any]
) -> list[int]:
    """The keys of the first runs of a page, or of those behind its groups: charts and their names
    are those of these runs."""
    shown = [row["id"] for row in first["rows"] if row["run"]]
    if first["rows"] and not shown:
        ungrouped = query.copy()
        ungrouped.update({"group": "", "cols": "run.name"})
        shown = [row["id"] for row in first_page(request, ungrouped, bare)["rows"]]
    return list(runs_named(request.workspace, shown).values_list("id", flat=True))


def find_children(run_ids: Sequence[int]) -> list[int]:
    """The keys of some children of these runs: those of a sweep have the metrics."""
    children = Run.objects.filter(parent__in=run_ids)
    return list(children.values_list("id", flat=True)[:SAMPLED_CHILDREN])


def first_page(request: HttpRequest, query: QueryDict, bare: QueryDict) -> dict[str, Any]:
    """The first rows; for an address that cannot be read, those of the page's `bare` address and
    what is wrong."""
    try:
        return answer_of(request, read_state(request, query))
    except (InvalidValue, SearchError) as error:
        plain = answer_of(request, read_state(request, bare))
        return {**plain, "error": describe_error(error)}


def is_of_sweeps(first: dict[str, Any]) -> bool:
    """Tell whether only children have metrics: those of a sweep, whose runs gather others."""
    has_metrics = any(column["kind"] == Entity.METRIC for column in first["columns"])
    return not has_metrics and any(row["run"] and row["children"] for row in first["rows"])


def any_runs(workspace: Workspace, experiment: Experiment | None) -> bool:
    """Tell whether there is a run that nobody has deleted."""
    runs = experiment.runs if experiment else workspace.runs
    return runs.exclude(lifecycle=Lifecycle.DELETED).exists()


def scope_of(request: HttpRequest) -> list[int]:
    """The keys of the experiments whose names are asked for: those named by `exp`, those of the
    runs named by `runs`, else all."""
    names, run_ids = request.GET.getlist("exp"), read_list(request.GET, "runs")
    if run_ids:
        found = runs_named(request.workspace, run_ids).values_list("experiment", flat=True)
        return list(set(found))
    experiments = Experiment.objects.filter(workspace=request.workspace)
    if names:
        experiments = experiments.filter(name__in=names)
    return list(experiments.values_list("id", flat=True))


# -- rows ------------------------------------------------------------------------------------------


@page(Action.RUN_READ)
def rows(request: HttpRequest) -> HttpResponse:
    """A page of rows as JSON; 204 when `since` still holds."""
    try:
        state = read_state(request, request.GET)
        answer = answer_of(request, state)
    except FilterError as error:
        return JsonResponse(describe_error(error), status=400)
    if state.since == answer["stamp"]:
        return HttpResponse(status=204)
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")


def describe_error(error: InvalidValue | SearchError) -> dict[str, Any]:
    if isinstance(error, FilterError):
        return {
            "message": error.message,
            "position": error.position,
            "length": error.length,
            "hint": error.hint,
        }
    return {"message": str(error)}


def answer_of(request: HttpRequest, state: TableState) -> dict[str, Any]:
    """Columns, rows and the parents `above` them, and the position of the next rows; `stamp`
    changes with what is shown."""
    query = state.query
    found = list_runs(query)
    pinned = state.pinned or ("run.name",)
    columns = sorted(found.columns, key=lambda column: column.id not in pinned)
    shown = {
        "columns": [
            describe_column(column, pinned, group_depth=len(query.group)) for column in columns
        ],
        "rows": describe_rows(request, found, columns, query),
        "above": describe_runs(request, found.above, found, columns, query),
        "children": query.is_tree,
    }
    stamp = hashlib.blake2b(msgspec.json.encode(shown), digest_size=8).hexdigest()
    return {**shown, "next": found.next, "stamp": stamp}


def describe_rows(
    request: HttpRequest, found: RunList, columns: list[Column], query: RunQuery
) -> list[dict[str, Any]]:
    if found.groups is None:
        return describe_runs(request, found.rows, found, columns, query)
    return [
        describe_group(group, query.group, columns, hue) for hue, group in enumerate(found.groups)
    ]


def describe_runs(
    request: HttpRequest,
    rows: list[TableRow],
    found: RunList,
    columns: list[Column],
    query: RunQuery,
) -> list[dict[str, Any]]:
    """Rows with their cells in the order of `columns`; in a tree each names its parent."""
    order = [found.columns.index(column) for column in columns]
    described = []
    for row in rows:
        row.cells = [row.cells[index] for index in order]
        described.append(describe_row(row, columns, request.workspace.slug))
        if query.is_tree:
            described[-1]["parent"] = row.run.parent and row.run.parent.run_id
    return described


@page(Action.RUN_READ)
def counts(request: HttpRequest) -> HttpResponse:
    """How many runs match the table's query string, what `count_around` says, and the clauses of
    the filter `read`, each with the filter `without` it."""
    try:
        state = read_state(request, request.GET)
        matching = count_runs(state.query.search).value
    except FilterError as error:
        return JsonResponse(describe_error(error), status=400)
    choices = list_choices(state.text, words=True) if state.text else ()
    clauses = [{"text": text, "without": rest} for text, rest in choices]
    counted = {"matching": matching, **count_around(state.query)}
    return JsonResponse({**counted, "read": state.text, "clauses": clauses})


def count_around(query: RunQuery) -> dict[str, Any]:
    """How many runs there are where the table looks, and how many of them run or wait; what of
    these are child runs, where the table could show both."""
    search = query.search
    whole = count_place(replace(search, include_children=True))
    if search.within != EVERYTHING:
        return {**asdict(whole), "with_children": False}
    top_search = replace(search, include_children=False)
    top = count_place(top_search)
    found = {
        **asdict(whole),
        "all": top.all,
        "children": whole.all - top.all,
        "running_children": whole.running - top.running,
        "with_children": query.is_tree,
    }
    if query.is_tree:
        found["matching_top"] = count_runs(top_search).value
    return found


@page(Action.RUN_READ)
def summary(request: HttpRequest) -> HttpResponse:
    """`?run=<id>&key=loss`: every aggregate of one metric of one run, with steps and time."""
    run = get_run(request.workspace, request.GET.get("run", ""))
    key = request.GET.get("key", "")
    found = read_summaries([run.id], [key]).get((run.id, key, ""))
    if found is None:
        raise NotFound(f"The run has no numbers of {key!r}.")
    told = {name: plain(getattr(found, name)) for name in SUMMARY}
    return JsonResponse({**told, "mean": plain(found.mean), "key": key, "run": run.name})


# -- names -----------------------------------------------------------------------------------------


@page(Action.RUN_READ)
def column_names(request: HttpRequest) -> HttpResponse:
    """`?search=^val/&kind=metrics&offset=100&exp=…`: columns there are; `all=1` gives every one."""
    query = request.GET
    offset = query.get("offset", "0")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 9):
        raise InvalidValue("offset is a whole number.")
    kinds = [one for one in KINDS if query.get("kind") in (one, None)] or KINDS
    try:
        pages = list_columns(
            experiment_ids=scope_of(request),
            search=query.get("search", ""),
            kinds=kinds,
            offset=int(offset),
            limit=12_000 if query.get("all") == "1" else PAGE_NAMES,
        )
    except PatternError as error:
        raise InvalidValue(f"Not a regular expression: {error}.") from error
    sections = [
        {
            "kind": one.kind.value,
            "total": one.total,
            "names": [describe_name(column) for column in one.columns],
            "next": one.next,
        }
        for one in pages
        if one.total
    ]
    return HttpResponse(msgspec.json.encode({"sections": sections}), "application/json")


def describe_name(column: Column) -> dict[str, str | None]:
    """A column as panels offer it; of a metric, whether less or more of it is better."""
    named = {"id": column.id, "label": label_of(column)}
    return named | (
        {"direction": direction_of(column.key)} if column.entity is Entity.METRIC else {}
    )


@page(Action.RUN_READ)
def completions(request: HttpRequest) -> HttpResponse:
    """`?text=metrics.lo&cursor=10`: what may stand at the cursor of a filter."""
    text, cursor = request.GET.get("text", ""), request.GET.get("cursor", "")
    at = int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 6 else len(text)
    found = complete(text, min(at, len(text)), scope_of(request))
    return HttpResponse(msgspec.json.encode(found), "application/json")
