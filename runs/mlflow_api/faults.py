"""From what went wrong in a room to MLflow's error codes and words."""

import logging
from types import MappingProxyType

from runs.artifacts.errors import InvalidPath
from runs.http.doors import WORDS
from runs.http.errors import LengthRequired, as_studio_error
from runs.mlflow_api.errors import EXISTS, INVALID, MISSING, TOO_LARGE, ProtocolError
from runs.workspaces.errors import ErrorKind

logger = logging.getLogger(__name__)

CODES = MappingProxyType(
    {
        ErrorKind.INVALID: INVALID,
        ErrorKind.NOT_SIGNED_IN: "UNAUTHENTICATED",
        ErrorKind.FORBIDDEN: "PERMISSION_DENIED",
        ErrorKind.NOT_FOUND: MISSING,
        ErrorKind.NAME_TAKEN: EXISTS,
        ErrorKind.CONFLICT: INVALID,
        ErrorKind.GONE: MISSING,
        ErrorKind.TOO_LARGE: TOO_LARGE,
        ErrorKind.UNAVAILABLE: "TEMPORARILY_UNAVAILABLE",
        ErrorKind.FULL: "STORAGE_FULL",
    }
)


def explain(error: Exception) -> ProtocolError:
    """Return what the client is told about `error`. An unexpected error is logged in full."""
    if isinstance(error, ProtocolError):
        return error
    if isinstance(error, InvalidPath):
        return ProtocolError(INVALID, "Invalid path")
    if isinstance(error, LengthRequired):
        return ProtocolError("LENGTH_REQUIRED", error.message)
    if (refused := as_studio_error(error)) is not None:
        return ProtocolError(CODES[refused.kind], str(refused))
    logger.error("A request of the MLflow protocol failed", exc_info=error)
    return ProtocolError("INTERNAL_ERROR", WORDS[500])
