"""The search box of the top bar, its page of results, and the counts of the rail."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from runs.http.cursors import read_key, write_key
from runs.table.quick_search import (
    Found,
    count_places,
    find_everything,
    find_experiments_by_text,
    find_names,
    find_runs,
)
from runs.tracking.experiment_search import order_of_name
from runs.web.gate import page
from runs.web.live import is_part_request
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Action

MAX_TEXT_CHARS = 200
IN_BOX = 5
IN_OVERVIEW = 8
IN_PAGE = 50
KINDS = {"experiments": "Experiments", "runs": "Runs", "names": "Metrics, parameters, tags"}


@page(Action.RUN_READ)
def search(request: HttpRequest) -> HttpResponse:
    """`?q=otter`: what was found, as the list under the box or as a page of its own; with
    `&kind=runs&after=…` one kind, page by page."""
    text = request.GET.get("q", "")[:MAX_TEXT_CHARS].strip()
    kind = request.GET.get("kind", "")
    context: dict[str, Any] = {
        "text": text,
        "kind": kind if kind in KINDS else "",
        "kinds": KINDS,
        "crumbs": [{"label": "Search"}],
    }
    if is_part_request(request):
        context["found"] = find_everything(workspace=request.workspace, text=text, limit=IN_BOX)
        return render(request, "search/_found.html", context)
    if context["kind"]:
        one = FIND_PAGE[kind](request.workspace, text, request.GET.get("after"))
        context |= {"found": one.found, "next": one.address(text, kind)}
    else:
        limit = IN_OVERVIEW
        context["found"] = find_everything(workspace=request.workspace, text=text, limit=limit)
    return render(request, "search/page.html", context)


@dataclass(frozen=True)
class ResultPage:
    """A page of results of one kind; the next one begins behind `after`, None at the end."""

    found: Found
    after: int | str | None = None

    def address(self, text: str, kind: str) -> str:
        query = {"q": text, "kind": kind, "after": write_key(self.after)}
        return "" if self.after is None else f"?{urlencode(query)}"


def find_experiment_page(workspace: Workspace, text: str, after: str | None) -> ResultPage:
    """Return the experiments whose names come after a cursor's."""
    last = read_key(after, str) or ""
    found = find_experiments_by_text(workspace, text)
    later = [one for one in found if order_of_name(one.name) > order_of_name(last)]
    shown = later[:IN_PAGE]
    return ResultPage(Found(shown, [], []), shown[-1].name if later[IN_PAGE:] else None)


def find_run_page(workspace: Workspace, text: str, after: str | None) -> ResultPage:
    """Return the runs that are older than a cursor's."""
    last, runs = read_key(after, int), find_runs(workspace, text)
    older = list((runs if last is None else runs.filter(id__lt=last))[: IN_PAGE + 1])
    page = ResultPage(Found([], older[:IN_PAGE], []))
    return replace(page, after=older[IN_PAGE - 1].id) if older[IN_PAGE:] else page


def find_name_page(workspace: Workspace, text: str, after: str | None) -> ResultPage:
    """Return the names from a cursor's number on."""
    start = max(read_key(after, int) or 0, 0)
    names = find_names(workspace, text)[start : start + IN_PAGE + 1]
    page = ResultPage(Found([], [], names[:IN_PAGE]))
    return replace(page, after=start + IN_PAGE) if names[IN_PAGE:] else page


FIND_PAGE = {"experiments": find_experiment_page, "runs": find_run_page, "names": find_name_page}


@page(Action.RUN_READ)
def counts(request: HttpRequest) -> HttpResponse:
    """The numbers beside the places of the rail."""
    return render(request, "components/_counts.html", {"counts": count_places(request.workspace)})
