"""Who may do what in a workspace: a page for its owners."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from runs.tracking.errors import InvalidValue
from runs.web.gate import page
from runs.web.system import frame
from runs.workspaces.permissions import Action, Role
from runs.workspaces.queries import get_user, list_members
from runs.workspaces.services import remove_member, set_role

ROLES = {role.label: role for role in Role}


@page(Action.WORKSPACE_MANAGE)
def members(request: HttpRequest) -> HttpResponse:
    """The members, each with a role."""
    return render(request, "system/members.html", frame(request, "members") | read(request))


@page(Action.WORKSPACE_MANAGE, ("POST",))
def change(request: HttpRequest) -> HttpResponse:
    """Give the user `name` a `role`, or take it away where the role is empty."""
    user = get_user(request.POST.get("name", "").strip())
    role = request.POST.get("role", "")
    if role == "":
        remove_member(workspace=request.workspace, user=user)
    elif role in ROLES:
        set_role(workspace=request.workspace, user=user, role=ROLES[role])
    else:
        raise InvalidValue(f"A role is one of {', '.join(ROLES)}.")
    return render(request, "system/_members.html", read(request))


def read(request: HttpRequest) -> dict[str, Any]:
    return {"members": list_members(request.workspace), "roles": ROLES}
