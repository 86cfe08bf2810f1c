"""Numbers at once: `run.log_list`."""

from collections.abc import Iterable
from typing import Any

from studio.sdk.exceptions import UserErrorException
from studio.sdk.values.names import plain_name
from studio.sdk.values.numbers import as_number, cell_of

# A longer list is written as several, which are joined at the studio.
MOST_VALUES = 10_000


def list_entries(name: str, value: Any) -> Iterable[dict[str, Any]]:
    """Yield the entries of a list. Raises UserErrorException where it is none of numbers."""
    values = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(values, str | dict) or not isinstance(values, Iterable):
        raise UserErrorException(f"log_list takes a list, not a {type(value).__name__}.")
    values = list(values)
    if not values:
        raise UserErrorException(f"The list {name!r} is empty.")
    if any(as_number(one) is None for one in values):
        raise UserErrorException(f"The list {name!r} holds something that is no number.")
    for start in range(0, len(values), MOST_VALUES):
        cells = [cell_of(one) for one in values[start : start + MOST_VALUES]]
        yield {"kind": "list", "name": plain_name(name), "value": cells}
