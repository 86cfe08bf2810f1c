"""In which encoding a log is written, and its lines as text.

Lines are found by the byte 0x0A whatever the encoding. In UTF-16 a newline has two bytes: of a line
after another one, the first byte (little endian) or the last (big endian) belongs to the newline.
"""

import codecs
import enum
import re

from runs.artifacts.queries import Readable, read_file

BOM = "\ufeff"
_SNIFFED_BYTES = 1 << 13
_MAX_REMEMBERED = 2000
# A character of several bytes, as UTF-8 writes it.
_WIDE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_FIRST_OF_SEVERAL = 0xC2
_remembered: dict[tuple[str, str], "Encoding"] = {}


class Encoding(enum.Enum):
    """How the bytes of a log stand for text."""

    UTF8 = "utf-8"
    UTF16_LITTLE = "utf-16-le"
    UTF16_BIG = "utf-16-be"
    LATIN1 = "cp1252"


_MARKS = {
    codecs.BOM_UTF16_LE: Encoding.UTF16_LITTLE,
    codecs.BOM_UTF16_BE: Encoding.UTF16_BIG,
}


def encoding_of(file: Readable) -> Encoding:
    """Return the encoding of a log by its first 8 KiB."""
    place = (file.store, file.key)
    if place in _remembered:
        return _remembered[place]
    head = b"".join(read_file(file, 0, _SNIFFED_BYTES))
    found = sniff(head)
    if len(head) == _SNIFFED_BYTES:
        if len(_remembered) >= _MAX_REMEMBERED:
            _remembered.clear()
        _remembered[place] = found
    return found


def sniff(head: bytes) -> Encoding:
    """Return the encoding that the beginning of a file is written in."""
    marked = _MARKS.get(head[:2])
    if marked is not None:
        return marked
    return Encoding.LATIN1 if is_latin1(head, may_be_cut=True) else Encoding.UTF8


def is_latin1(raw: bytes, *, may_be_cut: bool = False) -> bool:
    """Tell whether bytes beyond ASCII are single ones: no UTF-8, but text of the older kind.

    `may_be_cut`: a character that is cut at the end is no fault.
    """
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        is_cut = may_be_cut and error.end == len(raw) and raw[error.start] >= _FIRST_OF_SEVERAL
        return _WIDE.search(raw) is None and not is_cut and b"\0" not in raw
    return False


def decode(
    raw: bytes, encoding: Encoding = Encoding.UTF8, *, start: int = 1, is_whole: bool = True
) -> str:
    """Return the text of a line that begins at the byte `start`, with U+FFFD for what is none.

    Where it is not whole, a character cut at its end is left out, not shown as broken.
    """
    if encoding in (Encoding.UTF16_LITTLE, Encoding.UTF16_BIG):
        text = _decode_wide(raw, encoding, start)
    elif is_latin1(raw) and is_whole:
        text = raw.decode(Encoding.LATIN1.value, "replace")
    else:
        text = codecs.getincrementaldecoder("utf-8")("replace").decode(raw, final=is_whole)
    return text.removeprefix(BOM) if start == 0 else text


def _decode_wide(raw: bytes, encoding: Encoding, start: int) -> str:
    if encoding is Encoding.UTF16_LITTLE and start % 2:
        raw = raw[1:]
    text = raw[: len(raw) // 2 * 2].decode(encoding.value, "replace")
    return text.rstrip("\r")


def as_utf8(raw: bytes, encoding: Encoding, start: int) -> bytes:
    """Return whole lines that begin at the byte `start` as UTF-8, line by line."""
    lines = []
    for line in raw.split(b"\n"):
        lines.append(decode(line, encoding, start=start).encode("utf-8", "replace"))
        start += len(line) + 1
    return b"\n".join(lines)
