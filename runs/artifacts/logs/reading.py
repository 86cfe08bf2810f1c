"""A page of a log: its lines by number, by byte, or from the end, decoded for display."""

from dataclasses import dataclass, field
from itertools import zip_longest

from runs.artifacts.logs.ansi import Segment, Style, parse_line, style_after
from runs.artifacts.logs.encodings import decode, encoding_of
from runs.artifacts.logs.levels import level_of
from runs.artifacts.logs.line_index import LineIndex, index_of
from runs.artifacts.logs.spans import Span, line_start, spans_around, spans_before, spans_from
from runs.artifacts.logs.times import byte_at, read_time_span, read_times
from runs.artifacts.queries import Readable, read_file

MAX_COUNT = 5000
MAX_PART_BYTES = 1 << 20
# Of a longer line only a part is shown: its beginning, or its last state where it is progress.
MAX_LINE_BYTES = 1 << 14
# How far back a colour may have been set that is still on.
_LOOK_BACK_BYTES = 1 << 14
# Lines close to each other are fetched together.
_FETCH_BYTES = 1 << 22
_BUDGET_S = 0.5


@dataclass(frozen=True)
class LogPart:
    """Raw bytes of a log: [start, start + len(data)) of `size_bytes` so far."""

    data: bytes
    start: int
    size_bytes: int
    growing: bool

    @property
    def next_byte(self) -> int:
        return self.start + len(self.data)


@dataclass(frozen=True)
class Line:
    """A line as it is shown. `no` counts from 1 and is None while the file is being counted;
    `received_ms` is when its first byte arrived, None where that is not known."""

    no: int | None
    byte: int
    size_bytes: int
    segments: list[Segment]
    level: str = ""
    is_cut: bool = False
    received_ms: int | None = None

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.segments)


@dataclass(frozen=True)
class LogPage:
    """Consecutive lines. Go on at `next_byte`: an unfinished last line is sent again there.

    `received` is when the first and the last bytes of the log arrived, None where no time is known.
    """

    lines: list[Line]
    first_byte: int
    next_byte: int
    total_bytes: int
    total_lines: int | None
    at_end: bool
    growing: bool = field(default=False)
    received: tuple[int, int] | None = None


def read_log(file: Readable, start: int = 0, limit: int = MAX_PART_BYTES) -> LogPart:
    """Return up to `limit` raw bytes from `start`; a negative `start` counts from the end."""
    size = file.size_bytes
    start = min(max(start + size if start < 0 else start, 0), size)
    limit = min(max(limit, 0), MAX_PART_BYTES)
    data = b"".join(read_file(file, start, start + limit))
    return LogPart(data, start, size, file.growing)


def read_lines(
    file: Readable,
    *,
    first_line: int | None = None,
    last: bool = False,
    from_byte: int | None = None,
    before_byte: int | None = None,
    around_byte: int | None = None,
    at_ms: int | None = None,
    count: int = 200,
    budget_s: float = _BUDGET_S,
) -> LogPage:
    """Return up to `count` lines of `file`, chosen by one of

    - `first_line`: from this line number (from 1) on,
    - `last`: the last ones,
    - `from_byte`: from the line that holds this byte on,
    - `before_byte`: those that end before the line that holds this byte,
    - `around_byte`: the line that holds this byte in the middle,
    - `at_ms`: the line that arrived at this time in the middle;

    the beginning otherwise. Numbers are None, and `first_line` is answered with the beginning,
    where a huge file cannot be counted within `budget_s`; what was counted is kept, ask again.
    """
    count = min(max(count, 1), MAX_COUNT)
    index = index_of(file, budget_s)
    if first_line is not None:
        start = index.start_of_line(file, first_line - 1) if index else 0
        spans = spans_from(file, file.size_bytes if start is None else start, count)
    elif last:
        spans = spans_before(file, file.size_bytes, count)
    elif before_byte is not None:
        spans = spans_before(file, line_start(file, before_byte), count)
    elif at_ms is not None:
        spans = spans_around(file, byte_at(file, at_ms), count)
    elif around_byte is not None:
        spans = spans_around(file, around_byte, count)
    else:
        spans = spans_from(file, line_start(file, from_byte or 0), count)
    return _page(file, spans, index)


def tail_log(file: Readable, count: int = 20) -> list[Line]:
    """Return the last `count` lines, without numbers: the cheapest look at a log."""
    return _lines(file, spans_before(file, file.size_bytes, min(count, MAX_COUNT)), None, [])


def line_number(file: Readable, byte: int, budget_s: float = _BUDGET_S) -> int | None:
    """Return the number (from 1) of the line that holds `byte`, None while counting."""
    index = index_of(file, budget_s)
    return None if index is None else index.newlines_before(file, byte) + 1


def _page(file: Readable, spans: list[Span], index: LineIndex | None) -> LogPage:
    size = file.size_bytes
    first = spans[0].start if spans else size
    stop = spans[-1].stop if spans else size
    goes_on = bool(spans) and not spans[-1].is_whole and file.growing
    received = read_time_span(file)
    times = read_times(file, [span.start for span in spans]) if received else []
    return LogPage(
        lines=_lines(file, spans, index, times),
        first_byte=first,
        next_byte=spans[-1].start if goes_on else stop,
        total_bytes=size,
        total_lines=_total_lines(file, index),
        at_end=stop >= size,
        growing=file.growing,
        received=received,
    )


def _total_lines(file: Readable, index: LineIndex | None) -> int | None:
    if index is None:
        return None
    size = file.size_bytes
    ends_open = size > 0 and b"".join(read_file(file, size - 1)) != b"\n"
    return index.newlines_before(file, size) + ends_open


def _lines(
    file: Readable, spans: list[Span], index: LineIndex | None, times: list[int | None]
) -> list[Line]:
    first_no = index.newlines_before(file, spans[0].start) + 1 if spans and index else None
    together = bool(spans) and spans[-1].stop - spans[0].start <= _FETCH_BYTES
    page = b"".join(read_file(file, spans[0].start, spans[-1].stop)) if together else None
    encoding, style = encoding_of(file), style_before(file, spans[0].start) if spans else {}
    lines = []
    for position, (span, at_ms) in enumerate(zip_longest(spans, times)):
        if page is None:
            raw, is_cut = _line_bytes(file, span)
        else:
            raw, is_cut = shown_part(page[span.start - spans[0].start : span.stop - spans[0].start])
        no = None if first_no is None else first_no + position
        text = decode(raw, encoding, start=span.start, is_whole=span.is_whole and not is_cut)
        lines.append(_line(no, span, parse_line(text, style), is_cut, at_ms))
    return lines


def style_before(file: Readable, byte: int) -> Style:
    """Return the colours that the lines before `byte` have left on."""
    before = b"".join(read_file(file, max(0, byte - _LOOK_BACK_BYTES), byte))
    return style_after(before.decode("latin-1")) if b"\x1b[" in before else {}


def _line(
    no: int | None, span: Span, segments: list[Segment], is_cut: bool, at_ms: int | None
) -> Line:
    level = level_of("".join(text for text, _ in segments))
    return Line(no, span.start, span.stop - span.start, segments, level, is_cut, at_ms)


def _line_bytes(file: Readable, span: Span) -> tuple[bytes, bool]:
    """Return the shown bytes of a line on its own, without reading the rest of a long one."""
    if span.stop - span.start <= 2 * MAX_LINE_BYTES:
        return shown_part(b"".join(read_file(file, span.start, span.stop)))
    head = b"".join(read_file(file, span.start, span.start + MAX_LINE_BYTES))
    tail = b"".join(read_file(file, span.stop - MAX_LINE_BYTES, span.stop))
    return shown_part(head + tail)


def shown_part(raw: bytes) -> tuple[bytes, bool]:
    """Return what is shown of a line, without its end of line, and whether that is cut short."""
    raw = raw.removesuffix(b"\n").rstrip(b"\r")
    if len(raw) <= MAX_LINE_BYTES:
        return raw, False
    tail = raw[-MAX_LINE_BYTES:]
    if b"\r" in tail:
        return tail[tail.index(b"\r") :], False
    return raw[:MAX_LINE_BYTES], True
