"""The stream of lines of a writer, in files of about a megabyte.

A file is named after the place of its first byte in the stream; the place of a line is its number.
A thinned file has the place in front of each line that is left. A file may be a link to another
place, where the disk was full.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

SUFFIX, THINNED = ".jsonl", ".thinned"
SEGMENT_BYTES = 1 << 20


class Line(NamedTuple):
    """A line and its number: the place of its first byte in the stream."""

    number: int
    data: bytes


class Segment(NamedTuple):
    """A file of a stream."""

    start: int
    path: Path

    @property
    def is_thinned(self) -> bool:
        """Tell whether lines have been taken out."""
        return self.path.suffix == THINNED

    @property
    def size_bytes(self) -> int:
        """How large the file is; 0 where the sender has removed it meanwhile."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def lines(self, place: int, limit_bytes: int) -> Iterator[Line]:
        """Yield whole lines that begin at `place` or later, about `limit_bytes` of them; none of a
        file that is not there any more."""
        try:
            file = open(self.path, "rb")  # noqa: SIM115  (closed below)
        except FileNotFoundError:
            # Removed meanwhile, or a link into a memory that was lost.
            return
        with file:
            found = self._thinned(file) if self.is_thinned else self._plain(file, place)
            taken = 0
            for line in found:
                if line.number >= place:
                    yield line
                    taken += len(line.data)
                if taken >= limit_bytes:
                    return

    def _plain(self, file: BinaryIO, place: int) -> Iterator[Line]:
        place = max(place, self.start)
        file.seek(place - self.start)
        for data in file:
            if not data.endswith(b"\n"):
                return
            yield Line(place, data[:-1])
            place += len(data)

    @staticmethod
    def _thinned(file: BinaryIO) -> Iterator[Line]:
        for data in file:
            number, _, line = data.rstrip(b"\n").partition(b" ")
            yield Line(int(number), line)


def remove_file(path: Path) -> None:
    """Remove a file of a stream; of a link what it leads to, too."""
    if path.is_symlink():
        Path(os.readlink(path)).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def remove_stream(folder: Path) -> None:
    """Remove a writer with all its files."""
    for segment in list_segments(folder):
        with suppress(OSError):
            remove_file(segment.path)
    shutil.rmtree(folder, ignore_errors=True)


def remove_outbox(folder: Path) -> None:
    """Remove the outbox of a run without writers. One that somebody has just opened stays; once
    the folder of its writers is gone, nobody opens it (`make_writers`)."""
    gone = folder.with_name(f".{folder.name}.{os.getpid()}")
    with suppress(OSError):
        (folder / "writers").rmdir()
        folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def segment_path(folder: Path, start: int) -> Path:
    """Return the file of the segment that begins at a place."""
    return folder / f"{start:020d}{SUFFIX}"


def list_segments(folder: Path) -> list[Segment]:
    """Return the segments of a writer, in order; of one that is being thinned the thinned one. A
    writer that somebody removes meanwhile has none."""
    found: dict[int, Segment] = {}
    paths: list[Path] = []
    with suppress(FileNotFoundError, NotADirectoryError):
        paths = list(folder.iterdir())
    for path in paths:
        if path.suffix in (SUFFIX, THINNED) and path.stem.isdigit():
            start = int(path.stem)
            if start not in found or path.suffix == THINNED:
                found[start] = Segment(start, path)
    return sorted(found.values())
