"""Cursors: where a page of a list ended, as opaque text that the client hands back.

A room gives the place as a tuple of numbers, texts and None, and takes such a tuple. A cursor holds
nothing secret. It is checked in full, because a client may send anything. A text in a place may be
long, so a cursor is compressed.
"""

import base64
import binascii
import zlib
from collections.abc import Sequence
from typing import Any, TypeVar, Union, get_args

import msgspec

from runs.metrics.number_words import WORDS, Int64, Number, write_number
from runs.workspaces.errors import StudioError
from runs.workspaces.storable import is_storable

MAX_CHARS = 200_000
MAX_BYTES = 4 * MAX_CHARS  # unpacked

Key = TypeVar("Key", int, str)

# What JSON holds for a kind of value.
WIRE = {int: Int64, float: Number}


class BadCursor(StudioError):
    """The cursor is damaged, or belongs to another list or sort order."""


def write_cursor(place: Sequence[Any] | None) -> str | None:
    """Return the cursor of a place; None, the end of the list, has none."""
    if place is None:
        return None
    values = [write_number(value) if isinstance(value, float) else value for value in place]
    packed = zlib.compress(msgspec.json.encode(values))
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str | None, *kinds: Any) -> tuple[Any, ...] | None:
    """Return the place of a cursor; None without a cursor.

    `kinds` are the types of its values: int, float, str, or one of them or None; a number may also
    be `int | float`. Raises BadCursor for anything that `write_cursor` has not made.
    """
    if not text:
        return None
    wire = tuple(_wire_of(kind) for kind in kinds)
    try:
        values = msgspec.json.decode(_unpack(text), type=tuple[wire])
        if not all(is_storable(value) for value in values if isinstance(value, str)):
            raise ValueError
    except (ValueError, binascii.Error, zlib.error, msgspec.MsgspecError, RecursionError):
        raise BadCursor("The cursor cannot be read. Begin with the first page.") from None
    return tuple(
        WORDS[value] if isinstance(value, str) and float in _parts_of(kind) else value
        for kind, value in zip(kinds, values, strict=True)
    )


def write_key(key: int | str | None) -> str | None:
    """Return the cursor of a place that is one value; None, the end of the list, has none."""
    return write_cursor(None if key is None else (key,))


def read_key(text: str | None, kind: type[Key]) -> Key | None:
    """Return the one value of a cursor by `write_key`; None without a cursor. Raises BadCursor."""
    place = read_cursor(text, kind)
    return None if place is None else place[0]


def _unpack(text: str) -> bytes:
    """Return the JSON in a cursor. Raises ValueError or zlib.error for anything else."""
    if len(text) > MAX_CHARS:
        raise ValueError
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    unzip = zlib.decompressobj()
    data = unzip.decompress(base64.b64decode(padded, b"-_", validate=True), MAX_BYTES)
    if not unzip.eof or unzip.unused_data:
        raise ValueError
    return data


def _parts_of(kind: Any) -> tuple[Any, ...]:
    """Return the types of a union; of any other type itself."""
    return get_args(kind) or (kind,)


def _wire_of(kind: Any) -> Any:
    return Union[tuple(WIRE.get(part, part) for part in _parts_of(kind))]  # noqa: UP007  (made here)
