"""A folder on disk as a store."""

import errno
import fcntl
import os
import re
import stat
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from os.path import islink
from pathlib import Path

from runs.artifacts.errors import BytesMissing, InvalidPath, StoreFull, StoreUnavailable
from runs.artifacts.stores.base import CHUNK_BYTES, Stored, Written

# Half-written bytes carry this; no row ever names them, so the sweep finds what a crash left.
PART = ".part"
_OWN_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{32}")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_sync_data = getattr(os, "fdatasync", os.fsync)


class LocalStore:
    """Files under one root; the only place of the studio that opens a file by a key."""

    name = "local"
    can_append = True

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def resolve(self, key: str) -> Path:
        """Return the file of `key`. Raises InvalidPath if it leads out of the root."""
        if _OWN_KEY.fullmatch(key) and not self._has_link(key):
            return self.root / key
        if "\x00" in key:
            raise InvalidPath("The key contains a NUL character.")
        path = (self.root / key).resolve()
        if path == self.root or not path.is_relative_to(self.root):
            raise InvalidPath("The key leads out of the store.")
        return path

    def _has_link(self, key: str) -> bool:
        """Tell whether a symbolic link stands anywhere on the way from the root to `key`.

        What has none needs no resolving, which costs more than reading a small file.
        """
        first, second = f"{self.root}/{key[:2]}", f"{self.root}/{key[:5]}"
        return islink(first) or islink(second) or islink(f"{self.root}/{key}")

    def put(self, key: str, chunks: Iterable[bytes]) -> Written:
        path = self.resolve(key)
        part = path.with_name(path.name + PART)
        with plain_errors():
            _make_folder(path.parent, self.root)
            file = _create(part)
        try:
            written = _write_all(file, chunks)
            with plain_errors():
                os.replace(part, path)
                _sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)
        return written

    def read(self, key: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        file = self._open(key)
        return _read_range(file, start, os.fstat(file.fileno()).st_size if stop is None else stop)

    def size(self, key: str) -> int:
        with self._open(key) as file:
            return os.fstat(file.fileno()).st_size

    def exists(self, key: str) -> bool:
        return self.resolve(key).is_file()

    def delete(self, key: str) -> None:
        with plain_errors():
            self.resolve(key).unlink(missing_ok=True)

    def list_keys(self) -> Iterator[Stored]:
        for folder, _, names in os.walk(self.root):
            for name in names:
                path = Path(folder, name)
                with suppress(FileNotFoundError):
                    found = path.lstat()
                    if stat.S_ISREG(found.st_mode):
                        key = path.relative_to(self.root).as_posix()
                        yield Stored(key, found.st_mtime_ns // 1_000_000)

    def append(self, key: str, offset: int, chunk: bytes) -> None:
        with plain_errors(), open(self.resolve(key), "r+b", buffering=0) as file:
            file.truncate(offset)
            file.seek(offset)
            _write_chunk(file, chunk)
            _sync_data(file.fileno())

    def touch(self, key: str) -> None:
        """Make `key` look new, so that the sweep spares it for a while."""
        with suppress(FileNotFoundError):
            os.utime(self.resolve(key))

    @contextmanager
    def lock(self, key: str) -> Iterator[None]:
        path = self.resolve(key)
        with plain_errors():
            _make_folder(path.parent, self.root)
            is_new = not path.exists()
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if is_new:
                _sync_folder(path.parent)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _open(self, key: str) -> FileIO:
        try:
            return open(self.resolve(key), "rb", buffering=0)
        except (FileNotFoundError, NotADirectoryError):
            raise BytesMissing("The bytes of this file are missing from the store.") from None
        except OSError as error:
            raise StoreUnavailable(f"The files cannot be read: {error.strerror}.") from error


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn the system's refusals into the room's errors."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull("The disk is full. Nothing was kept; free some space.") from error
        raise StoreUnavailable(f"The files cannot be written: {error.strerror}.") from error


def _create(path: Path) -> FileIO:
    return open(path, "xb", buffering=0, opener=_open_private)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write_all(file: FileIO, chunks: Iterable[bytes]) -> Written:
    size = crc = 0
    with file:
        # Errors of `chunks` are the sender's and pass as they are.
        for chunk in chunks:
            _write_chunk(file, chunk)
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
        with plain_errors():
            os.fsync(file.fileno())
    return Written(size, crc)


def _write_chunk(file: FileIO, chunk: bytes) -> None:
    view = memoryview(chunk)
    with plain_errors():
        while view:
            view = view[file.write(view) :]


def _read_range(file: FileIO, start: int, stop: int) -> Iterator[bytes]:
    with file:
        if start:
            file.seek(start)
        while start < stop and (chunk := file.read(min(CHUNK_BYTES, stop - start))):
            start += len(chunk)
            yield chunk


def _make_folder(folder: Path, root: Path) -> None:
    """Make `folder` and its parents down from `root`, each one safe on disk."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(folder.parent, root)
    folder.mkdir(parents=folder == root, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
