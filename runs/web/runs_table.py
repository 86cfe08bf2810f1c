"""The run table: the page of all runs, and the rows, counts and values that its grid asks for."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from runs.metrics.queries import read_summaries
from runs.search.former_names import show_names_now
from runs.table.counts import count_table
from runs.table.run_list import list_runs
from runs.table.saved_views import default_view
from runs.tracking.errors import NotFound
from runs.tracking.filters import FilterError, Node, list_choices
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.web.table_cells import describe_error, describe_list, plain
from runs.web.table_page import make_table
from runs.web.table_state import read_state
from runs.workspaces.permissions import Action

SUMMARY = (
    "n", "nan_count", "last", "last_step", "last_ms", "min", "min_step", "max", "max_step", "first",
    "first_step",
)  # fmt: skip


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


@page(Action.RUN_READ)
def rows(request: HttpRequest) -> HttpResponse:
    """A page of rows as JSON; 204 when `since` is still the stamp of what is shown."""
    try:
        state = read_state(request, request.GET)
        found = list_runs(state.query)
    except FilterError as error:
        return as_json(describe_error(error), status=400)
    answer = describe_list(found, state.query, state.pinned, request.workspace.slug)
    if state.since == answer["stamp"]:
        return HttpResponse(status=204)
    return as_json(answer)


@page(Action.RUN_READ)
def counts(request: HttpRequest) -> HttpResponse:
    """How many runs match the table's query string and how many there are, and the clauses of the
    filter `read`, each with the filter `without` it. The clauses have the names of today."""
    try:
        state = read_state(request, request.GET)
        counted = count_table(state.query)
    except FilterError as error:
        return as_json(describe_error(error), status=400)

    def shown(clause: Node) -> Node:
        return show_names_now(clause, request.workspace)

    choices = list_choices(state.text, words=True, shown=shown) if state.text else ()
    clauses = [{"text": text, "without": rest} for text, rest in choices]
    return as_json({**asdict(counted), "read": state.text, "clauses": clauses})


@page(Action.RUN_READ)
def summary(request: HttpRequest) -> HttpResponse:
    """`?run=<id>&key=loss`: every aggregate of one metric of one run, with steps and time."""
    run = get_run(request.workspace, request.GET.get("run", ""))
    key = request.GET.get("key", "")
    found = read_summaries([run.id], [key]).get((run.id, key, ""))
    if found is None:
        raise NotFound(f"The run has no numbers of {key!r}.")
    values = {name: plain(getattr(found, name)) for name in SUMMARY}
    return as_json({**values, "mean": plain(found.mean), "key": key, "run": run.name})
