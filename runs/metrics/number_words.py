"""NaN and the infinities as words, because JSON has no numbers for them."""

import math

WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def write_number(value: float) -> float | str:
    """Return `value` as JSON can hold it: a number, or one of `WORDS`."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
