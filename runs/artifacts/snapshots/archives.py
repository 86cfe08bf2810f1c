"""Reading a zip from a client, whose names, sizes and links may be wrong or hostile.

Nothing is unpacked to a path. Names go through the path resolver, and bytes are counted while they
are unpacked.
"""

import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from runs.artifacts.errors import InvalidPath, InvalidSnapshot, SnapshotTooLarge
from runs.artifacts.paths import clean_folder, clean_path, parents
from runs.artifacts.snapshots.trees import MAX_BYTES, MAX_FILES
from runs.artifacts.stores.base import CHUNK_BYTES

# A table of contents of 2000 files with the longest names fits; the reader loads it whole.
MAX_CONTENTS_BYTES = 1 << 22
_UTF8, _ENCRYPTED = 0x800, 0x1
_MAX_SHOWN_CHARS = 200
_DAMAGE = (
    BadZipFile, EOFError, OSError, OverflowError, RuntimeError, ValueError, struct.error, zlib.error
)  # fmt: skip


@dataclass(frozen=True)
class ZippedFile:
    """A file in the zip, under the path it gets in the snapshot."""

    path: str
    is_executable: bool
    info: ZipInfo


class _Bounded:
    """The zip as a file that returns few bytes at once."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MAX_CONTENTS_BYTES:
            raise too_many_files()
        return self._file.read(MAX_CONTENTS_BYTES if size < 0 else size)


@contextmanager
def open_archive(file: BinaryIO) -> Iterator[ZipFile]:
    """Open the zip in `file`. Raises InvalidSnapshot where it is none, SnapshotTooLarge."""
    with _plain_errors("This is no zip file, or only a part of one. Send the folder as a zip."):
        archive = ZipFile(_Bounded(file))
    with archive:
        yield archive


def list_sources(archive: ZipFile) -> list[ZippedFile]:
    """Return the files of the zip, checked by what it claims; folders are left out.

    Raises InvalidSnapshot for what a snapshot cannot hold, SnapshotTooLarge.
    """
    sources = [found for info in archive.infolist() if (found := _check(info))]
    if not sources:
        raise InvalidSnapshot("The zip holds no files. Zip the folder with the source code.")
    if len(sources) > MAX_FILES:
        raise too_many_files(len(sources))
    if sum(source.info.file_size for source in sources) > MAX_BYTES:
        raise too_many_bytes()
    _refuse_clashes([source.path for source in sources])
    return sources


def read_zipped(archive: ZipFile, source: ZippedFile) -> Iterator[bytes]:
    """Yield the bytes of a file of the zip. Raises InvalidSnapshot where they are damaged."""
    size = 0
    with _plain_errors(f"The zip is damaged at {_shown(source.path)}. Make it again."):
        with archive.open(source.info) as file:
            while chunk := file.read(CHUNK_BYTES):
                size += len(chunk)
                yield chunk
        if size != source.info.file_size:
            raise BadZipFile


def too_many_files(count: int | None = None) -> SnapshotTooLarge:
    held = "more" if count is None else f"{count:,}"
    return SnapshotTooLarge(
        f"A snapshot holds at most {MAX_FILES:,} files, the zip has {held}. Leave out data, "
        "environments and .git."
    )


def too_many_bytes() -> SnapshotTooLarge:
    return SnapshotTooLarge(
        f"A snapshot holds at most {MAX_BYTES // 1_000_000} MB, the zip has more. Leave out data, "
        "environments and .git."
    )


def _check(info: ZipInfo) -> ZippedFile | None:
    """Return the file that `info` claims to be, None for a folder."""
    name = _name_of(info)
    try:
        path = clean_folder(name) if name.endswith("/") else clean_path(name)
    except InvalidPath as error:
        raise InvalidSnapshot(f"{_shown(name)} in the zip: {error.message}") from None
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if name.endswith("/") or kind == stat.S_IFDIR:
        return None
    if kind == stat.S_IFLNK:
        raise InvalidSnapshot(
            f"{_shown(path)} in the zip is a link. Snapshots hold files: zip what it points to."
        )
    if kind not in (0, stat.S_IFREG):
        raise InvalidSnapshot(f"{_shown(path)} in the zip is a device, no file. Leave it out.")
    _refuse_unreadable(path, info)
    return ZippedFile(path, bool(mode & stat.S_IXUSR), info)


def _name_of(info: ZipInfo) -> str:
    """Return the name as it stands in the zip: `filename` is cut at a NUL already.

    A name that is not marked as UTF-8 often is all the same (macOS).
    """
    name = info.orig_filename
    if info.flag_bits & _UTF8:
        return name
    try:
        return name.encode("cp437").decode()
    except UnicodeError:
        return name


def _refuse_unreadable(path: str, info: ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise InvalidSnapshot(f"{_shown(path)} in the zip is encrypted. Zip without a password.")
    # The other methods unpack without a bound on memory.
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise InvalidSnapshot(
            f"{_shown(path)} in the zip is compressed by method {info.compress_type}. Use deflate, "
            "the usual one."
        )


def _refuse_clashes(paths: list[str]) -> None:
    twice = next((path for path, count in Counter(paths).items() if count > 1), None)
    if twice is not None:
        raise InvalidSnapshot(f"The zip holds {_shown(twice)} twice. Make it again.")
    folders = {folder for path in paths for folder in parents(path)}
    both = next((path for path in paths if path in folders), None)
    if both is not None:
        raise InvalidSnapshot(f"{_shown(both)} in the zip is both a file and a folder.")


def _shown(name: str) -> str:
    return repr(name[:_MAX_SHOWN_CHARS])


@contextmanager
def _plain_errors(message: str) -> Iterator[None]:
    """Raise InvalidSnapshot for every error that a damaged zip causes in its reader."""
    try:
        yield
    except _DAMAGE as error:
        raise InvalidSnapshot(message) from error
