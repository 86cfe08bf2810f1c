"""Which HTTP status an error of the rooms has, the same at every door."""

from types import MappingProxyType

from django.core.exceptions import RequestDataTooBig

from runs.database.failures import Failure, failure_of
from runs.database.outage_log import tell, tell_failure
from runs.workspaces.errors import ErrorKind, StudioError

STATUS = MappingProxyType(
    {
        ErrorKind.INVALID: 400,
        ErrorKind.NOT_SIGNED_IN: 401,
        ErrorKind.FORBIDDEN: 403,
        ErrorKind.NOT_FOUND: 404,
        ErrorKind.NAME_TAKEN: 409,
        ErrorKind.CONFLICT: 409,
        ErrorKind.GONE: 410,
        ErrorKind.TOO_LARGE: 413,
        ErrorKind.UNAVAILABLE: 503,
        ErrorKind.FULL: 507,
    }
)


class LengthRequired(StudioError):
    """The request has a body, and nothing says where it ends."""

    code = "length_required"


class BodyTooLarge(StudioError):
    """The request body is larger than the address takes."""

    kind, code = ErrorKind.TOO_LARGE, "too_large"


class DatabaseUnavailable(StudioError):
    """The database does not answer."""

    kind, code = ErrorKind.UNAVAILABLE, "unavailable"


class DatabaseLocked(DatabaseUnavailable):
    """Another program keeps the database locked."""


class DatabaseFull(StudioError):
    """The disk under the database is full."""

    kind, code = ErrorKind.FULL, "store_full"


# A commit whose answer got lost may have been stored: only a lock and a full disk leave nothing.
OUTAGES = MappingProxyType(
    {
        Failure.AWAY: DatabaseUnavailable(
            "The database does not answer: it is stopped, starting or out of reach. "
            "Try again in a moment."
        ),
        Failure.LOCKED: DatabaseLocked(
            "Another program keeps the database locked. Nothing was stored. Try again in a moment."
        ),
        Failure.FULL: DatabaseFull(
            "The disk is full, and the database cannot grow. Nothing was stored. "
            "Free some space, then try again."
        ),
    }
)


def retry_after(status: int) -> str | None:
    """Return after how many seconds to ask again (the header `Retry-After`); None for an error
    that does not pass by itself."""
    return {503: "2", 507: "30"}.get(status)


def as_studio_error(error: BaseException | None) -> StudioError | None:
    """Return `error` as one that a door can answer; None for a fault of the studio itself.

    What keeps the studio from storing anything is logged, in one line for many requests.
    """
    if isinstance(error, StudioError):
        if error.kind in (ErrorKind.UNAVAILABLE, ErrorKind.FULL):
            tell(error.message, error.__cause__ or "")
        return error
    if isinstance(error, RequestDataTooBig):
        return BodyTooLarge("The request body is too large.")
    if (failure := failure_of(error)) is not None:
        tell_failure(failure, error)
        told = OUTAGES[failure]
        return type(told)(told.message)
    return None
