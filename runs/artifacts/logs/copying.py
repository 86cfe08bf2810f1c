"""Lines of a log as the plain text that somebody copies."""

from runs.artifacts.errors import InvalidLines, TooMuchText
from runs.artifacts.logs.ansi import plain_text
from runs.artifacts.logs.encodings import as_utf8, encoding_of
from runs.artifacts.logs.line_index import index_of
from runs.artifacts.queries import Readable, read_file

MAX_COPIED_BYTES = 5_000_000
_BUDGET_S = 10.0


def copy_lines(file: Readable, first_line: int, last_line: int) -> str:
    """Return the lines `first_line` to `last_line` (from 1), whole, as a terminal would leave them
    and without their colours. Lines behind the end are left out.

    Raises InvalidLines, TooMuchText, BytesMissing.
    """
    if not 1 <= first_line <= last_line:
        raise InvalidLines("Name a first line of at least 1, and a last one that is not before it.")
    index = index_of(file, _BUDGET_S)
    if index is None:
        raise InvalidLines("The lines of this file are still being counted. Try again.")
    start = index.start_of_line(file, first_line - 1)
    if start is None or start >= file.size_bytes:
        return ""
    end = index.start_of_line(file, last_line)
    stop = file.size_bytes if end is None else end
    if stop - start > MAX_COPIED_BYTES:
        raise TooMuchText(
            f"These lines are {(stop - start) / 1e6:,.1f} MB; at most "
            f"{MAX_COPIED_BYTES / 1e6:.0f} MB are copied at once. Mark fewer, or download the file."
        )
    raw = b"".join(read_file(file, start, stop))
    whole = as_utf8(raw.removesuffix(b"\n"), encoding_of(file), start)
    return "".join(_plain(line) + "\n" for line in whole.split(b"\n"))


def _plain(raw: bytes) -> str:
    return plain_text(raw.rstrip(b"\r").decode())
