"""The one place that turns what went wrong below into MLflow's error codes and words."""

import logging

from django.db import DatabaseError, OperationalError

from runs.artifacts import errors as artifacts
from runs.mlflow_api.errors import EXISTS, INVALID, MISSING, ProtocolError
from runs.search import SearchError
from runs.tracking import errors as tracking
from runs.tracking.filters import FilterError
from runs.workspaces import errors as workspaces

logger = logging.getLogger(__name__)

CODE_OF_ERROR: dict[type[Exception], str] = {
    tracking.NotFound: MISSING,
    tracking.NameTaken: EXISTS,
    tracking.TrackingError: INVALID,
    FilterError: INVALID,
    SearchError: INVALID,
    workspaces.NotSignedIn: "UNAUTHENTICATED",
    workspaces.NotAllowed: "PERMISSION_DENIED",
    workspaces.UnknownWorkspace: MISSING,
    artifacts.UnknownFile: MISSING,
    artifacts.BytesMissing: MISSING,
    artifacts.StoreFull: "STORAGE_FULL",
    artifacts.StoreUnavailable: "TEMPORARILY_UNAVAILABLE",
    artifacts.ArtifactError: INVALID,
    OperationalError: "TEMPORARILY_UNAVAILABLE",
}
# What these say is about us, not about the request.
TOLD = {
    artifacts.InvalidPath: "Invalid path",
    OperationalError: "The studio's database does not answer right now. Nothing was stored.",
}


def explain(error: Exception) -> ProtocolError:
    """Return what the client is told about `error`. The unexpected goes to the log in full."""
    if isinstance(error, ProtocolError):
        return error
    for kind in type(error).__mro__:
        if kind in CODE_OF_ERROR:
            if isinstance(error, DatabaseError):
                logger.error("The database does not answer", exc_info=error)
            return ProtocolError(CODE_OF_ERROR[kind], TOLD.get(type(error)) or str(error))
    logger.error("A request of the MLflow protocol failed", exc_info=error)
    return ProtocolError("INTERNAL_ERROR", "The studio failed to answer; its log says why.")
