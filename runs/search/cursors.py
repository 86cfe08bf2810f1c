"""Page cursors: where a page ended, as opaque text that a client hands back.

A cursor holds the sort values of the last run shown, so pages stay right while rows come and go.
It holds nothing secret; it is checked in full because a client may send anything.

It is not one of the cursors of `runs/http`, which lies above this room. Those hold a few values of
fixed types. Here the sort keys decide the types, a value may be a text of any length (so a cursor
is compressed), and the sort order and the time of the first page are part of it.
"""

import base64
import binascii
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType

from runs.search.errors import CursorError
from runs.search.sort_keys import EMPTY, MISSING, NUMBER, TEXT, SortKey
from runs.tracking.texts import INT64_MAX, INT64_MIN, is_storable

SortValue = tuple[int, float | str | None]
KINDS = {NUMBER: (int, float), TEXT: (str,), EMPTY: (NoneType,), MISSING: (NoneType,)}
SPECIAL = {"inf": math.inf, "-inf": -math.inf}
MAX_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class Position:
    """The place behind one run: (rank, value) for each sort key, then what breaks ties."""

    values: tuple[SortValue, ...]
    started_ms: int | None
    run_id: str


def write_position(position: Position, keys: Sequence[SortKey], now_ms: int) -> str:
    """Return the cursor of the page that ends at `position`."""
    data = {
        "k": [[rank, _pack(value)] for rank, value in position.values],
        "s": position.started_ms,
        "r": position.run_id,
        "o": _digest(keys),
        "n": now_ms,
    }
    text = json.dumps(data, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode())).decode().rstrip("=")


def read_position(cursor: str, keys: Sequence[SortKey]) -> tuple[Position, int]:
    """Return the position and the time the first page was read at. Raises CursorError."""
    try:
        if len(cursor) > MAX_CHARS:
            raise ValueError
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        unzip = zlib.decompressobj()
        data = json.loads(unzip.decompress(packed, MAX_CHARS * 4))
        position = Position(_values(data["k"]), _whole(data["s"]), _text(data["r"]))
        now_ms = data["n"]
        if _whole(now_ms) is None or len(position.values) != len(keys):
            raise ValueError
        order = data["o"]
    except (ValueError, LookupError, TypeError, binascii.Error, zlib.error, RecursionError):
        raise CursorError("The page cursor cannot be read. Begin with the first page.") from None
    if order != _digest(keys):
        raise CursorError("The page cursor is of another sort order. Begin with the first page.")
    return position, now_ms


def _digest(keys: Sequence[SortKey]) -> int:
    return zlib.crc32(repr([tuple(map(str, key.parts())) for key in keys]).encode())


def _pack(value: float | str | None) -> object:
    if isinstance(value, float):
        return [repr(value)] if math.isinf(value) else value
    return value


def _values(raw: object) -> tuple[SortValue, ...]:
    if not isinstance(raw, list):
        raise ValueError
    return tuple(_sort_value(rank, _unpack(value)) for rank, value in raw)


def _sort_value(rank: object, value: float | str | None) -> SortValue:
    if type(rank) is not int or rank not in KINDS or not isinstance(value, KINDS[rank]):
        raise ValueError
    return rank, value


def _unpack(raw: object) -> float | str | None:
    if isinstance(raw, list):
        return SPECIAL[raw[0]]
    if isinstance(raw, str):
        return _text(raw)
    if isinstance(raw, float) and math.isfinite(raw):
        return raw
    return _whole(raw)


def _whole(raw: object) -> int | None:
    if raw is None or (type(raw) is int and INT64_MIN <= raw <= INT64_MAX):
        return raw
    raise ValueError


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not is_storable(raw):
        raise ValueError
    return raw
