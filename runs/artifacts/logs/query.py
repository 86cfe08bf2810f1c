"""What to look for in a log: a text or a regular expression, and what a log must have to match.

The engine is RE2: no pattern can make it run away, and it never matches across lines. What it
does not know (look-around, back-references) is refused with its reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import re2

from runs.artifacts.errors import InvalidPattern
from runs.artifacts.logs.ansi import plain_text
from runs.artifacts.logs.text_index import slots_of

MAX_PATTERN_CHARS = 1000
_MAX_SPANS = 100
_AROUND_BYTES = 200
# A regular expression with a choice, a group, a class, or an escape that may be more than one sign
# has no text that is read off it here.
_UNREADABLE = re.compile(r"[|()\[\]]|\\[^dDwWsSbB\W]")
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_OPTIONAL = re.compile(r".[*?]|.\{[^}]*\}", re.DOTALL)
_SIGNS = re.compile(r"[\0.^$+*?{}\\]")


@dataclass(frozen=True)
class Query:
    """What to look for: made by `parse_query`, which checks it. `slots` are those of the index of
    a log that has a match (`text_index.py`)."""

    pattern: str
    is_regex: bool
    match_case: bool
    engine: "re2._Regexp"
    slots: tuple[int, ...] = ()

    def lines_in(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield [start, stop) of each line of `data` with a match, its newline included."""
        at, text = 0, data
        # One byte is found at memory speed, two are not.
        if b"\r" in data and b"\r\n" in data:
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
    texts = texts_of_regex(pattern) if is_regex else [pattern]
    return Query(pattern, is_regex, match_case, engine, slots_of(texts))


def texts_of_regex(pattern: str) -> list[str]:
    """Return texts that stand in every match of a regular expression, none where that is not
    plain to see."""
    if _UNREADABLE.search(pattern):
        return []
    return _SIGNS.split(_OPTIONAL.sub("\0", _ESCAPE.sub("\0", pattern)))
