"""Reads of the tree of files."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from django.db import connection
from django.db.models import QuerySet

from runs.artifacts.errors import UnknownFile
from runs.artifacts.models import File
from runs.artifacts.owners import Owner, files_of
from runs.artifacts.paths import clean_folder, clean_path, inside
from runs.artifacts.stores import store_named
from runs.database.rows import Rows
from runs.tracking.models import Run

_BATCH = 500
FILES = Rows(File)
FILE_OF_RUN = f"SELECT {FILES.columns} FROM {FILES.table} WHERE run_id = %s AND path = %s"


class Readable(Protocol):
    """What can be read, sent and previewed: a file of a run, of a model, of a snapshot."""

    @property
    def path(self) -> str: ...
    @property
    def store(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def content_type(self) -> str: ...
    @property
    def growing(self) -> bool: ...


@dataclass(frozen=True)
class Entry:
    """A file or a folder in a listing. A folder has neither size nor time of its own."""

    path: str
    name: str
    is_dir: bool
    size_bytes: int = 0
    updated_ms: int = 0
    growing: bool = False
    content_type: str = ""


def get_file(owner: Owner, path: str) -> File:
    """Return the file at `path`. Raises InvalidPath, UnknownFile."""
    path = clean_path(path)
    file = _file_of_run(owner, path) if isinstance(owner, Run) else _file_of(owner, path)
    if file is None:
        raise UnknownFile(f"There is no file '{path}'.")
    return file


def _file_of(owner: Owner, path: str) -> File | None:
    return files_of(owner).filter(path=path).first()


def _file_of_run(run: Run, path: str) -> File | None:
    """Whoever follows a log asks for it every few seconds."""
    with connection.cursor() as cursor:
        cursor.execute(FILE_OF_RUN, [run.pk, path])
        row = cursor.fetchone()
    return row and FILES.read(row)


def read_file(file: Readable, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
    """Return the bytes [start, stop) of `file` as the index knows it, in chunks.

    A growing file is read up to its recorded size; behind its end there is nothing. Raises
    BytesMissing at once.
    """
    stop = file.size_bytes if stop is None else min(stop, file.size_bytes)
    return store_named(file.store).read(file.key, min(start, stop), stop)


def list_folder(owner: Owner, path: str = "") -> list[Entry]:
    """Return what lies directly in the folder `path`, sorted by path; nothing where it is a file.

    Folders are not rows: they are read off the paths, jumping over what lies inside each one.
    One query per 500 rows or folder.
    """
    folder = clean_folder(path)
    prefix = f"{folder}/" if folder else ""
    entries = list(_entries(folder_files(owner, folder), prefix))
    return sorted(entries, key=lambda entry: entry.path)


def folder_files(owner: Owner, folder: str) -> QuerySet[File]:
    """Return the files in `folder` ("" is everything) at any depth, in byte order of path."""
    files = files_of(owner).order_by("path")
    if folder:
        low, high = inside(folder)
        files = files.filter(path__gte=low, path__lt=high)
    return files


def walk_files(owner: Owner, path: str = "") -> Iterator[File]:
    """Return every file in the folder `path` at any depth, in byte order of path."""
    return folder_files(owner, clean_folder(path)).iterator(chunk_size=2000)


def _entries(files: QuerySet[File], prefix: str) -> Iterator[Entry]:
    columns = files.values_list("path", "size_bytes", "updated_ms", "growing", "content_type")
    start = prefix
    while rows := list(columns.filter(path__gte=start)[:_BATCH]):
        subfolder = ""
        for path, *facts in rows:
            if subfolder and path.startswith(subfolder + "/"):
                continue
            name, slash, _ = path[len(prefix) :].partition("/")
            subfolder = prefix + name if slash else ""
            yield Entry(prefix + name, name, bool(slash), *([] if slash else facts))
        # Go on behind everything in the last folder, or behind the last file: no path holds a
        # control character, so nothing lies between a path and the same with U+0001.
        start = inside(subfolder)[1] if subfolder else rows[-1][0] + "\x01"
