"""Which sequences of three bytes a log has: a search passes over a log that lacks one of its own.

The index of a log is a set of 2^18 bits. Each sequence, with its letters in lower case, sets one of
them. It is kept beside the files, and holds for the size that the log had. The clock makes the
indexes of logs that are waiting for one. A log without an index is read.
"""

import logging
import time
from collections.abc import Iterable
from contextlib import suppress

import numpy as np
from django.conf import settings

from runs.artifacts.errors import ArtifactError
from runs.artifacts.logs.blocks import whole_lines
from runs.artifacts.models import File
from runs.artifacts.queries import Readable
from runs.artifacts.stores.local import LocalStore

# A smaller log is read as fast.
LEAST_BYTES = 1 << 20
_SLOT_BITS = 18
_SHIFT = 32 - _SLOT_BITS
_SPREAD = 0x9E3779B1
# In ASCII this bit makes a letter lower case. What it does to other signs it does on both sides.
_LOWER = 0x202020
_MASK = 0xFFFFFFFF
# A number of four bytes begins at each byte of a block.
_BEHIND = b"\n" * 8
# RE2 takes these for `k` and `s` where case does not matter.
_KELVIN, _LONG_S = "\u212a".encode(), "\u017f".encode()
_WAITING = "waiting"

log = logging.getLogger(__name__)


def slots_of(texts: Iterable[str]) -> tuple[int, ...]:
    """Return the slots that are set in the index of a log with all of `texts`. Only ASCII counts:
    of other letters, upper and lower case are not told apart by a bit."""
    found = set()
    for text in texts:
        raw = text.encode()
        for at in range(len(raw) - 2):
            sequence = raw[at : at + 3]
            if sequence.isascii() and b"\n" not in sequence:
                found.add(_slot(sequence))
    return tuple(sorted(found))


def _slot(sequence: bytes) -> int:
    number = (int.from_bytes(sequence, "little") | _LOWER) << 8
    return (number * _SPREAD & _MASK) >> _SHIFT


def mark(slots: np.ndarray, text: bytes) -> None:
    """Set in `slots`, an array of booleans, those of all sequences of `text`: `_slot` for each of
    its bytes, a quarter of them at once."""
    if not text.isascii():
        text = text.replace(_KELVIN, b"k").replace(_LONG_S, b"s")
    raw, count = text + _BEHIND, len(text) // 4 + 1
    for offset in range(4):
        numbers = np.frombuffer(raw, "<u4", count, offset) | np.uint32(_LOWER)
        numbers <<= np.uint32(8)
        numbers *= np.uint32(_SPREAD)
        numbers >>= np.uint32(_SHIFT)
        # Four times as fast as with numbers of another size.
        slots[numbers.astype(np.intp)] = True


def store() -> LocalStore:
    """Return where indexes are kept, beside the files and under their keys."""
    return LocalStore(settings.FILES_DIR.parent / "text_indexes")


def may_have(file: Readable, slots: tuple[int, ...]) -> bool:
    """Tell whether a log may have all of `slots`: False is certain."""
    if not slots or file.growing or file.size_bytes < LEAST_BYTES:
        return True
    try:
        kept = b"".join(store().read(file.key))
    except ArtifactError:
        wait_for_index(file)
        return True
    if int.from_bytes(kept[:8], "little") != file.size_bytes:
        wait_for_index(file)
        return True
    return all(kept[8 + (slot >> 3)] >> (slot & 7) & 1 for slot in slots)


def forget_index(file: File) -> None:
    """Remove the index of a log that has lost bytes: others may take their place."""
    store().delete(file.key)


def wait_for_index(file: Readable) -> None:
    """Let the clock make the index of a log that grows no more, where it is worth one. Costs a new,
    empty file."""
    if not isinstance(file, File) or file.size_bytes < LEAST_BYTES:
        return
    # Without it the log is read.
    with suppress(OSError):
        folder = store().root / _WAITING
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(file.pk)).touch()


def index_waiting(*, budget_s: float = 50.0) -> int:
    """Make the indexes of waiting logs, the newest first; return how many were made within
    `budget_s`. The next call goes on."""
    deadline, made = time.monotonic() + budget_s, 0
    folder = store().root / _WAITING
    waiting = folder.iterdir() if folder.is_dir() else ()
    for pk in sorted((int(path.name) for path in waiting), reverse=True):
        if time.monotonic() > deadline:
            break
        file = File.objects.filter(pk=pk, growing=False).first()
        try:
            if file is not None:
                _make_index(file)
                made += 1
        except ArtifactError as error:
            log.warning("log %s has no index: %s", pk, error)
        (folder / str(pk)).unlink(missing_ok=True)
    return made


def _make_index(file: File) -> None:
    slots = np.zeros(1 << _SLOT_BITS, bool)
    for block in whole_lines(file, 0, 0):
        mark(slots, block.text)
    bits = np.packbits(slots, bitorder="little").tobytes()
    store().put(file.key, [file.size_bytes.to_bytes(8, "little"), bits])
