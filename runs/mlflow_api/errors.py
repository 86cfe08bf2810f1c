"""The errors of the MLflow protocol: a code, the HTTP status it travels with, a message.

Clients match on `error_code` and on parts of the message, so the texts follow MLflow's.
"""

import json
from types import MappingProxyType
from typing import Any

INVALID = "INVALID_PARAMETER_VALUE"
EXISTS = "RESOURCE_ALREADY_EXISTS"
MISSING = "RESOURCE_DOES_NOT_EXIST"
NO_ENDPOINT = "ENDPOINT_NOT_FOUND"
TOO_LARGE = "REQUEST_TOO_LARGE"
WRONG_METHOD = "METHOD_NOT_ALLOWED"

HTTP_STATUS = MappingProxyType(
    {
        INVALID: 400,
        EXISTS: 400,
        "BAD_REQUEST": 400,
        "UNAUTHENTICATED": 401,
        "PERMISSION_DENIED": 403,
        MISSING: 404,
        NO_ENDPOINT: 404,
        WRONG_METHOD: 405,
        "DEADLINE_EXCEEDED": 408,
        "LENGTH_REQUIRED": 411,
        TOO_LARGE: 413,
        "REQUEST_LIMIT_EXCEEDED": 429,
        "INTERNAL_ERROR": 500,
        "NOT_IMPLEMENTED": 501,
        "TEMPORARILY_UNAVAILABLE": 503,
        "STORAGE_FULL": 507,
    }
)

SHOWN_CHARS = 500


class ProtocolError(Exception):
    """What a client is told: `code` of `HTTP_STATUS` and a message in MLflow's words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def status(self) -> int:
        return HTTP_STATUS[self.code]


def missing_value(field: str) -> ProtocolError:
    """A required field is absent, null or an empty string."""
    return ProtocolError(INVALID, f"Missing value for required parameter '{field}'.")


def invalid_value(field: str, value: Any, reason: str = "") -> ProtocolError:
    """`value` does not fit `field`, a path such as `metrics[0].value`."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    if len(text) > SHOWN_CHARS:
        text = text[:SHOWN_CHARS] + "…"
    tail = f": {reason}" if reason else "."
    return ProtocolError(INVALID, f"Invalid value {text} for parameter '{field}' supplied{tail}")


def too_long(field: str, limit: int) -> ProtocolError:
    """`field` has more than `limit` characters."""
    message = f"'{field}' exceeds the maximum length of {limit} characters"
    return ProtocolError(INVALID, message)


def unknown_experiment(experiment_id: str) -> ProtocolError:
    """The workspace has no such experiment."""
    return ProtocolError(MISSING, f"No Experiment with id={experiment_id[:SHOWN_CHARS]} exists")


def unknown_run(run_id: str) -> ProtocolError:
    """The workspace has no such run."""
    return ProtocolError(MISSING, f"Run with id={run_id[:SHOWN_CHARS]} not found")
