"""What differs between two texts, line by line, as a unified diff in plain data."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher

from runs.artifacts.queries import Readable, read_file

MAX_BYTES = 1 << 20
_CONTEXT_LINES = 3
# Comparing takes a step for each pair of equal lines, again for each block it finds. Texts made of
# few different lines would take hours; this many steps take about two seconds.
_MAX_STEPS = 10_000_000


@dataclass(frozen=True)
class DiffLine:
    """A line with its numbers (from 1) in the old and the new text.

    `kind` is same, added, removed, or note: what is to be said about the line above.
    """

    kind: str
    old: int | None
    new: int | None
    text: str


@dataclass(frozen=True)
class Hunk:
    """Lines that differ, with up to three equal ones around them."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: list[DiffLine]


@dataclass(frozen=True)
class FileDiff:
    """What differs in a file. `note` says why there are no hunks."""

    hunks: list[Hunk]
    added: int = 0
    removed: int = 0
    note: str = ""


class _TooDifferent(Exception):
    """The comparison would take too long."""


class _Matcher(SequenceMatcher):
    """A SequenceMatcher with a bound on its work."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new)
        pairs = sum(len(self.b2j.get(line, ())) for line in old)
        self._steps_per_line = 1 + pairs / max(len(old), 1)
        self._steps_left: float = _MAX_STEPS

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        ahi = len(self.a) if ahi is None else ahi
        self._steps_left -= (ahi - alo) * self._steps_per_line
        if self._steps_left < 0:
            raise _TooDifferent
        return super().find_longest_match(alo, ahi, blo, bhi)


def diff_files(old: Readable, new: Readable) -> FileDiff:
    """Return what differs from `old` to `new`, or a note where they are no texts of up to 1 MiB.

    Raises BytesMissing.
    """
    if max(old.size_bytes, new.size_bytes) > MAX_BYTES:
        return FileDiff([], note="Files of more than 1 MiB are not compared line by line.")
    try:
        texts = [_read_text(file) for file in (old, new)]
    except UnicodeDecodeError:
        return FileDiff([], note="This is not text. Only its bytes differ.")
    try:
        return diff_texts(*texts)
    except _TooDifferent:
        return FileDiff([], note="The two differ too much to be compared line by line.")


def diff_texts(old: str, new: str) -> FileDiff:
    """Return what differs from `old` to `new`."""
    old_lines, new_lines = _lines_of(old), _lines_of(new)
    groups = _Matcher(old_lines, new_lines).get_grouped_opcodes(_CONTEXT_LINES)
    hunks = [_hunk(old_lines, new_lines, group) for group in groups]
    kinds = Counter(line.kind for hunk in hunks for line in hunk.lines)
    return FileDiff(hunks, added=kinds["added"], removed=kinds["removed"])


def _read_text(file: Readable) -> str:
    raw = b"".join(read_file(file))
    if b"\x00" in raw:
        raise UnicodeDecodeError("utf-8", raw, raw.index(b"\x00"), raw.index(b"\x00") + 1, "NUL")
    return raw.decode()


def _lines_of(text: str) -> list[str]:
    """Return the lines with their newlines, so that a missing one at the end differs."""
    lines = text.split("\n")
    last = lines.pop()
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _hunk(old: Sequence[str], new: Sequence[str], group: list[tuple]) -> Hunk:
    first, last = group[0], group[-1]
    lines = [line for opcode in group for line in _diff_lines(old, new, *opcode)]
    old_count, new_count = last[2] - first[1], last[4] - first[3]
    # As in every unified diff, nothing begins at the line before it.
    return Hunk(
        old_start=first[1] + bool(old_count),
        old_count=old_count,
        new_start=first[3] + bool(new_count),
        new_count=new_count,
        lines=lines,
    )


def _diff_lines(
    old: Sequence[str], new: Sequence[str], tag: str, i1: int, i2: int, j1: int, j2: int
) -> Iterator[DiffLine]:
    if tag == "equal":
        for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
            yield from _shown("same", i + 1, j + 1, old[i])
        return
    for i in range(i1, i2):
        yield from _shown("removed", i + 1, None, old[i])
    for j in range(j1, j2):
        yield from _shown("added", None, j + 1, new[j])


def _shown(kind: str, old: int | None, new: int | None, line: str) -> Iterator[DiffLine]:
    yield DiffLine(kind, old, new, line.removesuffix("\n"))
    if not line.endswith("\n"):
        yield DiffLine("note", None, None, "No newline at the end of the file")
