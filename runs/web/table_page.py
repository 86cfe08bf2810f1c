"""The part of a page that holds a run table: its first rows, and the addresses it asks."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from runs.http.cursors import BadCursor
from runs.search import SearchError
from runs.table.first_screen import list_most_used
from runs.table.opening import Opening, open_table
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Experiment, Lifecycle
from runs.tracking.statuses import Status
from runs.web.addresses import tracking_uri
from runs.web.table_cells import describe_error, describe_list
from runs.web.table_keys import TABLE_KEYS, Key
from runs.web.table_state import read_state
from runs.workspaces.models import Workspace

MOST_CHART_NAMES = 2000


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
    metric_count: int
    chart_names: str
    first_charts: str
    draws_charts: bool
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


def make_table(
    request: HttpRequest,
    *,
    fixed: dict[str, Any] | None = None,
    experiment: Experiment | None = None,
) -> TableContext:
    """Return the run table of a page. `fixed` is state that the page decides, not its address."""
    fixed = fixed or {}
    opened, first = open_first(request, fixed)
    where = {"workspace": request.workspace.slug}
    views = reverse("views", kwargs=where)
    return TableContext(
        rows=reverse("run_rows", kwargs=where),
        fixed=json.dumps(fixed),
        usual=json.dumps({"children": True} if opened.adds_children else {}),
        first=first,
        counts=reverse("run_counts", kwargs=where),
        summary=reverse("metric_summary", kwargs=where),
        series=reverse("series", kwargs=where),
        metric_names=json.dumps(list_most_used(opened.chart_names, MOST_CHART_NAMES)),
        metric_count=len(opened.chart_names),
        chart_names=reverse("chart_names", kwargs=where),
        first_charts=json.dumps(opened.charts),
        draws_charts=draws_charts(request, opened),
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


def open_first(request: HttpRequest, fixed: dict[str, Any]) -> tuple[Opening, dict[str, Any]]:
    """Open the table that the address asks for, and describe its first page. An address that cannot
    be read opens that of the bare page, with the error."""
    bare, query = QueryDict(mutable=True), request.GET.copy()
    for key, value in fixed.items():
        bare[key] = query[key] = "1" if value is True else value
    may_add_children = "children" not in query
    try:
        state, error = read_state(request, query), {}
        opened = open_table(state.query, may_add_children=may_add_children)
    except (BadCursor, InvalidValue, SearchError) as problem:
        state, error = read_state(request, bare), {"error": describe_error(problem)}
        opened = open_table(state.query, may_add_children=may_add_children)
    slug = request.workspace.slug
    return opened, describe_list(opened.found, opened.query, state.pinned, slug) | error


def draws_charts(request: HttpRequest, opened: Opening) -> bool:
    """Tell whether there is a chart as the page opens: those of its address, or the first ones."""
    return bool(opened.charts) if (charts := request.GET.get("charts")) is None else charts != "[]"


def any_runs(workspace: Workspace, experiment: Experiment | None) -> bool:
    """Tell whether there is a run that nobody has deleted."""
    runs = experiment.runs if experiment else workspace.runs
    return runs.exclude(lifecycle=Lifecycle.DELETED).exists()
