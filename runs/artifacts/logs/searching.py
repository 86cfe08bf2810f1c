"""Search of whole logs on the server: linear in the size of the log whatever the pattern.

The engine is RE2: no pattern can make it run away, and it never matches across lines. What it
does not know (look-around, back-references) is refused with its reason.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import re2

from runs.artifacts.errors import BytesMissing, InvalidPattern
from runs.artifacts.logs.ansi import plain_text
from runs.artifacts.logs.blocks import LineBlock, whole_lines
from runs.artifacts.logs.conventions import list_logs
from runs.artifacts.logs.encodings import decode
from runs.artifacts.logs.line_index import index_of
from runs.artifacts.logs.reading import shown_part
from runs.artifacts.logs.spans import line_start
from runs.artifacts.models import File
from runs.artifacts.queries import Readable
from runs.tracking.models import Run

MAX_PATTERN_CHARS = 1000
_MAX_SPANS = 100
_AROUND_BYTES = 200


@dataclass(frozen=True)
class Query:
    """What to look for: made by `parse_query`, which checks it."""

    pattern: str
    is_regex: bool
    match_case: bool
    engine: "re2._Regexp"

    def lines_in(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield [start, stop) of each line of `data` with a match, its newline included."""
        at, text = 0, data
        if b"\r\n" in data:
            # `$` means the end of a line for RE2 only before a newline.
            text = data.replace(b"\r\n", b"\n\n")
        while at < len(data) and (match := self.engine.search(text, at)):
            if text is not data and data[match.start() - 1 : match.start() + 1] == b"\r\n":
                at = match.start() + 1
                continue
            start = data.rfind(b"\n", 0, match.start()) + 1
            newline = data.find(b"\n", match.start())
            at = len(data) if newline < 0 else newline + 1
            yield start, at

    def around(self, line: bytes) -> str:
        """Return what stands around the first match in a line, within one state of a progress
        bar; empty where nothing matches."""
        match = self.engine.search(line)
        if match is None or match.end() == match.start():
            return ""
        start = max(line.rfind(b"\r", 0, match.start()) + 1, match.start() - _AROUND_BYTES)
        end = line.find(b"\r", match.end())
        stop = min(len(line) if end < 0 else end, match.end() + _AROUND_BYTES)
        return plain_text(line[start:stop].decode(errors="ignore"))

    def spans_in(self, text: str) -> list[tuple[int, int]]:
        """Return where `text` matches, as [start, stop) in characters."""
        raw = text.encode()
        found = [match.span() for match in islice(self.engine.finditer(raw), _MAX_SPANS)]
        return [
            (len(raw[:start].decode(errors="ignore")), len(raw[:stop].decode(errors="ignore")))
            for start, stop in found
            if stop > start
        ]


@dataclass(frozen=True)
class Hit:
    """A line with a match. `no` counts from 1; None while the file is being counted.

    `spans` are the matches as [start, stop) in `text`. `is_hidden`: the match is in a part of the
    line that is not shown (folded progress, or behind the cut of a long line); `text` is then what
    stands around it.
    """

    no: int | None
    byte: int
    text: str
    spans: list[tuple[int, int]]
    is_hidden: bool = False


@dataclass(frozen=True)
class FileHits:
    """The hits in one log of one run."""

    run: Run
    file: File
    hits: list[Hit]
    is_complete: bool


def parse_query(pattern: str, *, is_regex: bool = True, match_case: bool = False) -> Query:
    """Return `pattern` ready to search with. Raises InvalidPattern."""
    if not pattern or len(pattern) > MAX_PATTERN_CHARS:
        raise InvalidPattern(f"The pattern must have 1 to {MAX_PATTERN_CHARS} characters.")
    options = re2.Options()
    options.never_nl, options.log_errors, options.case_sensitive = True, False, match_case
    try:
        source = pattern.encode() if is_regex else re2.escape(pattern.encode())
        re2.compile(source, options)
        engine = re2.compile(b"(?m:" + source + b")", options)
    except UnicodeEncodeError:
        raise InvalidPattern("The pattern is not valid Unicode.") from None
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace")
        raise InvalidPattern(f"The pattern is not a regular expression: {reason}.") from None
    return Query(pattern, is_regex, match_case, engine)


class FileSearch:
    """The lines of one file that match, as they are found: iterate over it.

    It ends with the file, after `limit` hits, or when `budget_s` is used up. Then `resume_byte`
    is None, or where to go on. A line longer than four megabytes may be told again there.
    """

    def __init__(
        self, file: Readable, query: Query, *, from_byte: int = 0, limit: int = 1000,
        budget_s: float = 2.0,
    ) -> None:  # fmt: skip
        self.file, self.query, self.limit = file, query, limit
        self.resume_byte: int | None = from_byte
        self._start = from_byte
        self._deadline = time.monotonic() + budget_s
        self._told = -1
        self._no = _first_number(file, from_byte, budget_s / 4)

    def __iter__(self) -> Iterator[Hit]:
        found = 0
        for block in whole_lines(self.file, self._start, line_start(self.file, self._start)):
            if time.monotonic() > self._deadline:
                self.resume_byte = block.start
                return
            for hit, behind in self._hits(block):
                self.resume_byte = behind
                found += 1
                yield hit
                if found >= self.limit:
                    return
            self._no = None if self._no is None else self._no + block.newlines
        self.resume_byte = None

    def _hits(self, block: LineBlock) -> Iterator[tuple[Hit, int]]:
        """Yield each line of `block` with a match, and the byte behind it."""
        for start, stop in self.query.lines_in(block.text):
            byte = block.line_byte(start)
            if byte != self._told:
                self._told = byte
                no = None if self._no is None else self._no + block.line_of(start)
                yield self._hit(no, byte, block.text[start:stop]), block.byte_behind(stop)

    def _hit(self, no: int | None, byte: int, line: bytes) -> Hit:
        text = _shown_text(line)
        spans = self.query.spans_in(text)
        if not spans and (around := self.query.around(line.rstrip(b"\r\n"))):
            return Hit(no, byte, around, self.query.spans_in(around), is_hidden=True)
        return Hit(no, byte, text, spans)


def search_file(file: Readable, query: Query, **options: float) -> FileSearch:
    """Return the search of `file`: iterate for hits, then look at `resume_byte`.

    Options: `from_byte`, `limit` (of hits), `budget_s`.
    """
    return FileSearch(file, query, **options)


def count_hits(
    file: Readable, query: Query, *, from_byte: int = 0, budget_s: float = 2.0
) -> tuple[int, int | None]:
    """Return the number of lines with a match, and where to go on (None: all are counted)."""
    deadline, count, last = time.monotonic() + budget_s, 0, -1
    for block in whole_lines(file, from_byte, line_start(file, from_byte)):
        if time.monotonic() > deadline:
            return count, block.start
        for start, _ in query.lines_in(block.text):
            byte = block.line_byte(start) if start == 0 else -1
            count += byte < 0 or byte != last
            last = byte
    return count, None


def search_runs_logs(
    runs: Iterable[Run], query: Query, *, per_file: int = 20, budget_s: float = 10.0
) -> Iterator[FileHits]:
    """Yield the hits in the logs of `runs`, run by run and file by file, as they are found.

    A file without hits is not mentioned unless its search was cut short: then `is_complete` is
    false. When `budget_s` is used up no further file is begun.
    """
    deadline = time.monotonic() + budget_s
    for run in runs:
        for file in list_logs(run):
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return
            try:
                search = search_file(file, query, limit=per_file, budget_s=left_s)
                hits = list(search)
            except BytesMissing:
                continue
            if hits or search.resume_byte is not None:
                yield FileHits(run, file, hits, search.resume_byte is None)


def has_match(run: Run, query: Query, *, budget_s: float = 10.0) -> bool:
    """Tell whether any log of `run` has a line with a match."""
    return any(
        found.hits for found in search_runs_logs([run], query, per_file=1, budget_s=budget_s)
    )


def _first_number(file: Readable, byte: int, budget_s: float) -> int | None:
    if byte == 0:
        return 1
    index = index_of(file, budget_s)
    return None if index is None else index.newlines_before(file, byte) + 1


def _shown_text(line: bytes) -> str:
    shown, is_cut = shown_part(line)
    return plain_text(decode(shown, is_whole=not is_cut))
