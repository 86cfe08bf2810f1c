"""The page of registered models."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from runs.artifacts.registry.queries import list_versions
from runs.http.cursors import read_key, write_key
from runs.web.gate import page
from runs.workspaces.permissions import Action
from runs.workspaces.storable import is_storable

PAGE_SIZE = 100


@page(Action.RUN_READ)
def models(request: HttpRequest) -> HttpResponse:
    """The latest version of each model; `?name=digits`: all versions of this one; `&after=` is the
    next page."""
    name = request.GET.get("name", "")[:200]
    found = list_versions(
        request.workspace,
        name=name if is_storable(name) else "",
        is_latest=not name,
        limit=PAGE_SIZE,
        after=read_key(request.GET.get("after"), int),
    )
    query = {"name": name} if name else {}
    context = {
        "place": "models",
        "crumbs": crumbs_of(request, name),
        "name": name,
        "versions": found.items,
        "next": urlencode(query | {"after": write_key(found.after)}) if found.after else "",
    }
    return render(request, "models/list.html", context)


def crumbs_of(request: HttpRequest, name: str) -> list[dict[str, str]]:
    """The way to the page."""
    if not name:
        return [{"label": "Models"}]
    return [{"label": "Models", "url": request.path}, {"label": name}]
