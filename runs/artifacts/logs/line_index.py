"""Where the lines of a file are: a count of newlines per block, built once and kept.

Blocks have a fixed number of bytes, so building is one pass of counting at memory speed, a line is
found by bisecting the counts and searching one block, and a growing file only adds blocks.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
from django.conf import settings

from runs.artifacts.errors import ArtifactError
from runs.artifacts.queries import Readable, read_file
from runs.artifacts.stores.local import LocalStore

BLOCK_BYTES = 1 << 18
NEWLINE = 10
# A smaller file is counted faster than its index is fetched.
_KEPT_BLOCKS = 64
_CACHED_FILES = 256


class LineIndex:
    """Counts of newlines in the complete blocks of one file's bytes."""

    def __init__(self, before: np.ndarray | None = None) -> None:
        # before[i] newlines lie before block i; one entry more than there are counted blocks.
        self.before = np.zeros(1, "<i8") if before is None else before
        self._lock = threading.Lock()

    @property
    def counted_bytes(self) -> int:
        return (len(self.before) - 1) * BLOCK_BYTES

    def extend(self, file: Readable, deadline: float) -> bool:
        """Count the blocks that are complete by now; False where the time ran out before."""
        with self._lock:
            counts, start = [], self.counted_bytes
            wanted = max(0, file.size_bytes - start) // BLOCK_BYTES
            for block in _blocks(file, start, start + wanted * BLOCK_BYTES):
                counts.append(count_newlines(block))
                if time.monotonic() > deadline:
                    break
            added = self.before[-1] + np.cumsum(counts, dtype="<i8")
            self.before = np.concatenate([self.before, added])
            return len(counts) == wanted

    def newlines_before(self, file: Readable, byte: int) -> int:
        """Return how many lines end before `byte`, which the index must reach."""
        block = min(byte // BLOCK_BYTES, len(self.before) - 1)
        rest = b"".join(read_file(file, block * BLOCK_BYTES, byte))
        return int(self.before[block]) + count_newlines(rest)

    def start_of_line(self, file: Readable, number: int) -> int | None:
        """Return the byte where line `number` (from 0) begins, or None behind the last line."""
        if number <= 0:
            return 0
        before = self.before
        block = int(np.searchsorted(before, number, side="left")) - 1
        data = b"".join(read_file(file, block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES))
        ends = newlines_in(data)
        wanted = number - int(before[block]) - 1
        if wanted >= len(ends):
            return None
        return block * BLOCK_BYTES + int(ends[wanted]) + 1


def count_newlines(data: bytes) -> int:
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == NEWLINE))


def newlines_in(data: bytes) -> np.ndarray:
    """Return the positions of the newlines in `data`."""
    return np.flatnonzero(np.frombuffer(data, np.uint8) == NEWLINE)


def _blocks(file: Readable, start: int, stop: int) -> Iterator[bytes]:
    """Yield [start, stop) in whole blocks, however the store cuts it."""
    held = b""
    for chunk in read_file(file, start, stop):
        held = held + chunk if held else chunk
        while len(held) >= BLOCK_BYTES:
            yield held[:BLOCK_BYTES]
            held = held[BLOCK_BYTES:]


_cached: OrderedDict[str, LineIndex] = OrderedDict()
_cache_lock = threading.Lock()


def index_of(file: Readable, budget_s: float) -> LineIndex | None:
    """Return the index of all of `file`, or None where counting takes longer than `budget_s`.

    What was counted is kept: asking again goes on from there. Keys are never reused, so an index
    stays true for as long as its file lives.
    """
    index = _recall(file.key)
    counted = index.counted_bytes
    complete = index.extend(file, time.monotonic() + budget_s)
    if index.counted_bytes - counted >= _KEPT_BLOCKS * BLOCK_BYTES:
        # On a full disk the index is counted again after a restart, and the page still opens.
        with suppress(ArtifactError):
            index_store().put(file.key, [index.before.tobytes()])
    return index if complete else None


def index_store() -> LocalStore:
    """Return where indexes are kept, beside the files and under their keys."""
    return LocalStore(settings.FILES_DIR.parent / "line_indexes")


def _recall(key: str) -> LineIndex:
    with _cache_lock:
        index = _cached.pop(key, None) or LineIndex(_load(key))
        _cached[key] = index
        if len(_cached) > _CACHED_FILES:
            _cached.popitem(last=False)
        return index


def _load(key: str) -> np.ndarray | None:
    try:
        data = b"".join(index_store().read(key))
    except ArtifactError:
        return None
    return np.frombuffer(data, "<i8") if data and len(data) % 8 == 0 else None
