"""Refusals before a view is reached, in the one shape of the API's errors."""

import msgspec
from django.http import HttpResponse

CODES = {400: "invalid_value", 403: "not_allowed", 413: "too_large"}


def answer_refusal(status: int, message: str) -> HttpResponse:
    """Return the answer to a request that is stopped at the border."""
    told = {"error": {"code": CODES.get(status, "refused"), "message": message}}
    return HttpResponse(msgspec.json.encode(told), status=status, content_type="application/json")
