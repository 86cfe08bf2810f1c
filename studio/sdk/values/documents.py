"""Diagrams in Azure ML's format: confusion matrix, accuracy table, residuals, predictions."""

import json
from typing import Any

from studio.sdk.exceptions import UserErrorException
from studio.sdk.values.names import plain_name


def document_entry(kind: str, name: str, value: Any) -> dict[str, Any]:
    """Return the entry of a diagram: a dict or its JSON, with `schema_type`, `schema_version` and
    `data`. Raises UserErrorException where it is another one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise UserErrorException(f"The value of {name!r} is no JSON: {error}.") from error
    missing = {"schema_type", "schema_version", "data"} - set(
        value if isinstance(value, dict) else ()
    )
    if missing:
        raise UserErrorException(f"The value of {name!r} has no {', '.join(sorted(missing))}.")
    if value["schema_type"] != kind:
        raise UserErrorException(
            f"The schema_type of {name!r} is {value['schema_type']!r}, not {kind!r}."
        )
    return {"kind": kind, "name": plain_name(name), "value": as_plain(value)}


def as_plain(value: Any) -> Any:
    """Return a value with numpy's arrays and numbers as those of Python."""
    if isinstance(value, dict):
        return {str(key): as_plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(one) for one in value]
    return as_plain(value.tolist()) if hasattr(value, "tolist") else value
