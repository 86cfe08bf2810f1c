"""The first bytes of a file, as `hexdump -C` shows them."""

from runs.artifacts.previews.kinds import HexPreview
from runs.artifacts.queries import Readable, read_file

_HEAD_BYTES = 4096
_PER_LINE = 16


def preview_hex(file: Readable, start: int, facts: dict[str, str]) -> HexPreview:
    """Return the head of `file`, whatever is in it."""
    head = b"".join(read_file(file, 0, _HEAD_BYTES))
    shown = "" if file.size_bytes <= len(head) else f"The first {len(head)} bytes are shown."
    return HexPreview(kind="hex", text=dump(head), note=shown, **facts)


def dump(data: bytes) -> str:
    """Return lines of an offset, sixteen bytes in hexadecimal, and the same as characters."""
    lines = []
    for at in range(0, len(data), _PER_LINE):
        part = data[at : at + _PER_LINE]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{at:08x}  {part.hex(' '):<{3 * _PER_LINE - 1}}  {text}")
    return "\n".join(lines)
