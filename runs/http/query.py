"""Parameters of a query string, read by the same rules everywhere."""

from django.http import QueryDict

from runs.tracking.errors import InvalidValue

MAX_DIGITS = 18  # a number of so many digits fits a 64-bit column
MOST = 10**MAX_DIGITS - 1


def is_whole(text: str) -> bool:
    """Tell whether `text` is a whole number from 0 on, of at most 18 plain digits."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


def read_whole(
    query: QueryDict, name: str, *, default: int | None = None, low: int = 0, high: int = MOST
) -> int:
    """Return a whole number from `low` to `high`; `default` for a missing or empty parameter.

    Raises InvalidValue, also for such a parameter without a default.
    """
    text = query.get(name, "")
    if default is not None and not text:
        return default
    digits = text.removeprefix("-") if low < 0 else text
    if not is_whole(digits) or not low <= int(text) <= high:
        limits = f" from {low} to {high}" if high < MOST else ""
        raise InvalidValue(f"{name} is a whole number{limits}.")
    return int(text)


def read_flag(query: QueryDict, name: str) -> bool:
    """Return whether the parameter is `1`."""
    return query.get(name) == "1"


def read_list(query: QueryDict, name: str) -> list[str]:
    """Return the texts of `name=a,b`, each once, in the order given."""
    return list(dict.fromkeys(filter(None, query.get(name, "").split(","))))
