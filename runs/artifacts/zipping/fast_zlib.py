"""Intel's fast deflate where it is installed, Python's own otherwise."""

import zlib
from typing import Protocol

try:
    from isal import isal_zlib as engine
except ImportError:  # no wheel for this machine
    engine = zlib

crc32 = engine.crc32
_LEVEL = 1


class Packer(Protocol):
    """Takes bytes in and gives compressed ones out, the last of them when flushed."""

    def compress(self, chunk: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def new_packer() -> Packer:
    """Return a compressor of raw deflate data, as zip files hold it."""
    return engine.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
