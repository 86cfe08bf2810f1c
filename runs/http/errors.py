"""Which HTTP status an error of the rooms has, the same at every door."""

import errno
import os
from pathlib import Path
from types import MappingProxyType

from django.conf import settings
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


class DataFolderUnavailable(StudioError):
    """A file of the studio's own cannot be read or written."""

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
        Failure.FILE: DatabaseUnavailable(
            "The file of the database cannot be opened or written: its folder was deleted or "
            "moved, its disk is gone, or the studio has no right to write there. Whoever runs the "
            "studio can mend that."
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


NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
DATA_FOLDER = (
    "The data folder of the studio cannot be read or written: it was deleted or moved, its disk is "
    "gone, or the studio has no right to it."
)


def retry_after(status: int) -> str | None:
    """Return the seconds to wait before the next try (the header `Retry-After`); None for an error
    that does not pass by itself."""
    return {503: "2", 507: "30"}.get(status)


def as_studio_error(error: BaseException | None) -> StudioError | None:
    """Return `error` as one that a door can answer; None for a fault of the studio itself.

    An outage is logged, one line for many requests.
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
    if isinstance(error, OSError) and is_in_data_folder(error.filename):
        return of_data_folder(error)
    return None


def of_data_folder(error: OSError) -> StudioError:
    """Return what a door answers where a file of the studio's own fails."""
    what = "The disk is full." if error.errno in NO_SPACE else DATA_FOLDER
    tell(what, error)
    if error.errno in NO_SPACE:
        return DatabaseFull(f"{what} Free some space, then try again.")
    return DataFolderUnavailable(f"{what} Whoever runs the studio can mend that.")


def is_in_data_folder(path: object) -> bool:
    """Tell whether `path`, which an error of the system names, is the studio's own."""
    if not isinstance(path, str | bytes):
        return False
    return Path(os.fsdecode(path)).is_relative_to(settings.DATA_DIR)
