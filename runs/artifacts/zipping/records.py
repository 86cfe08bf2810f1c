"""The records of a zip file, as bytes (PKWARE's APPNOTE 6.3.10, sections 4.3 and 4.5)."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

# A value at or above its limit moves to a zip64 extra field; the field itself is all ones.
LIMIT_BYTES = 0xFFFFFFFF
LIMIT_COUNT = 0xFFFF
_ONES_32 = 0xFFFFFFFF
_ONES_16 = 0xFFFF

STORED, DEFLATED = 0, 8
_UTF8_NAME, _SIZES_FOLLOW = 0x800, 0x8
_PLAIN_VERSION, _ZIP64_VERSION = 20, 45
_UNIX = 3 << 8
_MODE, _EXECUTABLE_MODE = 0o100644 << 16, 0o100755 << 16

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR = struct.Struct("<4sIQI")
_LATEST_TIME = 0x7FFFFFFF
_TIME_EXTRA_BYTES = 9


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A file in a zip. `crc32` None: it becomes known while the file is sent and follows it."""

    name: bytes
    size_bytes: int
    crc32: int | None
    modified_ms: int
    method: int = STORED
    is_executable: bool = False

    @property
    def sizes_follow(self) -> bool:
        return self.crc32 is None or self.method != STORED

    @property
    def is_big(self) -> bool:
        # What cannot be compressed grows a little when it is deflated.
        slack = 0 if self.method == STORED else self.size_bytes // 1000 + 1024
        return self.size_bytes + slack >= LIMIT_BYTES


def local_header(member: ZipMember) -> bytes:
    """Return the header before a member's bytes."""
    known = not member.sizes_follow
    size = member.size_bytes if known else 0
    extra = _time_extra(member)
    if member.is_big:
        extra += struct.pack("<HHQQ", 1, 16, size, size)
        size = _ONES_32
    record = _LOCAL.pack(
        b"PK\x03\x04", _version(member.is_big), _flags(member), member.method, *_dos_time(member),
        (member.crc32 or 0) if known else 0, size, size, len(member.name), len(extra),
    )  # fmt: skip
    return record + member.name + extra


def local_header_bytes(member: ZipMember) -> int:
    """Return the length of `local_header` without making it."""
    return 30 + len(member.name) + _TIME_EXTRA_BYTES + (20 if member.is_big else 0)


def descriptor(member: ZipMember, crc32: int, compressed_bytes: int) -> bytes:
    """Return what follows the bytes of a member whose checksum was unknown before."""
    sizes = "QQ" if member.is_big else "II"
    return struct.pack(f"<4sI{sizes}", b"PK\x07\x08", crc32, compressed_bytes, member.size_bytes)


def descriptor_bytes(member: ZipMember) -> int:
    """Return the length of `descriptor`: nothing where all is known in front."""
    if not member.sizes_follow:
        return 0
    return 24 if member.is_big else 16


def central_header(member: ZipMember, offset: int, crc32: int, compressed_bytes: int) -> bytes:
    """Return a member's line in the table of contents; `offset` is its local header's."""
    values = (member.size_bytes, compressed_bytes, offset)
    moved = [value for value in values if value >= LIMIT_BYTES]
    size, compressed, start = (value if value < LIMIT_BYTES else _ONES_32 for value in values)
    extra = _time_extra(member)
    if moved:
        extra += struct.pack(f"<HH{len(moved)}Q", 1, 8 * len(moved), *moved)
    mode = _EXECUTABLE_MODE if member.is_executable else _MODE
    record = _CENTRAL.pack(
        b"PK\x01\x02", _UNIX | _ZIP64_VERSION, _version(bool(moved) or member.is_big),
        _flags(member), member.method, *_dos_time(member), crc32, compressed, size,
        len(member.name), len(extra), 0, 0, 0, mode, start,
    )  # fmt: skip
    return record + member.name + extra


def central_header_bytes(member: ZipMember, offset: int) -> int:
    """Return the length of a stored member's `central_header` without making it."""
    moved = 2 * (member.size_bytes >= LIMIT_BYTES) + (offset >= LIMIT_BYTES)
    return 46 + len(member.name) + _TIME_EXTRA_BYTES + (4 + 8 * moved if moved else 0)


def end_records(count: int, start: int, size: int) -> bytes:
    """Return the end of a zip whose table of contents begins at `start` and has `size` bytes."""
    end = _END.pack(
        b"PK\x05\x06", 0, 0, *[count if count < LIMIT_COUNT else _ONES_16] * 2,
        size if size < LIMIT_BYTES else _ONES_32, start if start < LIMIT_BYTES else _ONES_32, 0,
    )  # fmt: skip
    if count < LIMIT_COUNT and size < LIMIT_BYTES and start < LIMIT_BYTES:
        return end
    end64 = _END64.pack(
        b"PK\x06\x06", 44, _UNIX | _ZIP64_VERSION, _ZIP64_VERSION, 0, 0, count, count, size, start
    )
    return end64 + _LOCATOR.pack(b"PK\x06\x07", 0, start + size, 1) + end


def _version(is_big: bool) -> int:
    return _ZIP64_VERSION if is_big else _PLAIN_VERSION


def _flags(member: ZipMember) -> int:
    return _UTF8_NAME | (_SIZES_FOLLOW if member.sizes_follow else 0)


def _dos_time(member: ZipMember) -> tuple[int, int]:
    """Return time and date (UTC) as MS-DOS packs them: from 1980 to 2107, two seconds apart."""
    seconds = min(max(member.modified_ms // 1000, 315_532_800), 4_354_819_198)
    at = datetime.fromtimestamp(seconds, UTC)
    time = at.hour << 11 | at.minute << 5 | at.second >> 1
    return time, (at.year - 1980) << 9 | at.month << 5 | at.day


def _time_extra(member: ZipMember) -> bytes:
    """Return the "extended timestamp" field: the exact second, whatever the time zone."""
    seconds = min(max(member.modified_ms // 1000, 0), _LATEST_TIME)
    return struct.pack("<HHBI", 0x5455, 5, 1, seconds)
