"""The page of all experiments."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from runs.database.patterns import PatternError
from runs.http.query import is_whole
from runs.table.experiment_list import SORTS, ExperimentList, ExperimentSearch, list_experiments
from runs.table.trees import flat_lines, grow_tree
from runs.tracking.models import Lifecycle
from runs.web import live
from runs.web.addresses import tracking_uri
from runs.web.gate import page
from runs.workspaces.permissions import Action

PARTS = (
    live.LivePart("counts", "experiments/_counts.html"),
    live.LivePart("list", "experiments/_list.html"),
)
MAX_TEXT_CHARS = 500
MOST_ROWS = 5000


@page(Action.EXPERIMENT_READ)
def experiments(request: HttpRequest) -> HttpResponse:
    search = read_experiment_search(request.GET)
    found, refusal = try_search(request, search)
    is_tree = "flat" not in request.GET and search.sort == "name"
    context = {
        "place": "experiments",
        "crumbs": [{"label": "Experiments"}],
        "search": search,
        "refusal": refusal,
        "is_tree": is_tree,
        "found": found,
        "lines": grow_tree(found.rows) if is_tree else flat_lines(found.rows),
        "is_new": is_new(found, search),
        "tracking_uri": tracking_uri(request, request.workspace),
        "more": more_address(request, search, found),
    }
    return live.answer(request, "experiments/list.html", PARTS, context)


def read_experiment_search(query: QueryDict) -> ExperimentSearch:
    """Read the query string; what it cannot mean falls back to the default."""
    lifecycle, sort = query.get("lifecycle", ""), query.get("sort", "")
    limit = query.get("limit", "")
    default = ExperimentSearch()
    return ExperimentSearch(
        text=query.get("q", "")[:MAX_TEXT_CHARS],
        is_regex="regex" in query,
        lifecycle=lifecycle if lifecycle in Lifecycle.values else default.lifecycle,
        sort=sort if sort in SORTS else default.sort,
        limit=min(int(limit), MOST_ROWS) if is_count(limit) else default.limit,
    )


def is_count(text: str) -> bool:
    return is_whole(text) and len(text) < 8


def try_search(request: HttpRequest, search: ExperimentSearch) -> tuple[ExperimentList, str]:
    """The list, or nothing and why the regular expression was refused."""
    try:
        return list_experiments(workspace=request.workspace, search=search), ""
    except PatternError as error:
        return ExperimentList(), f"Not a regular expression: {error}."


def is_new(found: ExperimentList, search: ExperimentSearch) -> bool:
    """Whether nobody has logged anything yet: only the experiment every studio begins with."""
    is_plain = search == replace(ExperimentSearch(), sort=search.sort, limit=search.limit)
    has_runs = any(row.runs or row.children for row in found.rows)
    return is_plain and found.matching <= 1 and not has_runs


def more_address(request: HttpRequest, search: ExperimentSearch, found: ExperimentList) -> str:
    """Return the address that shows more rows; "" where there are none or the page takes none."""
    if found.matching <= len(found.rows) or search.limit >= MOST_ROWS:
        return ""
    query: Any = request.GET.copy()
    query.pop("since", None)
    query["limit"] = str(search.limit * 2)
    return f"{request.path}?{query.urlencode()}"
