"""Refusals of requests that reach no view, as errors of the MLflow protocol."""

from django.http import HttpRequest, HttpResponse

from runs.http.doors import WORDS
from runs.mlflow_api.encoding import answer_error
from runs.mlflow_api.errors import INVALID, NO_ENDPOINT, TOO_LARGE, ProtocolError

CODES = {
    400: INVALID,
    403: "PERMISSION_DENIED",
    404: NO_ENDPOINT,
    408: "DEADLINE_EXCEEDED",
    413: TOO_LARGE,
    500: "INTERNAL_ERROR",
    503: "TEMPORARILY_UNAVAILABLE",
    507: "STORAGE_FULL",
}


def refuse(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """Answer a request that is stopped before any view."""
    return answer_error(ProtocolError(CODES[status], message or WORDS[status]))
