"""From rows to the bytes of an answer."""

from typing import Any

import msgspec
from django.http import HttpResponse

from runs.http.errors import retry_after
from runs.metrics.number_words import write_number
from runs.mlflow_api.errors import ProtocolError

encode = msgspec.json.Encoder().encode


def encode_double(value: float | None) -> float | str:
    """Return a double as proto3-JSON writes it. None is how the tables keep NaN.

    Infinities stay what they are: MLflow itself would store the largest double instead.
    """
    return "NaN" if value is None else write_number(value)


def answer(body: Any, status: int = 200) -> HttpResponse:
    """Return `body` as JSON."""
    data = encode(body)
    response = HttpResponse(data, status=status, content_type="application/json")
    response["Content-Length"] = str(len(data))
    return response


def answer_error(error: ProtocolError) -> HttpResponse:
    """Return an error as every client of the protocol expects it."""
    response = answer({"error_code": error.code, "message": error.message}, error.status)
    if error.code == "UNAUTHENTICATED":
        response["WWW-Authenticate"] = 'Basic realm="Studio", Bearer'
    if seconds := retry_after(error.status):
        response["Retry-After"] = seconds
    return response


def without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    """Return `fields` without those the protocol leaves out: None and empty lists."""
    return {name: value for name, value in fields.items() if value is not None and value != []}
