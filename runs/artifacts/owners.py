"""Whose a file is: a run's, a logged model's, or a workspace's, which keeps what no run owns."""

from django.db.models import QuerySet

from runs.artifacts.errors import OwnerGone
from runs.artifacts.models import File
from runs.tracking.models import Lifecycle, LoggedModel, Run
from runs.workspaces.models import Workspace

Owner = Run | LoggedModel | Workspace


def files_of(owner: Owner) -> QuerySet[File]:
    """Return the files of `owner`."""
    return File.objects.filter(**as_columns(owner))


def as_columns(owner: Owner) -> dict[str, Owner]:
    """Return the column of a file row that names `owner`."""
    names = {Run: "run", LoggedModel: "model", Workspace: "workspace"}
    return {names[type(owner)]: owner}


def lock_owner(owner: Owner) -> None:
    """Hold `owner` until the transaction ends, so that its paths change one writer at a time.

    Raises OwnerGone where it is deleted.
    """
    locked = type(owner).objects.select_for_update(no_key=True).filter(pk=owner.pk)
    if isinstance(owner, Run):
        locked = locked.exclude(lifecycle=Lifecycle.DELETED)
    if not locked.values_list("pk", flat=True).first():
        raise OwnerGone("The run is deleted. Restore it before adding files.")
