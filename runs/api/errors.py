"""Every error of the API, as `{"error": {"code", "message", …}}`."""

import logging
import math
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import challenge
from runs.api.refusals import CODES
from runs.http.doors import WORDS
from runs.http.errors import STATUS, as_studio_error, retry_after

logger = logging.getLogger(__name__)

# What the framework refuses; a status of 500 and above is a fault of the studio.
REFUSED = frozenset(status for status in CODES if status < 500)
HINTS = {
    "not_signed_in": "Send 'Authorization: Bearer <token>'. Make a token on the page Your tokens.",
    "deleted": "Restore it first.",
    "changed_meanwhile": "To replace it, send `now` as what you have seen, or say nothing of it.",
    "unavailable": "Send the same again in a moment.",
}


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Return the answer to any error of an endpoint. DRF calls this as its exception handler."""
    request = context["request"]
    response = answer_error(error)
    if response.status_code == 401 and is_opened_by_a_person(request):
        back = urlencode({"next": request.get_full_path()})
        return Response(status=302, headers={"Location": f"{reverse('sign_in')}?{back}"})
    add_headers(response, error, request)
    return response


def is_opened_by_a_person(request: Request) -> bool:
    """Tell whether somebody has opened the address in a browser and may sign in there."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


def answer_error(error: Exception) -> Response:
    """Return the answer to an error, without the headers of its status."""
    if (refused := as_studio_error(error)) is not None:
        return shape(STATUS[refused.kind], refused.code, str(refused), **refused.facts())
    if isinstance(error, Http404):
        return refused_as(404)
    if isinstance(error, drf.ValidationError):
        field, message = first_fault(error.detail)
        return shape(400, "invalid_value", message, field=field)
    if isinstance(error, drf.UnsupportedMediaType):
        error.detail = "Send the body as JSON, with Content-Type: application/json."
    if isinstance(error, drf.ParseError):
        return shape(400, "invalid_json", str(error.detail))
    if isinstance(error, drf.APIException) and error.status_code in REFUSED:
        return refused_as(error.status_code, str(error.detail))
    logger.error("A request of the API failed", exc_info=error)
    return refused_as(500)


def refused_as(status: int, message: str = "") -> Response:
    """Return the answer of a status with the code and, without a message, the words it has."""
    return shape(status, CODES[status], message or WORDS[status])


def add_headers(response: Response, error: Exception, request: Request) -> None:
    """Say how to sign in, or when to ask again."""
    if response.status_code == 401:
        response["WWW-Authenticate"] = challenge(request)
    if seconds := retry_after(response.status_code):
        response["Retry-After"] = seconds
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
