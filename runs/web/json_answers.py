"""JSON for the scripts of pages."""

from typing import Any

import msgspec
from django.http import HttpResponse


def as_json(answer: Any, status: int = 200) -> HttpResponse:
    """Return `answer` as JSON."""
    return HttpResponse(msgspec.json.encode(answer), status=status, content_type="application/json")
