"""The search box of the top bar, and the counts of the rail."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from runs.search.quick import count_places, search_names
from runs.web.gate import page
from runs.web.live import is_part_request
from runs.workspaces.permissions import Action

MAX_TEXT_CHARS = 200


@page(Action.RUN_READ)
def search(request: HttpRequest) -> HttpResponse:
    """What was found, as the list under the box or, after Enter, as a page of its own."""
    text = request.GET.get("q", "")[:MAX_TEXT_CHARS]
    found = search_names(workspace=request.workspace, text=text)
    context = {"text": text.strip(), "found": found, "crumbs": [{"label": "Search"}]}
    template = "search/_found.html" if is_part_request(request) else "search/page.html"
    return render(request, template, context)


@page(Action.RUN_READ)
def counts(request: HttpRequest) -> HttpResponse:
    return render(request, "components/_counts.html", {"counts": count_places(request.workspace)})
