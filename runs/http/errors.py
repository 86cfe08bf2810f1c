"""Which HTTP status an error of the rooms has, the same at every door."""

import logging
from types import MappingProxyType

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError

from runs.workspaces.errors import ErrorKind, StudioError

logger = logging.getLogger(__name__)

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


def as_studio_error(error: Exception) -> StudioError | None:
    """Return `error` as one that a door can answer; None for a fault of the studio itself.

    A database that does not answer is logged in full and told without details.
    """
    if isinstance(error, StudioError):
        return error
    if isinstance(error, RequestDataTooBig):
        return BodyTooLarge("The request body is too large.")
    if isinstance(error, OperationalError):
        logger.error("The database does not answer", exc_info=error)
        return DatabaseUnavailable("The database does not answer right now. Nothing was stored.")
    return None
