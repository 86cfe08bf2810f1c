"""A log in blocks of whole lines, without colour codes, every line still knowing its byte."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from runs.artifacts.logs.encodings import Encoding, as_utf8, encoding_of
from runs.artifacts.logs.line_index import count_newlines, newlines_in
from runs.artifacts.queries import Readable, read_file

# A longer line comes in pieces that overlap by as much as a match may plausibly span.
_LINE_BYTES = 1 << 22
_OVERLAP_BYTES = 1 << 12
_ESCAPE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")


@dataclass
class LineBlock:
    """Lines of a log from byte `start` on; the first of them begins at `first_line_byte`,
    which lies before `start` where the block is a further piece of a huge line."""

    start: int
    first_line_byte: int
    raw: bytes
    encoding: Encoding = Encoding.UTF8
    _counted: int = field(default=0, init=False)
    _line: int = field(default=0, init=False)

    @cached_property
    def text(self) -> bytes:
        """The lines in UTF-8 and without colour codes, so that a search does not stumble over
        them."""
        text = self.raw
        if self.encoding is not Encoding.UTF8:
            text = as_utf8(text, self.encoding, self.start)
        elif self.start == 0:
            text = text.removeprefix(codecs.BOM_UTF8)
        # One byte is found at memory speed, two are not.
        return _ESCAPE.sub(b"", text) if b"\x1b" in text else text

    @cached_property
    def newlines(self) -> int:
        return count_newlines(self.raw)

    @cached_property
    def _ends(self) -> np.ndarray:
        return newlines_in(self.raw)

    def line_of(self, position: int) -> int:
        """Return which line (from 0) holds `position` of `text`; positions must not go back."""
        self._line += count_newlines(self.text[self._counted : position])
        self._counted = position
        return self._line

    def line_byte(self, position: int) -> int:
        """Return the byte of the file where the line that begins at `position` begins."""
        if position == 0:
            return self.first_line_byte
        return self.start + self._raw_position(position)

    def byte_behind(self, position: int) -> int:
        """Return the byte of the file that `position`, the end of a line, stands for."""
        if position == len(self.text):
            return self.start + len(self.raw)
        return self.start + self._raw_position(position)

    def _raw_position(self, position: int) -> int:
        if self.text is self.raw:
            return position
        line = count_newlines(self.text[:position])
        return int(self._ends[line - 1]) + 1


def whole_lines(file: Readable, start: int, first_line_byte: int) -> Iterator[LineBlock]:
    """Yield the lines of `file` from `start` on, a chunk of the store at a time."""
    held, encoding = b"", encoding_of(file)
    for chunk in read_file(file, start):
        cut = chunk.rfind(b"\n") + 1
        if cut:
            block = LineBlock(start, first_line_byte, held + chunk[:cut], encoding)
            yield block
            start = first_line_byte = start + len(block.raw)
            held = chunk[cut:]
            continue
        held += chunk
        if len(held) >= _LINE_BYTES:
            yield LineBlock(start, first_line_byte, held, encoding)
            start, held = start + len(held) - _OVERLAP_BYTES, held[-_OVERLAP_BYTES:]
    if held:
        yield LineBlock(start, first_line_byte, held, encoding)
