"""What can go wrong with a purge."""

from runs.tracking.errors import TrackingError


class PurgeChanged(TrackingError):
    """The numbers shown beforehand are not those of now. Nothing was erased."""
