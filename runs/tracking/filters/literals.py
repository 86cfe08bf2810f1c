"""Numbers, dates and lengths of time as they are written in a filter, and back."""

import math
import re
from datetime import UTC, datetime, timedelta

from runs.tracking.filters.nodes import Ago, Moment
from runs.tracking.texts import INT64_MAX, INT64_MIN

NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
SPECIAL = {
    "nan": math.nan,
    "inf": math.inf,
    "+inf": math.inf,
    "-inf": -math.inf,
    "infinity": math.inf,
    "+infinity": math.inf,
    "-infinity": -math.inf,
}
DURATION = re.compile(
    r"(?P<sign>[+-]?)(?P<amount>\d{1,15}(?:\.\d{1,9})?)(?P<unit>ms|s|min|m|h|d|w)", re.ASCII
)
UNITS_MS = {
    "w": 604_800_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "min": 60_000,
    "s": 1000,
    "ms": 1,
}
DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<minute>\d\d:\d\d)(?P<second>:\d\d(?P<fraction>\.\d{1,6})?)?"
    r"(?P<zone>Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_MS = 2**62


def read_number(text: str) -> int | float | None:
    """Return a written number, None where `text` is none. Whole numbers of 64 bits stay whole.

    A number too large for a double reads as infinity; the caller refuses it.
    """
    if NUMBER.fullmatch(text) is None:
        return None
    if INTEGER.fullmatch(text) and len(text) <= 20 and INT64_MIN <= int(text) <= INT64_MAX:
        return int(text)
    return float(text)


def read_duration_ms(text: str) -> int | None:
    """Return a length of time such as `-7d`, `1.5h`, `90s`, `200ms`; None where it is none."""
    match = DURATION.fullmatch(text)
    if match is None:
        return None
    length = round(float(match["amount"]) * UNITS_MS[match["unit"]])
    return None if length > MAX_MS else -length if match["sign"] == "-" else length


def read_moment(text: str) -> Moment | Ago | None:
    """Return an ISO date or time (UTC unless it says otherwise), `now`, or a time relative to now
    such as `-7d`; None where it is none of them."""
    if text.lower() == "now":
        return Ago(0)
    length = read_duration_ms(text)
    if length is not None:
        return Ago(-length)
    match = DATE.fullmatch(text)
    return _read_date(match) if match else None


def _read_date(match: re.Match[str]) -> Moment | None:
    try:
        moment = datetime.fromisoformat(match.group())
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return Moment((moment - EPOCH) // timedelta(milliseconds=1), _span_ms(match))


def _span_ms(match: re.Match[str]) -> int:
    if match["fraction"]:
        return 1
    if match["second"]:
        return 1000
    return 60_000 if match["minute"] else 86_400_000


def write_moment(moment: Moment) -> str:
    """Return the ISO form that reads as the same moment and span."""
    time = EPOCH + timedelta(milliseconds=moment.ms)
    if moment.span_ms == 86_400_000 and moment.ms % 86_400_000 == 0:
        return time.date().isoformat()
    precision = {86_400_000: "minutes", 60_000: "minutes", 1000: "seconds", 1: "milliseconds"}
    text = time.replace(tzinfo=None).isoformat(timespec=precision[moment.span_ms])
    return f"{text}Z"


def write_duration(length_ms: int) -> str:
    """Return the shortest written form of a length of time, as `read_duration_ms` reads it."""
    for unit in ("d", "h", "m", "s"):
        if length_ms % UNITS_MS[unit] == 0:
            return f"{length_ms // UNITS_MS[unit]}{unit}"
    return f"{length_ms}ms"
