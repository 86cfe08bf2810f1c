"""Intel's fast deflate where it is installed, Python's own otherwise."""

import zlib

try:
    from isal import isal_zlib as engine
except ImportError:  # no wheel for this machine
    engine = zlib

crc32 = engine.crc32
_LEVEL = 1


def new_packer():
    """Return a compressor of raw deflate data, as zip files hold it."""
    return engine.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
