"""The System page: how much room files take, and how the studio itself is doing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from runs.housekeeping.disk_use import list_largest_runs, read_disk_use
from runs.housekeeping.server_state import read_server_state
from runs.http.cursors import read_cursor
from runs.tracking.errors import NotFound
from runs.web.addresses import next_address
from runs.web.gate import page
from runs.web.own_files import folder_context
from runs.workspaces.permissions import Action, is_allowed

EXPERIMENTS_PER_PAGE = 100


def frame(request: HttpRequest, tab: str) -> dict[str, Any]:
    """What every tab of the page needs."""
    tabs = [("system", "Disk use"), ("system_deleted", "Deleted runs"), ("limits", "Limits")]
    if is_allowed(request.role, Action.WORKSPACE_MANAGE):
        tabs.append(("members", "Members"))
    if request.principal.is_owner_everywhere:
        tabs.append(("system_server", "Server"))
    return {"place": "system", "crumbs": [{"label": "System"}], "tabs": tabs, "tab": tab}


@page(Action.WORKSPACE_READ)
def system(request: HttpRequest) -> HttpResponse:
    """`?by=runs`: the largest runs instead of the experiments; `?by=none`: what no run owns."""
    workspace, position = request.workspace, read_cursor(request.GET.get("after"), int, int)
    disk = read_disk_use(workspace=workspace, with_studio=request.principal.is_owner_everywhere)
    context = {**frame(request, "system"), "disk": disk, "is_later": position is not None}
    if request.GET.get("by") == "runs":
        largest = list_largest_runs(workspace=workspace, after=position)
        context |= {"runs": largest.rows, "next": next_address(request, largest.next)}
    elif request.GET.get("by") == "none":
        context |= folder_context(request)
    else:
        shown = [
            row
            for row in disk.experiments
            if position is None or (-row.size_bytes, row.number) > (-position[0], position[1])
        ]
        last = shown[EXPERIMENTS_PER_PAGE - 1] if len(shown) > EXPERIMENTS_PER_PAGE else None
        context |= {
            "experiments": shown[:EXPERIMENTS_PER_PAGE],
            "next": next_address(request, last and (last.size_bytes, last.number)),
        }
    return render(request, "system/disk.html", context)


@page(Action.WORKSPACE_MANAGE)
def server(request: HttpRequest) -> HttpResponse:
    """For those who own the whole studio. Raises NotFound for all others."""
    if not request.principal.is_owner_everywhere:
        raise NotFound("Only studio owners can see the state of the server.")
    context = {**frame(request, "system_server"), "server": read_server_state()}
    return render(request, "system/server.html", context)
