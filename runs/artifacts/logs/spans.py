"""Where the lines of a log begin and end, found from any byte in either direction."""

from dataclasses import dataclass

import numpy as np

from runs.artifacts.logs.line_index import BLOCK_BYTES, newlines_in
from runs.artifacts.queries import Readable, read_file


@dataclass(frozen=True)
class Span:
    """The bytes [start, stop) of a line, with its newline if it `is_whole`."""

    start: int
    stop: int
    is_whole: bool


def spans_from(file: Readable, start: int, count: int) -> list[Span]:
    """Return up to `count` lines from `start`, which begins one."""
    spans: list[Span] = []
    begin, at = start, start
    for chunk in read_file(file, start):
        for end in newlines_in(chunk)[: count - len(spans)]:
            stop = at + int(end) + 1
            spans.append(Span(begin, stop, True))
            begin = stop
        at += len(chunk)
        if len(spans) == count:
            return spans
    if begin < file.size_bytes:
        spans.append(Span(begin, file.size_bytes, False))
    return spans


def spans_before(file: Readable, stop: int, count: int) -> list[Span]:
    """Return up to `count` lines that end at `stop`, which begins a line or is the end."""
    ends = _newlines_before(file, stop, count + 1)
    is_whole = bool(ends) and ends[-1] == stop - 1
    starts = [end + 1 for end in ends if end + 1 < stop]
    if len(ends) <= count and stop > 0:
        starts.insert(0, 0)
    starts = starts[-count:]
    stops = [*starts[1:], stop] if starts else []
    return [
        Span(start, end, is_whole or end < stop) for start, end in zip(starts, stops, strict=True)
    ]


def _newlines_before(file: Readable, stop: int, wanted: int) -> list[int]:
    """Return the positions of the last `wanted` newlines before `stop`, in ascending order."""
    found: list[np.ndarray] = []
    total = 0
    while stop > 0 and total < wanted:
        start = max(0, stop - BLOCK_BYTES)
        found.append(newlines_in(b"".join(read_file(file, start, stop))) + start)
        total += len(found[-1])
        stop = start
    return [int(end) for ends in reversed(found) for end in ends][-wanted:]


def spans_around(file: Readable, byte: int, count: int) -> list[Span]:
    start = line_start(file, byte)
    above = spans_before(file, start, count // 2) if count > 1 else []
    return above + spans_from(file, start, count - len(above))


def line_start(file: Readable, byte: int) -> int:
    """Return the byte where the line that holds `byte` begins."""
    ends = _newlines_before(file, min(max(byte, 0), file.size_bytes), 1)
    return ends[-1] + 1 if ends else 0
