"""How a purge goes on."""

from runs.housekeeping.models import Purge
from runs.workspaces.models import Workspace


def last_purge(workspace: Workspace) -> Purge | None:
    """Return the purge that goes on, or else the last one. One query."""
    return Purge.objects.filter(workspace=workspace).order_by("-id").first()
