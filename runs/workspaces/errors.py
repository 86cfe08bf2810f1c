"""What can go wrong at the gate and with workspaces. Every door maps this family itself."""


class WorkspaceError(Exception):
    """A request the room refuses; `message` says what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotSignedIn(WorkspaceError):
    """Nobody, or nobody we know, is asking (HTTP: 401)."""


class NotAllowed(WorkspaceError):
    """The one who asks has a role that does not suffice (403)."""


class UnknownWorkspace(WorkspaceError):
    """No such workspace, or none that the one who asks is a member of (404)."""


class SlugTaken(WorkspaceError):
    """Another workspace has this address."""


class InvalidValue(WorkspaceError):
    """An address or a name that cannot be."""
