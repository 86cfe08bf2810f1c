"""A zip of stored files whose every byte is known by arithmetic before the first one is sent."""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from runs.artifacts.errors import BytesMissing
from runs.artifacts.zipping import records
from runs.artifacts.zipping.fast_zlib import crc32
from runs.artifacts.zipping.records import ZipMember

# read(number, start, stop) returns the bytes [start, stop) of a member.
Read = Callable[[int, int, int], Iterator[bytes]]


class Layout:
    """The offsets of everything in the zip of `members`.

    Any range can be sent if every checksum is known.
    """

    def __init__(self, members: Sequence[ZipMember], read: Read) -> None:
        self.members, self.read = members, read
        # offsets[i] is where member i begins; the last one where the table of contents does.
        self.offsets = list(accumulate(map(_part_bytes, members), initial=0))
        self._contents_offsets = list(
            accumulate(map(records.central_header_bytes, members, self.offsets), initial=0)
        )
        contents_bytes = self._contents_offsets[-1]
        self._end = records.end_records(len(members), self.offsets[-1], contents_bytes)
        self.size_bytes = self.offsets[-1] + contents_bytes + len(self._end)
        # Checksums found on the way, of members that had none.
        self._found: dict[int, int] = {}

    @cached_property
    def is_known(self) -> bool:
        """Tell whether every checksum is known, so that any range can be sent."""
        return not any(member.sizes_follow for member in self.members)

    @cached_property
    def etag(self) -> str:
        """Return a name for exactly these bytes, quoted as HTTP wants it."""
        digest = hashlib.sha256()
        for member in self.members:
            facts = (member.size_bytes, member.crc32, member.modified_ms, len(member.name))
            digest.update(b"%d %d %d %d " % facts if None not in facts else repr(facts).encode())
            digest.update(member.name + b"x" * member.is_executable)
        return f'"{digest.hexdigest()[:32]}"'

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Yield the bytes [start, stop) of the zip, without making those before.

        Raises BytesMissing on the way where a file has lost its bytes: the download breaks off.
        """
        stop = self.size_bytes if stop is None else min(stop, self.size_bytes)
        if start and not self.is_known:
            raise ValueError("a zip with unknown checksums is sent from its beginning")
        yield from self._members_between(start, min(stop, self.offsets[-1]))
        yield from self._contents_between(start - self.offsets[-1], stop - self.offsets[-1])

    def _members_between(self, start: int, stop: int) -> Iterator[bytes]:
        number = bisect_right(self.offsets, start) - 1
        while start < stop:
            offset, behind = self.offsets[number], self.offsets[number + 1]
            yield from self._member(number, start - offset, min(stop, behind) - offset)
            start, number = behind, number + 1

    def _member(self, number: int, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes [start, stop) of one member, counted from its local header."""
        member = self.members[number]
        header = records.local_header_bytes(member)
        if start < header:
            yield records.local_header(member)[start:stop]
        low, high = max(start - header, 0), min(stop - header, member.size_bytes)
        if low < high:
            yield from self._content(number, low, high)
        if member.sizes_follow:
            crc = self._found.get(number, 0)
            yield records.descriptor(member, crc, member.size_bytes)[: stop - header - high]

    def _content(self, number: int, low: int, high: int) -> Iterator[bytes]:
        wanted, crc, is_summed = high - low, 0, self.members[number].crc32 is None
        for chunk in self.read(number, low, high):
            wanted -= len(chunk)
            if is_summed:
                crc = crc32(chunk, crc)
            yield chunk
        if wanted:
            raise BytesMissing("A file is shorter than the index says. Download it alone.")
        if is_summed:
            self._found[number] = crc

    def _contents_between(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield [start, stop) of the table of contents and the end, counted from its beginning."""
        if stop <= 0:
            return
        start = max(start, 0)
        number = max(bisect_right(self._contents_offsets, start) - 1, 0)
        at = self._contents_offsets[number]
        while number < len(self.members) and at < stop:
            line = self._contents_line(number)
            yield line[max(start - at, 0) : stop - at]
            at, number = at + len(line), number + 1
        end_at = self._contents_offsets[-1]
        yield self._end[max(start - end_at, 0) : max(stop - end_at, 0)]

    def _contents_line(self, number: int) -> bytes:
        member = self.members[number]
        crc = self._found.get(number, 0) if member.crc32 is None else member.crc32
        return records.central_header(member, self.offsets[number], crc, member.size_bytes)


def _part_bytes(member: ZipMember) -> int:
    return records.local_header_bytes(member) + member.size_bytes + records.descriptor_bytes(member)
