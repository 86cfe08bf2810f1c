"""Byte ranges as HTTP asks for them (RFC 9110, section 14)."""

import re

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def read_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the bytes [start, stop) that a Range header asks for; None for the whole.

    An empty range means that the header asks for nothing that exists. Several ranges are answered
    in whole, as HTTP allows.
    """
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return max(size - int(match[2]), 0), size if int(match[2]) else 0
    start = int(match[1])
    stop = int(match[2]) + 1 if match[2] else size
    if stop <= start:
        return None if match[2] and int(match[2]) < start else (start, start)
    return start, min(stop, size)
