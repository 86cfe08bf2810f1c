"""The state of purges."""

from runs.housekeeping.models import Purge
from runs.workspaces.models import Workspace


def last_purge(workspace: Workspace) -> Purge | None:
    """Return the open purge of a workspace, or the last one that ended. One query."""
    return Purge.objects.filter(workspace=workspace).order_by("-id").first()
