"""JSON for the scripts of pages."""

from typing import Any

import msgspec
from django.http import HttpResponse


def as_json(answer: Any) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")
