"""The one place that turns what went wrong into `{"error": {"code", "message", …}}`."""

import logging
import math
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions as drf
from rest_framework.response import Response

from runs.api.endpoint import CHALLENGE
from runs.artifacts import errors as artifacts
from runs.metrics import errors as metrics
from runs.search import SearchError
from runs.tracking import errors as tracking
from runs.tracking.filters import FilterError
from runs.workspaces import errors as workspaces

logger = logging.getLogger(__name__)

# Class of an error -> status, code. The most specific class that is here decides.
TABLE: dict[type[Exception], tuple[int, str]] = {
    workspaces.NotSignedIn: (401, "not_signed_in"),
    workspaces.NotAllowed: (403, "not_allowed"),
    workspaces.UnknownWorkspace: (404, "not_found"),
    workspaces.WorkspaceError: (400, "invalid_value"),
    tracking.NotFound: (404, "not_found"),
    tracking.NotActive: (409, "deleted"),
    tracking.NameTaken: (409, "name_taken"),
    tracking.ParamChanged: (409, "param_changed"),
    tracking.PropertyChanged: (409, "property_changed"),
    tracking.StatusRefused: (409, "status_refused"),
    tracking.TrackingError: (400, "invalid_value"),
    metrics.BatchChanged: (409, "batch_changed"),
    FilterError: (400, "invalid_filter"),
    SearchError: (400, "invalid_search"),
    artifacts.UnknownFile: (404, "not_found"),
    artifacts.UnknownSnapshot: (404, "not_found"),
    artifacts.SnapshotTaken: (409, "snapshot_taken"),
    artifacts.SnapshotTooLarge: (413, "too_large"),
    artifacts.BytesMissing: (410, "bytes_missing"),
    artifacts.PathTaken: (409, "path_taken"),
    artifacts.OwnerGone: (409, "deleted"),
    artifacts.NotDeleted: (409, "not_deleted"),
    artifacts.OffsetGap: (409, "offset_gap"),
    artifacts.OffsetConflict: (409, "offset_conflict"),
    artifacts.StoreFull: (507, "store_full"),
    artifacts.StoreUnavailable: (503, "unavailable"),
    artifacts.ArtifactError: (400, "invalid_value"),
    drf.ParseError: (400, "invalid_json"),
    drf.NotAuthenticated: (401, "not_signed_in"),
    drf.AuthenticationFailed: (401, "not_signed_in"),
    drf.PermissionDenied: (403, "not_allowed"),
    drf.NotFound: (404, "not_found"),
    Http404: (404, "not_found"),
    drf.MethodNotAllowed: (405, "method_not_allowed"),
    drf.UnsupportedMediaType: (415, "unsupported_media_type"),
    drf.Throttled: (429, "throttled"),
    RequestDataTooBig: (413, "too_large"),
    OperationalError: (503, "unavailable"),
}
TOLD: dict[type[Exception], str] = {
    OperationalError: "The database does not answer right now. Nothing was stored.",
    drf.UnsupportedMediaType: "Send the body as JSON, with Content-Type: application/json.",
    RequestDataTooBig: "The request body is too large.",
    Http404: "There is nothing at this address.",
}
HINTS = {
    "not_signed_in": "Send 'Authorization: Bearer <token>'. Make a token with manage.py token.",
    "deleted": "Restore it first.",
    "unavailable": "Send the same again in a moment.",
}
RETRY_S = "2"


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every error of every endpoint passes here."""
    if isinstance(error, drf.ValidationError):
        field, message = first_fault(error.detail)
        return shape(400, "invalid_value", message, field=field)
    status, code = entry_of(error)
    if status == 500:
        logger.error("A request of the API failed", exc_info=error)
        return shape(500, code, "The studio failed to answer; its log says why.")
    if isinstance(error, OperationalError):
        logger.error("The database does not answer", exc_info=error)
    known = next((TOLD[kind] for kind in type(error).__mro__ if kind in TOLD), "")
    response = shape(status, code, known or str(error), **facts_of(error))
    add_headers(response, error)
    return response


def entry_of(error: Exception) -> tuple[int, str]:
    found = (TABLE[kind] for kind in type(error).__mro__ if kind in TABLE)
    return next(found, (500, "internal_error"))


def facts_of(error: Exception) -> dict[str, Any]:
    """What an error says beside its message."""
    facts: dict[str, Any] = {}
    if isinstance(error, FilterError):
        facts = {"field": "filter", "position": error.position, "length": error.length}
        facts |= {"hint": error.hint} if error.hint else {}
    if isinstance(error, artifacts.OffsetGap | artifacts.OffsetConflict):
        facts = {"field": "offset", "expected": error.expected}
    if field := getattr(error, "field", ""):
        facts["field"] = field
    return facts


def add_headers(response: Response, error: Exception) -> None:
    if response.status_code == 401:
        response["WWW-Authenticate"] = CHALLENGE
    if response.status_code in (503, 507):
        response["Retry-After"] = RETRY_S
    if isinstance(error, drf.Throttled):
        response["Retry-After"] = str(math.ceil(error.wait or 1))


def shape(status: int, code: str, message: str, **facts: Any) -> Response:
    """Return the one shape of an error."""
    told: dict[str, Any] = {"code": code, "message": message}
    if code in HINTS:
        told["hint"] = HINTS[code]
    return Response({"error": told | facts}, status=status)


def first_fault(detail: Any, path: str = "") -> tuple[str, str]:
    """Return the field and the message of the first fault that a serializer has found."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        step = "" if name in ("", "non_field_errors") else str(name)
        return first_fault(inner, f"{path}.{step}" if path and step else path or step)
    if isinstance(detail, list):
        for index, inner in enumerate(detail):
            if isinstance(inner, dict | list) and inner:
                return first_fault(inner, f"{path}[{index}]")
        detail = next((inner for inner in detail if isinstance(inner, str)), "Invalid.")
    return path, str(detail)
