"""What can go wrong in this room. Every door maps this one family to its own format."""

from runs.workspaces.errors import ErrorKind, StudioError


class TrackingError(StudioError):
    """A request the room refuses; `message` says what is wrong and what to do."""


class NotFound(TrackingError):
    """No such experiment, run or tag in this workspace."""

    kind, code = ErrorKind.NOT_FOUND, "not_found"


class NameTaken(TrackingError):
    """Another experiment (a deleted one too) or run has this name."""

    kind, code = ErrorKind.NAME_TAKEN, "name_taken"


class InvalidValue(TrackingError):
    """A name, key, value or number that cannot be kept as it is."""


class NotActive(TrackingError):
    """The run or the experiment is deleted: it can be read, not written."""

    kind, code = ErrorKind.CONFLICT, "deleted"


def not_active(what: str) -> NotActive:
    """Return the error that `what` (`The run 3f…`) is deleted and cannot be written."""
    return NotActive(f"{what} must be in the 'active' state. Current state is deleted.")


class ParamChanged(TrackingError):
    """A param was logged before with another value."""

    kind, code = ErrorKind.CONFLICT, "param_changed"


class PropertyChanged(TrackingError):
    """A property was written before; properties are written once."""

    kind, code = ErrorKind.CONFLICT, "property_changed"


class StatusRefused(TrackingError):
    """The table of `statuses.py` has no way from the run's status to the one asked for."""

    kind, code = ErrorKind.CONFLICT, "status_refused"
