"""Places: where a page of a search ended.

A place holds the sort values of the last run shown, so pages stay right while rows come and go. It
also holds the sort order and the time of the first page. Doors give it to clients as a cursor
(`runs/http`), so it may come back changed: it is checked against the sort keys.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runs.search.errors import PlaceError
from runs.search.sort_keys import EMPTY, MISSING, NUMBER, TEXT, SortKey

SortValue = tuple[int, float | str | None]
Place = tuple[Any, ...]

# The sort order, the time of the first page, and of the last run its id and start.
HEAD_KINDS = (int, int, str, int | None)
# Of each sort key the rank, and the value where it is a number or a text.
VALUE_KINDS = (int, int | float | None, str | None)


@dataclass(frozen=True, slots=True)
class Position:
    """The place behind one run: (rank, value) for each sort key, then what breaks ties."""

    values: tuple[SortValue, ...]
    started_ms: int | None
    run_id: str


def place_kinds(sort: Sequence[SortKey]) -> tuple[Any, ...]:
    """Return the types of the values in the places of searches in this order."""
    return HEAD_KINDS + VALUE_KINDS * len(unique_keys(sort))


def unique_keys(sort: Sequence[SortKey]) -> tuple[SortKey, ...]:
    """Return the sort keys, each once: a second one changes nothing."""
    return tuple(dict.fromkeys(sort))


def make_place(position: Position, keys: Sequence[SortKey], now_ms: int) -> Place:
    """Return the place of the page that ends at `position`."""
    values = [part for value in position.values for part in _split(*value)]
    return (_digest(keys), now_ms, position.run_id, position.started_ms, *values)


def read_place(place: Place, keys: Sequence[SortKey]) -> tuple[Position, int]:
    """Return the position and the time the first page was read at. Raises PlaceError."""
    order, now_ms, run_id, started_ms, *values = place
    if order != _digest(keys):
        raise PlaceError("The cursor is of another sort order. Begin with the first page.")
    each = len(VALUE_KINDS)
    parts = [_join(*values[at : at + each]) for at in range(0, len(values), each)]
    return Position(tuple(parts), started_ms, run_id), now_ms


def _digest(keys: Sequence[SortKey]) -> int:
    return zlib.crc32(repr([tuple(map(str, key.parts())) for key in keys]).encode())


def _split(rank: int, value: float | str | None) -> tuple[int, float | None, str | None]:
    return (rank, None, value) if isinstance(value, str) else (rank, value, None)


def _join(rank: int, number: float | None, text: str | None) -> SortValue:
    """Return the value of a sort key. Raises PlaceError for one that its rank cannot have."""
    is_number, is_text = number is not None, text is not None
    fits = {
        NUMBER: is_number and not is_text and not math.isnan(number or 0),
        TEXT: is_text and not is_number,
        EMPTY: not is_number and not is_text,
        MISSING: not is_number and not is_text,
    }
    if not fits.get(rank):
        raise PlaceError("The cursor cannot be read. Begin with the first page.")
    return rank, number if is_number else text
