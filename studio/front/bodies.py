"""Request bodies: complete before the application is called, in memory while small, else on disk.

A body that does not come is given up: each piece of it has a time in which it must be there.
"""

import os
import tempfile
import threading
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NoReturn

from studio.front.stalls import Stalls

# So much of a body must come in the time that a pause may last, or its end.
PIECE_BYTES = 64 * 1024
# Larger bodies go to the disk.
IN_MEMORY_BYTES = 1024 * 1024


class BodyWanted(BaseException):
    """The application reads a body that has not been received yet.

    Not an Exception: nothing on the way may take it for a failure and answer.
    """


class SpoolFull(Exception):
    """The bodies that are being received take all the space they may."""


class NotYetReceived:
    """Stands for a body until the application reads it: whom it refuses need not send it."""

    def read(self, *_: object) -> NoReturn:
        """Raise BodyWanted, like every other way to read."""
        raise BodyWanted

    readline = readlines = __iter__ = read


class Spool:
    """Where bodies lie until they are complete: `folder` holds `most_bytes` of them at once."""

    def __init__(self, folder: Path, most_bytes: int, stalls: Stalls) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self.stalls = stalls
        self._used = 0
        self._lock = threading.Lock()

    def take(self, size: int) -> None:
        """Count `size` more bytes (fewer where it is negative). Raises SpoolFull."""
        with self._lock:
            if size > 0 and self._used + size > self.most_bytes:
                raise SpoolFull
            self._used += size

    def receive_small(self, environ: dict[str, Any], protocol: Any, size: int) -> IO[bytes]:
        """Return a body of at most `IN_MEMORY_BYTES`, shorter where the connection broke. Raises
        Stalled."""
        pieces: list[bytes] = []
        while size > 0 and (piece := self._read(environ, protocol, min(size, PIECE_BYTES))):
            pieces.append(piece)
            size -= len(piece)
        return BytesIO(b"".join(pieces))

    def receive(self, environ: dict[str, Any], protocol: Any) -> "Received":
        """Return a body, shorter where the connection broke. Raises Stalled, SpoolFull, OSError."""
        received = Received(self)
        try:
            while piece := self._read(environ, protocol):
                received.add(piece)
            received.file.seek(0)
        except BaseException:
            received.close()
            raise
        return received

    def _read(self, environ: dict[str, Any], protocol: Any, most: int = PIECE_BYTES) -> bytes:
        with self.stalls.watch(protocol, environ):
            return environ["wsgi.input"].read(most)


class Received:
    """A body on its way. `file` has no name on disk: nothing is left when the process dies."""

    def __init__(self, spool: Spool) -> None:
        self.spool = spool
        self.size = 0
        self.file = make_file(spool.folder)

    def add(self, piece: bytes) -> None:
        """Keep the next piece. Raises SpoolFull, OSError."""
        self.spool.take(len(piece))
        self.size += len(piece)
        self.file.write(piece)

    def close(self) -> None:
        """Let go of the body and of its space."""
        self.file.close()
        self.spool.take(-self.size)
        self.size = 0


def make_file(folder: Path) -> IO[bytes]:
    """Return a new file, in memory until it is large. Raises OSError."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=folder)


def make_spool(folder: Path, most_bytes: int, stalls: Stalls) -> Spool:
    """Return the spool in `folder`, which is made where it is missing."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return Spool(folder, most_bytes or half_of_free(folder), stalls)


def half_of_free(folder: Path) -> int:
    """Return half of the bytes that are free where `folder` is."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize // 2
