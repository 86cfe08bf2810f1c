"""What every error of the rooms has in common, and the errors of this room."""

import enum
from typing import Any, ClassVar


class ErrorKind(enum.Enum):
    """What an error means to whoever asked. Each door maps these kinds once to its own answers."""

    INVALID = enum.auto()
    NOT_SIGNED_IN = enum.auto()
    FORBIDDEN = enum.auto()
    NOT_FOUND = enum.auto()
    NAME_TAKEN = enum.auto()
    CONFLICT = enum.auto()
    GONE = enum.auto()
    TOO_LARGE = enum.auto()
    UNAVAILABLE = enum.auto()
    FULL = enum.auto()


class StudioError(Exception):
    """A request that a room refuses. `message` says what is wrong and what to do.

    `code` is one word for programs. Errors of one kind may have different codes.
    """

    kind: ClassVar[ErrorKind] = ErrorKind.INVALID
    code: ClassVar[str] = "invalid_value"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def facts(self) -> dict[str, Any]:
        """Return what a program may need beside the message, such as where to go on."""
        return {}


class WorkspaceError(StudioError):
    """Base of the errors of this room."""


class NotSignedIn(WorkspaceError):
    """The request has no valid credentials."""

    kind, code = ErrorKind.NOT_SIGNED_IN, "not_signed_in"


class NotAllowed(WorkspaceError):
    """The role of the user is not enough."""

    kind, code = ErrorKind.FORBIDDEN, "not_allowed"


class UnknownWorkspace(WorkspaceError):
    """The workspace does not exist, or the user is not a member of it."""

    kind, code = ErrorKind.NOT_FOUND, "not_found"


class SlugTaken(WorkspaceError):
    """Another workspace has this address."""

    kind, code = ErrorKind.NAME_TAKEN, "name_taken"


class UnknownUser(WorkspaceError):
    """Nobody has this name."""

    kind, code = ErrorKind.NOT_FOUND, "not_found"


class UnknownToken(WorkspaceError):
    """The user has no such token."""

    kind, code = ErrorKind.NOT_FOUND, "not_found"


class LastOwner(WorkspaceError):
    """The workspace would be left without an owner."""

    kind, code = ErrorKind.CONFLICT, "last_owner"


class InvalidName(WorkspaceError):
    """The address or the name is not valid."""
