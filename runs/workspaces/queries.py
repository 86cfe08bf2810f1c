"""Reads of this room."""

from runs.workspaces.access import Principal
from runs.workspaces.models import Workspace


def list_workspaces(principal: Principal) -> list[Workspace]:
    """Return the workspaces somebody may see, by name. One query."""
    found = Workspace.objects.order_by("name", "slug")
    if not principal.is_owner_everywhere:
        found = found.filter(members__user=principal.user)
    return list(found)
