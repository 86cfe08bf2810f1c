"""The order in which people put names: `trial-2` before `trial-10`, 0.01 before 0.1 before 10."""

import math
import re
from typing import Any

DIGITS = re.compile(r"([0-9]+)")
Piece = tuple[int, float, str]


def natural_key(value: Any) -> tuple[Piece, ...]:
    """A sort key: numbers by their size, before texts; whole numbers within texts by theirs. A
    missing value comes first."""
    if value is None:
        return ()
    text = str(value)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isnan(number):
        return ((0, number, ""),)
    pieces = DIGITS.split(text.casefold())
    return tuple((1, float(piece), "") if i % 2 else (2, 0.0, piece)
                 for i, piece in enumerate(pieces))  # fmt: skip
