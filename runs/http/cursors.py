"""Cursors: where a page of a list ended, as opaque text that the client hands back.

A room gives the place as a tuple of whole numbers, floats and texts, and takes such a tuple. A
cursor holds nothing secret. It is checked in full, because a client may send anything.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from runs.metrics.number_words import WORDS, write_number
from runs.tracking.texts import INT64_MAX, INT64_MIN
from runs.workspaces.errors import StudioError
from runs.workspaces.storable import is_storable

MAX_CHARS = 20_000

# What JSON holds for a kind of value.
WIRE = {
    int: Annotated[int, msgspec.Meta(ge=INT64_MIN, le=INT64_MAX)],
    float: float | Literal["NaN", "Infinity", "-Infinity"],
}


class BadCursor(StudioError):
    """The cursor is damaged, or belongs to another list or sort order."""


def write_cursor(place: Sequence[Any] | None) -> str | None:
    """Return the cursor of a place; None, the end of the list, has none."""
    if place is None:
        return None
    values = [write_number(value) if isinstance(value, float) else value for value in place]
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def read_cursor(text: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return the place of a cursor, whose values are of `kinds`; None without a cursor.

    Raises BadCursor for anything that `write_cursor` has not made.
    """
    if not text:
        return None
    wire = tuple(WIRE.get(kind, kind) for kind in kinds)
    try:
        if len(text) > MAX_CHARS:
            raise ValueError
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        data = base64.b64decode(padded, b"-_", validate=True)
        values = msgspec.json.decode(data, type=tuple[wire])
        if not all(is_storable(value) for value in values if isinstance(value, str)):
            raise ValueError
    except (ValueError, binascii.Error, msgspec.MsgspecError, RecursionError):
        raise BadCursor("The cursor cannot be read. Begin with the first page.") from None
    return tuple(
        WORDS[value] if kind is float and isinstance(value, str) else value
        for kind, value in zip(kinds, values, strict=True)
    )
