"""Every error of the client. `except StudioError` catches them all.

The names that end in `Exception` are those that scripts for Azure ML catch.
"""

from typing import Any


class StudioError(Exception):
    """Something went wrong in the client or at the studio; the text says what to do."""

    @property
    def message(self) -> str:
        """The text of the error."""
        return str(self)


class UserErrorException(StudioError):
    """The call is wrong, and would fail again."""


class NotSupported(UserErrorException):
    """Part of Azure ML that this studio does not have; the text says what to use instead."""


class WorkspaceException(StudioError):
    """There is no such workspace, or it cannot be used."""


class SnapshotException(StudioError):
    """A folder cannot be kept as the snapshot of a run."""


class ComputeTargetException(StudioError):
    """There is no such cluster, or it cannot do what was asked."""


class RunEnvironmentException(StudioError):
    """The script was not started by the studio, so there is no run to log to."""


class ActivityFailedException(StudioError):
    """A run that was waited for has failed or was canceled."""


class ExperimentExecutionException(StudioError):
    """Waiting for a run was interrupted; the run goes on."""


class ServiceException(StudioError):
    """What the studio answered. `status` is HTTP's, `code` and `facts` are the studio's own.

    `is_resent`: the request had been sent before, and that answer was lost.
    """

    def __init__(
        self, message: str, *, status: int = 0, code: str = "", facts: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.facts = facts or {}
        self.is_resent = False


class StudioAway(ServiceException):
    """The studio gave no answer, or one that it is busy, in the time it was given."""


class RequestRefused(ServiceException, UserErrorException):
    """The studio says that the request is wrong; sending it again does not help."""


class NotSignedIn(RequestRefused):
    """The studio does not know who asks, or the token is not valid any more."""


class NotAllowed(RequestRefused):
    """The studio knows who asks, and refuses."""


class NotFound(RequestRefused):
    """There is no such thing at the studio."""


class Conflict(RequestRefused):
    """What is to be stored contradicts what is stored already."""


BY_STATUS: dict[int, type[RequestRefused]] = {
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
}
