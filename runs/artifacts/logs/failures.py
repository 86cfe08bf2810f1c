"""Where a log says what went wrong."""

import re2

from runs.artifacts.logs.reading import Line, read_lines
from runs.artifacts.models import File
from runs.artifacts.queries import read_file

_BLOCK_BYTES = 1 << 20
_LOOK_BACK_BYTES = 1 << 26
_OVERLAP_BYTES = 1 << 10
# An error that is reported this close behind a traceback is the same one.
_SAME_ERROR_BYTES = 1 << 15

# Lines of a traceback that are looked at for the error it ends with.
_MOST_TRACEBACK_LINES = 500

_TRACEBACK = re2.compile(rb"Traceback \(most recent call last\)")
_ERROR = re2.compile(
    rb"(?m)\b(?:ERROR|CRITICAL|FATAL)\b|^(?:error|fatal|panic): |^Killed$"
    rb"|Segmentation fault|CUDA out of memory"
)


def error_line(file: File) -> Line | None:
    """Return the first line of the last traceback or error in `file`, None where there is none.

    An error message right behind a traceback belongs to it. The last 64 MiB are looked at.
    """
    error = _last_match(file, _ERROR, file.size_bytes)
    traceback = _last_match(file, _TRACEBACK, file.size_bytes)
    if error is None and traceback is None:
        return None
    is_later = traceback is None or (error or 0) - traceback > _SAME_ERROR_BYTES
    byte = error if is_later else traceback
    return read_lines(file, from_byte=byte, count=1).lines[0]


def error_message(file: File, line: Line) -> str:
    """Return what went wrong at `line` (of `error_line`): what its traceback ends with, else it.

    The error of a traceback is the first line below that is not indented.
    """
    if "Traceback (most recent call last)" in line.text:
        below = line.byte + line.size_bytes
        page = read_lines(file, from_byte=below, count=_MOST_TRACEBACK_LINES)
        for one in page.lines:
            if one.text and not one.text[0].isspace():
                return one.text.strip()
    return line.text.strip()


def _last_match(file: File, pattern: "re2._Regexp", stop: int) -> int | None:
    """Return the byte of the last match of `pattern` before `stop`."""
    lowest = max(0, stop - _LOOK_BACK_BYTES)
    while stop > lowest:
        start = max(lowest, stop - _BLOCK_BYTES)
        block = b"".join(read_file(file, start, stop + _OVERLAP_BYTES))
        last = None
        for match in pattern.finditer(block):
            last = start + match.start()
        if last is not None:
            return last
        stop = start
    return None
