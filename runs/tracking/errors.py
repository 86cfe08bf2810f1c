"""What can go wrong in this room. Every door maps this one family to its own format."""


class TrackingError(Exception):
    """A request the room refuses; `message` says what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(TrackingError):
    """No such experiment, run or tag in this workspace."""


class NameTaken(TrackingError):
    """Another experiment (a deleted one too) or run has this name."""


class InvalidValue(TrackingError):
    """A name, key, value or number that cannot be kept as it is."""


class NotActive(TrackingError):
    """The run or the experiment is deleted: it can be read, not written."""


class ParamChanged(TrackingError):
    """A param was logged before with another value."""


class PropertyChanged(TrackingError):
    """A property was written before; properties are written once."""


class StatusRefused(TrackingError):
    """The table of `statuses.py` has no way from the run's status to the one asked for."""
