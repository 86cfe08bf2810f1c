"""What can go wrong with a purge."""

from runs.tracking.errors import TrackingError
from runs.workspaces.errors import ErrorKind


class PurgeChanged(TrackingError):
    """The numbers shown beforehand are not those of now. Nothing was erased."""

    kind, code = ErrorKind.CONFLICT, "purge_changed"
