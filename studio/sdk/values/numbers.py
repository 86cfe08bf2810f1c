"""Numbers of Python, numpy and torch, as JSON."""

import json
from math import isfinite, isnan
from typing import Any

from studio.sdk.exceptions import UserErrorException

LARGEST_INT = 2**53
CONTAINERS = list | tuple | dict | set | frozenset


def number_text(value: float) -> str:
    """Return a float as JSON; NaN and the infinities as words."""
    if isfinite(value):
        return repr(value)
    if isnan(value):
        return '"NaN"'
    return '"Infinity"' if value > 0 else '"-Infinity"'


def as_number(value: Any) -> float | int | None:
    """Return a number of any library as one of Python; None for what is no number."""
    kind = type(value)
    if kind is float or kind is int:
        return value
    if kind is bool:
        return int(value)
    if isinstance(value, str | bytes | CONTAINERS):
        return None
    if hasattr(value, "item") and getattr(value, "size", 1) != 0:
        try:
            return as_number(value.item())
        except (ValueError, TypeError, RuntimeError):
            return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def cell_of(value: Any) -> Any:
    """Return a cell of a row or table as JSON takes it: a number, a word for one, a text, None."""
    if value is None:
        return None
    number = as_number(value)
    if number is None:
        if isinstance(value, CONTAINERS) or (
            hasattr(value, "__len__") and not isinstance(value, str)
        ):
            raise UserErrorException(f"A cell is a number or a text, not {type(value).__name__}.")
        return str(value)
    if isinstance(number, int):
        return number if -LARGEST_INT <= number <= LARGEST_INT else float(number)
    return number if isfinite(number) else json.loads(number_text(number))
