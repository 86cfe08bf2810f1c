"""What can go wrong in this room, in the family that every door maps already."""

from runs.tracking.errors import InvalidValue, TrackingError
from runs.workspaces.errors import ErrorKind


class InvalidPoint(InvalidValue):
    """A step, time or value that cannot be kept exactly."""


class WriterMoved(TrackingError):
    """Somebody else has stored values of this writer meanwhile."""

    kind, code = ErrorKind.CONFLICT, "writer_moved"


class BatchChanged(TrackingError):
    """A batch under this id is stored already, and it was another one."""

    kind, code = ErrorKind.CONFLICT, "batch_changed"
