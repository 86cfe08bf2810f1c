"""The bare address, and the list of workspaces to change to."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from runs.web import problems
from runs.web.gate import LAST_WORKSPACE, page
from runs.workspaces.access import find_principal
from runs.workspaces.errors import NotSignedIn
from runs.workspaces.permissions import Action
from runs.workspaces.queries import list_workspaces

NO_WORKSPACE = "You are not a member of any workspace yet."


@page(Action.PUBLIC)
def start(request: HttpRequest) -> HttpResponse:
    """On to the workspace used last, else `default`, else the first one the reader may see."""
    principal = find_principal(request)
    if principal is None:
        raise NotSignedIn("Sign in first.")
    slugs = [workspace.slug for workspace in list_workspaces(principal)]
    if not slugs:
        return problems.answer(request, 403, NO_WORKSPACE)
    wanted = [request.COOKIES.get(LAST_WORKSPACE), "default", *slugs]
    return redirect("experiments", workspace=next(slug for slug in wanted if slug in slugs))


@page(Action.WORKSPACE_READ)
def without_workspace(request: HttpRequest, rest: str) -> HttpResponse:
    """An address of Azure ML's portal, which names no workspace in its path: the same in `default`.
    What its query says of a subscription means nothing here."""
    place = "runs" if request.path.startswith("/runs/") else "experiments"
    return redirect(f"/w/{request.workspace.slug}/{place}/{quote(rest)}")


@page(Action.WORKSPACE_READ)
def home(request: HttpRequest) -> HttpResponse:
    """The bare address of a workspace, which is also its MLflow tracking URI."""
    return redirect("experiments", workspace=request.workspace.slug)


@page(Action.WORKSPACE_READ)
def workspaces(request: HttpRequest) -> HttpResponse:
    """The lines of the menu to change to another workspace."""
    found = list_workspaces(request.principal)
    return render(request, "components/_workspaces.html", {"found": found})
