"""Search of whole logs on the server: linear in the size of the log whatever the pattern."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from runs.artifacts.errors import BytesMissing
from runs.artifacts.logs.ansi import plain_text
from runs.artifacts.logs.blocks import LineBlock, whole_lines
from runs.artifacts.logs.encodings import decode
from runs.artifacts.logs.line_index import index_of
from runs.artifacts.logs.query import Query
from runs.artifacts.logs.reading import shown_part
from runs.artifacts.logs.spans import line_start
from runs.artifacts.logs.text_index import may_have
from runs.artifacts.models import File
from runs.artifacts.queries import Readable
from runs.tracking.models import Run


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
        if self._start == 0 and not may_have(self.file, self.query.slots):
            self.resume_byte = None
            return
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


def search_logs(
    run: Run,
    logs: Iterable[File],
    query: Query,
    *,
    per_file: int = 20,
    budget_s: float = 10.0,
) -> Iterator[FileHits]:
    """Yield the hits in `logs`, which are the run's, file by file as they are found.

    A file without hits is not mentioned unless its search was cut short: then `is_complete` is
    false. When `budget_s` is used up no further file is begun.
    """
    deadline = time.monotonic() + budget_s
    for file in logs:
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


def has_match(run: Run, logs: Iterable[File], query: Query) -> bool:
    """Tell whether any of `logs`, which are the run's, has a line with a match."""
    return any(found.hits for found in search_logs(run, logs, query, per_file=1))


def _first_number(file: Readable, byte: int, budget_s: float) -> int | None:
    if byte == 0:
        return 1
    index = index_of(file, budget_s)
    return None if index is None else index.newlines_before(file, byte) + 1


def _shown_text(line: bytes) -> str:
    shown, is_cut = shown_part(line)
    return plain_text(decode(shown, is_whole=not is_cut))
