"""What a name, a key, a value or a number must be, so that both databases keep it exactly."""

import json
import posixpath
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from django.db.models import TextChoices

from runs.tracking.errors import InvalidValue
from runs.workspaces.storable import is_storable

MAX_NAME_CHARS = 500
MAX_KEY_CHARS = 250
MAX_VALUE_CHARS = 65_536
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

KEY = re.compile(r"[\w/.\-: ]+")
RUN_ID = re.compile(r"[a-zA-Z0-9][\w\-]{0,255}")


def check_text(text: str, what: str, limit: int = MAX_VALUE_CHARS) -> str:
    """Return `text`, or raise InvalidValue when it cannot be kept exactly or is too long."""
    if not isinstance(text, str):
        raise InvalidValue(f"The {what} must be a text, not {type(text).__name__}.")
    if len(text) > limit:
        raise InvalidValue(f"The {what} exceeds the maximum length of {limit} characters.")
    if not is_storable(text):
        raise InvalidValue(f"The {what} holds a NUL character or a lone surrogate.")
    return text


def check_name(name: str, what: str) -> str:
    """Return `name`, or raise InvalidValue when it is blank, too long or cannot be kept."""
    if not check_text(name, what, MAX_NAME_CHARS).strip():
        raise InvalidValue(f"The {what} must not be empty.")
    return name


@lru_cache(maxsize=8192)
def is_key(key: str) -> bool:
    """Tell whether `key` follows MLflow's rule for names of metrics, params and tags.

    Word characters of any script, `/ . - _ :` and space; a normalised relative path, so that
    clients that keep metrics in files can name a file by it.
    """
    if KEY.fullmatch(key) is None:
        return False
    return posixpath.normpath(key) == key and key != "." and not key.startswith(("..", "/"))


def check_key(key: str) -> str:
    """Return `key`, or raise InvalidValue: the rule for names of metrics, params, tags and
    properties."""
    check_text(key, "key", MAX_KEY_CHARS)
    if not is_key(key):
        raise InvalidValue(
            f"Invalid name: {key!r}. Names may hold letters, digits, '_', '/', '.', '-', ':' and "
            "spaces, and must read as a relative path: no '//', no '..', no '/' at either end."
        )
    return key


def check_run_id(run_id: str) -> str:
    """Return `run_id`, or raise InvalidValue: a letter or digit, then up to 255 word characters
    or `-`."""
    if not isinstance(run_id, str) or RUN_ID.fullmatch(run_id) is None:
        raise InvalidValue(
            f"Invalid run ID: {run_id!r}. It starts with a letter or digit and holds at most 256 "
            "letters, digits, '_' and '-'."
        )
    return run_id


@cache
def _values_of(choices: type[TextChoices]) -> frozenset[str]:
    return frozenset(choices.values)


def check_choice(choices: type[TextChoices], value: str, what: str) -> str:
    """Return `value`, or raise InvalidValue when it is none of the choices."""
    if value not in _values_of(choices):
        raise InvalidValue(f"Unknown {what} {value!r}. Use one of {', '.join(choices.values)}.")
    return str(value)


def check_json(value: Any, what: str) -> Any:
    """Return `value`, or raise InvalidValue when it is no JSON that both databases keep."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidValue(f"The {what} is not JSON: {error}.") from error
    if len(text) > MAX_VALUE_CHARS:
        raise InvalidValue(f"The {what} exceeds the maximum length of {MAX_VALUE_CHARS} as JSON.")
    if not all(is_storable(part) for part in _texts_of(value)):
        raise InvalidValue(f"The {what} holds a NUL character or a lone surrogate.")
    return value


def _texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts_of(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts_of(inner)


def check_int64(number: int, what: str) -> int:
    """Return `number`, or raise InvalidValue when it is not a whole number of 64 bits."""
    if not isinstance(number, int) or isinstance(number, bool):
        raise InvalidValue(f"The {what} must be a whole number.")
    if not INT64_MIN <= number <= INT64_MAX:
        raise InvalidValue(f"The {what} {number} is outside the range of 64-bit integers.")
    return number
