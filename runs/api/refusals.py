"""Refusals of requests that reach no view, in the one shape of the API's errors."""

import msgspec
from django.http import HttpRequest, HttpResponse

from runs.http.doors import WORDS
from runs.http.errors import retry_after

# The code of a status where no error of a room says it.
CODES = {
    400: "invalid_value",
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    408: "body_stalled",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
    500: "internal_error",
    503: "unavailable",
    507: "store_full",
}


def refuse(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """Answer a request that is stopped before any view."""
    told = {"error": {"code": CODES[status], "message": message or WORDS[status]}}
    body, kind = msgspec.json.encode(told), "application/json"
    seconds = retry_after(status)
    headers = {"Retry-After": seconds} if seconds else None
    return HttpResponse(body, status=status, content_type=kind, headers=headers)
