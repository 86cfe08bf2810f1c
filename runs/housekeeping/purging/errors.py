"""What can go wrong with a purge."""

from runs.tracking.errors import TrackingError
from runs.workspaces.errors import ErrorKind


class PurgeChanged(TrackingError):
    """The counts shown before differ from those of now. Nothing was erased."""

    kind, code = ErrorKind.CONFLICT, "purge_changed"
