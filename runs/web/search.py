"""The search box of the top bar, its page of results, and the counts of the rail."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
        one = find_page(request.workspace, text, kind, request.GET.get("after", ""))
        context |= {"found": one.found, "next": one.address(text, kind)}
    else:
        limit = IN_OVERVIEW
        context["found"] = find_everything(workspace=request.workspace, text=text, limit=limit)
    return render(request, "search/page.html", context)


@dataclass(frozen=True)
class ResultPage:
    """A page of results of one kind; `after` is where the next one begins, empty at the end."""

    found: Found
    after: str = ""

    def address(self, text: str, kind: str) -> str:
        query = {"q": text, "kind": kind, "after": self.after}
        return f"?{urlencode(query)}" if self.after else ""


def find_page(workspace: Workspace, text: str, kind: str, after: str) -> ResultPage:
    """Return the results of one kind that stand behind `after`: a name, a key or a place."""
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    if kind == "experiments":
        found = find_experiments_by_text(workspace, text)
        experiments = [one for one in found if order_of_name(one.name) > order_of_name(after)]
        shown = experiments[:IN_PAGE]
        return ResultPage(Found(shown, [], []), shown[-1].name if experiments[IN_PAGE:] else "")
    if kind == "runs":
        older = find_runs(workspace, text)
        runs = list((older.filter(id__lt=place) if place else older)[: IN_PAGE + 1])
        page = ResultPage(Found([], runs[:IN_PAGE], []))
        return replace(page, after=str(runs[IN_PAGE - 1].id)) if runs[IN_PAGE:] else page
    names = find_names(workspace, text)[place : place + IN_PAGE + 1]
    page = ResultPage(Found([], [], names[:IN_PAGE]))
    return replace(page, after=str(place + IN_PAGE)) if names[IN_PAGE:] else page


@page(Action.RUN_READ)
def counts(request: HttpRequest) -> HttpResponse:
    """The numbers beside the places of the rail."""
    return render(request, "components/_counts.html", {"counts": count_places(request.workspace)})
