"""A zip of compressed files: its length is known only at the end."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from runs.artifacts.errors import BytesMissing
from runs.artifacts.zipping import records
from runs.artifacts.zipping.fast_zlib import Packer, crc32, new_packer
from runs.artifacts.zipping.layout import Read
from runs.artifacts.zipping.records import ZipMember

_PACKED_ALREADY = (
    b".png", b".jpg", b".jpeg", b".gif", b".webp", b".avif", b".mp3", b".mp4", b".webm", b".ogg",
    b".zip", b".gz", b".tgz", b".bz2", b".xz", b".zst", b".7z", b".npz", b".parquet", b".whl",
    b".pdf", b".docx", b".xlsx",
)  # fmt: skip


def deflated(members: Sequence[ZipMember], read: Read) -> Iterator[bytes]:
    """Yield the zip of `members`, deflated but for those that are packed already.

    Raises BytesMissing on the way where a file has lost its bytes: the download breaks off.
    """
    offset, contents = 0, []
    for number, member in enumerate(members):
        member = replace(member, method=_method(member))
        part = _Part(member)
        for piece in part.pieces(read(number, 0, member.size_bytes)):
            yield piece
            part.sent_bytes += len(piece)
        contents.append(
            records.central_header(part.member, offset, part.crc32, part.compressed_bytes)
        )
        offset += part.sent_bytes
    yield from contents
    yield records.end_records(len(members), offset, sum(map(len, contents)))


def _method(member: ZipMember) -> int:
    packed = member.name.lower().endswith(_PACKED_ALREADY)
    return records.STORED if packed else records.DEFLATED


class _Part:
    """One member on its way into the zip."""

    def __init__(self, member: ZipMember) -> None:
        self.member = member
        self.crc32 = self.compressed_bytes = self.sent_bytes = 0

    def pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        yield records.local_header(self.member)
        packer = _packer(self.member)
        missing = self.member.size_bytes
        for chunk in chunks:
            missing -= len(chunk)
            self.crc32 = crc32(chunk, self.crc32)
            yield self._counted(packer.compress(chunk))
        if missing:
            raise BytesMissing("A file is shorter than the index says. Download it alone.")
        yield self._counted(packer.flush())
        if self.member.sizes_follow:
            yield records.descriptor(self.member, self.crc32, self.compressed_bytes)

    def _counted(self, piece: bytes) -> bytes:
        self.compressed_bytes += len(piece)
        return piece


def _packer(member: ZipMember) -> Packer:
    if member.method == records.STORED:
        return _Passing()
    return new_packer()


class _Passing:
    """Stands in for a compressor where nothing is to be gained."""

    def compress(self, chunk: bytes) -> bytes:
        return chunk

    def flush(self) -> bytes:
        return b""
