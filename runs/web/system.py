"""The System page: how much room files take, and freeing that of deleted runs."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from runs.artifacts.purging import preview_purge, purge_files
from runs.charts.disk_use import read_disk_use
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Lifecycle, Run
from runs.web.gate import page
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Action, is_allowed


@page(Action.WORKSPACE_READ)
def system(request: HttpRequest) -> HttpResponse:
    deleted = deleted_runs(request.workspace)
    context = {
        "place": "system",
        "crumbs": [{"label": "System"}],
        "disk": read_disk_use(
            workspace=request.workspace, with_studio=request.principal.is_owner_everywhere
        ),
        "deleted": len(deleted),
        "purge": preview_purge(deleted),
        "may_purge": is_allowed(request.role, Action.RUN_PURGE),
    }
    return render(request, "system/page.html", context)


@page(Action.RUN_PURGE, methods=("POST",))
def purge(request: HttpRequest) -> HttpResponse:
    """Erase the files of all deleted runs; `runs` is how many the reader has agreed to."""
    deleted = deleted_runs(request.workspace)
    if request.POST.get("runs", "").strip() != str(len(deleted)):
        raise InvalidValue(
            f"Type {len(deleted)}, the number of deleted runs, to erase their files. "
            "Nothing was erased."
        )
    purge_files(runs=deleted)
    where = reverse("system", kwargs={"workspace": request.workspace.slug})
    return HttpResponseRedirect(where)


def deleted_runs(workspace: Workspace) -> list[Run]:
    """The deleted runs of a workspace. One query."""
    return list(Run.objects.filter(workspace=workspace, lifecycle=Lifecycle.DELETED))
