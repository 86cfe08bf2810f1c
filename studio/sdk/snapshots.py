"""Packing a folder: which files, as which zip."""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from studio.sdk.exceptions import SnapshotException
from studio.sdk.ignoring import IgnoreRules, read_rules

MOST_FILES, MOST_BYTES = 2000, 300 * 1000 * 1000
FOLDERS_LEFT_OUT = frozenset({".git", "__pycache__", ".ipynb_checkpoints", ".venv"})
# Zip's earliest date: the same files give the same zip.
DATE = (1980, 1, 1, 0, 0, 0)


def list_files(folder: str | os.PathLike[str]) -> list[tuple[str, Path, int]]:
    """Return the files of a snapshot: path in it, file, size.

    Raises SnapshotException for more than 2000 files or 300 MB.
    """
    root = Path(folder)
    if not root.is_dir():
        raise SnapshotException(f"{root} is no folder.")
    found, total = [], 0
    for name, file in walk(root, read_rules(root)):
        size = file.stat().st_size
        total += size
        found.append((name, file, size))
        if len(found) > MOST_FILES or total > MOST_BYTES:
            raise SnapshotException(
                f"{root} holds more than {MOST_FILES} files or {MOST_BYTES // 10**6} MB. "
                "Name what is not code in .amlignore, in the syntax of .gitignore."
            )
    return sorted(found)


def walk(root: Path, rules: IgnoreRules) -> Iterator[tuple[str, Path]]:
    """Yield the files below a folder that no rule leaves out; links are followed within it."""
    for folder, folders, names in os.walk(root):
        here = Path(folder).relative_to(root).as_posix()
        place = "" if here == "." else here + "/"
        folders[:] = [
            name
            for name in folders
            if name not in FOLDERS_LEFT_OUT and not rules.leaves_out(place + name, is_folder=True)
        ]
        for name in names:
            file = Path(folder, name)
            if not rules.leaves_out(place + name) and is_inside(file, root):
                yield str(PurePosixPath(place + name)), file


def is_inside(file: Path, root: Path) -> bool:
    """Tell whether a path is a file whose content is in the folder, not linked from elsewhere."""
    if not file.is_symlink():
        return file.is_file()
    return file.is_file() and file.resolve().is_relative_to(root.resolve())


@contextmanager
def pack_folder(folder: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Give the files of a folder as a zip in a temporary file."""
    files = list_files(folder)
    with tempfile.TemporaryFile() as archive:
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            for name, file, _ in files:
                entry = zipfile.ZipInfo(name, DATE)
                entry.external_attr = (file.stat().st_mode & 0o777 | 0o100000) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                with open(file, "rb") as source, packed.open(entry, "w", force_zip64=True) as copy:
                    while part := source.read(1 << 20):
                        copy.write(part)
        yield archive
