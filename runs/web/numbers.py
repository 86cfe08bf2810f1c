"""Numbers as a person reads them: the same words as `static/js/lib/numbers.js`."""

import math

SPECIAL = {"nan": "NaN", "inf": "∞", "-inf": "\u2212∞"}
GREAT, SMALL = 1e9, 1e-4
WHOLE_BELOW = 1e15


def format_number(value: float | None, digits: int = 4) -> str:
    """`value` with `digits` significant digits and no useless zeros; very large and very small
    ones with an exponent; whole numbers in full."""
    if value is None:
        return "—"
    if not math.isfinite(value):
        return SPECIAL[str(value)]
    size = abs(value)
    if value == int(value) and size < WHOLE_BELOW:
        return f"{int(value):,}"
    if size < SMALL or size >= GREAT:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        return f"{trim(mantissa)}e{int(exponent)}"
    decimals = max(0, digits - 1 - math.floor(math.log10(size)))
    return trim(f"{value:.{decimals}f}")


def trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_seconds(value: float) -> str:
    """A time span in words: `12 s`, `3 min`, `1 h 20 min`."""
    whole = round(value)
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
