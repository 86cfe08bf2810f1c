"""Saved views as JSON: list, save, change, delete."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from runs.http.errors import STATUS
from runs.http.query import read_whole
from runs.table import saved_views
from runs.table.models import SavedView
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Experiment
from runs.tracking.queries import get_experiment
from runs.web import problems
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.workspaces.permissions import Action


@page(Action.VIEW_READ, ("GET",))
def list_views(request: HttpRequest) -> HttpResponse:
    found = saved_views.list_views(
        workspace=request.workspace,
        user=request.principal.user,
        experiment=experiment_of(request),
        role=request.role,
    )
    return as_json({"views": [describe(view, request) for view in found]})


@page(Action.VIEW_WRITE, ("POST",))
def save_view(request: HttpRequest) -> HttpResponse:
    """`{"name", "query", "shared"}`: keep the state of the page under a name."""
    body = read_body(request)
    view = saved_views.save_view(
        workspace=request.workspace,
        user=request.principal.user,
        experiment=experiment_of(request),
        name=body.get("name", ""),
        query=body.get("query", ""),
        shared=bool(body.get("shared")),
        role=request.role,
    )
    return as_json(describe(view, request), status=201)


@page(Action.VIEW_WRITE, ("POST", "DELETE"))
def change_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Change a view by what the body names, or delete it."""
    mine: dict[str, Any] = {
        "workspace": request.workspace,
        "user": request.principal.user,
        "role": request.role,
        "view_id": view_id,
    }
    if request.method == "DELETE":
        saved_views.delete_view(**mine)
        return HttpResponse(status=204)
    try:
        view = saved_views.update_view(**mine, changes=read_body(request))
    except saved_views.ViewChanged as changed:
        words = f"{changed} Save again to replace it, or choose Revert to saved."
        return problems.answer(request, STATUS[changed.kind], words, hint="")
    return as_json(describe(view, request))


def views(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return (save_view if request.method == "POST" else list_views)(request, **kwargs)


views.access = list_views.access
views.by_method = {"POST": save_view}


def experiment_of(request: HttpRequest) -> Experiment | None:
    if not request.GET.get("experiment"):
        return None
    return get_experiment(request.workspace, read_whole(request.GET, "experiment"))


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a request. Raises InvalidValue."""
    try:
        body = msgspec.json.decode(request.body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidValue(f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise InvalidValue("The body is a JSON object.")
    return body


def describe(view: SavedView, request: HttpRequest) -> dict[str, Any]:
    """Return a view as the page knows it; `may` lists what the reader may do with it."""
    user = request.principal.user
    return {
        "id": view.id,
        "name": view.name,
        "query": view.query,
        "shared": view.shared,
        "is_default": view.is_default,
        "mine": view.owner_id == (user and user.id),
        "may": saved_views.list_changes(view, user, request.role),
        "owner": view.owner.get_username() if view.owner else "",
    }
