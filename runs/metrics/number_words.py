"""Numbers in JSON: whole ones fit 64 bits; NaN and the infinities, which it lacks, are words."""

import math
from typing import Annotated, Literal

import msgspec

from runs.tracking.texts import INT64_MAX, INT64_MIN

Int64 = Annotated[int, msgspec.Meta(ge=INT64_MIN, le=INT64_MAX)]
Number = float | Literal["NaN", "Infinity", "-Infinity"]

WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def write_number(value: float) -> float | str:
    """Return `value` as JSON can hold it: a number, or one of `WORDS`."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
