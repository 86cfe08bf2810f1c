"""Where a page of a list begins, as it stands in an address: two whole numbers, `123.45`."""

import re

from runs.tracking.errors import InvalidValue

Position = tuple[int, int]
TEXT = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")


def read_position(text: str) -> Position | None:
    """Return the position, None for the beginning. Raises InvalidValue."""
    if not text:
        return None
    match = TEXT.fullmatch(text)
    if match is None:
        raise InvalidValue("That is no `next` of a page before.")
    return int(match[1]), int(match[2])


def write_position(position: Position | None) -> str | None:
    return None if position is None else f"{position[0]}.{position[1]}"
