"""Writes an upload into a temporary file, which vanishes when it is closed or the process ends."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from django.conf import settings

from runs.artifacts.snapshots.archives import MAX_CONTENTS_BYTES, too_many_bytes
from runs.artifacts.snapshots.trees import MAX_BYTES
from runs.artifacts.stores.local import plain_errors

# Files that cannot be compressed, and as much again around them as their names may take.
MAX_ZIP_BYTES = MAX_BYTES + 4 * MAX_CONTENTS_BYTES


@contextmanager
def spooled(chunks: Iterable[bytes], size_bytes: int | None = None) -> Iterator[BinaryIO]:
    """Yield `chunks` as a file, from its beginning; `size_bytes` is what the sender announced.

    Raises SnapshotTooLarge as soon as it is known, StoreFull, StoreUnavailable.
    """
    if size_bytes is not None and size_bytes > MAX_ZIP_BYTES:
        raise too_many_bytes()
    folder = settings.FILES_DIR.parent
    with plain_errors():
        folder.mkdir(parents=True, exist_ok=True)
        file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  (closed below)
    with file:
        _fill(file, chunks)
        yield file


def _fill(file: BinaryIO, chunks: Iterable[bytes]) -> None:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_ZIP_BYTES:
            raise too_many_bytes()
        view = memoryview(chunk)
        with plain_errors():
            while view:
                view = view[file.write(view) :]
    file.seek(0)
