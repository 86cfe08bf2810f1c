"""Storing several small files of a run in one transaction."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction

from runs.artifacts.content_types import guess_content_type
from runs.artifacts.counting import count_files
from runs.artifacts.errors import OffsetConflict, PathTaken
from runs.artifacts.logs.times import begin_times
from runs.artifacts.models import File, LogTimes
from runs.artifacts.owners import lock_owner
from runs.artifacts.paths import clean_path, inside, parents
from runs.artifacts.services import delete_bytes, replace_bytes_on_commit
from runs.artifacts.stores import main_store, text_store
from runs.artifacts.stores.base import make_key
from runs.artifacts.stores.database import MOST_BYTES, make_text_key
from runs.database.rows import Rows
from runs.tracking.clock import now_ms
from runs.tracking.models import Run

FILES = Rows(File)
FILE = File._meta.db_table
READ_FILES = f"SELECT {FILES.columns} FROM {FILE} WHERE run_id = %s AND path IN"
Place = tuple[str, str]


@dataclass
class Texts:
    """Small files of a run, whose rows are still to be written. `logs` are those of them that are
    complete logs; `places` says where the large ones lie."""

    run: Run
    files: dict[str, bytes]
    logs: frozenset[str] = frozenset()
    places: dict[str, Place] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)

    def write(self) -> None:
        """Write the rows in the transaction of the caller, who holds the run.

        Raises PathTaken, and OffsetConflict where there is another log than the one that is told.
        """
        known = self._read_known()
        fresh = [path for path in self.files if not self._is_stored(known.get(path), path)]
        if not fresh:
            return
        _refuse_taken_paths(self.run, fresh, known)
        before = [(file.store, file.key) for path, file in known.items() if path in fresh]
        sizes = sum(file.size_bytes for path, file in known.items() if path in fresh)
        grown = sum(len(self.files[path]) for path in fresh) - sizes
        self._write_bytes(fresh)
        self._write_rows(fresh, known)
        count_files(self.run, grown, len(fresh) - len(before))
        replace_bytes_on_commit(self.run.pk, before)
        self.written = set(fresh)

    def _read_known(self) -> dict[str, File]:
        """Return what lies at the paths, by path. One query."""
        if not self.files:
            return {}
        places = ", ".join(["%s"] * len(self.files))
        with connection.cursor() as cursor:
            cursor.execute(f"{READ_FILES} ({places})", [self.run.pk, *self.files])
            found = map(FILES.read, cursor.fetchall())
            return {file.path: file for file in found}

    def _is_stored(self, file: File | None, path: str) -> bool:
        """Tell whether there is this file already. Raises OffsetConflict for another log."""
        if file is None:
            return False
        data = self.files[path]
        is_same = (file.size_bytes, file.crc32) == (len(data), zlib.crc32(data))
        if path not in self.logs:
            return is_same and not file.growing
        if not is_same:
            size = file.size_bytes
            raise OffsetConflict(f"The log '{path}' has {size} bytes; go on at {size}.", size)
        File.objects.filter(pk=file.pk).update(growing=False)
        return True

    def _write_bytes(self, paths: list[str]) -> None:
        small = [path for path in paths if path not in self.places]
        keys = {path: make_text_key() for path in small}
        text_store().put_many((keys[path], self.files[path]) for path in small)
        self.places |= {path: (text_store().name, key) for path, key in keys.items()}

    def _write_rows(self, paths: list[str], known: Mapping[str, File]) -> None:
        now, made, logs = now_ms(), [], []
        for path in paths:
            file = known.get(path) or File(run=self.run, path=path, created_ms=now)
            (file.store, file.key), data = self.places[path], self.files[path]
            file.size_bytes, file.crc32, file.updated_ms = len(data), zlib.crc32(data), now
            file.content_type, file.growing = guess_content_type(path), False
            if path in known:
                LogTimes.objects.filter(file=file).delete()
                file.save()
            else:
                (logs if path in self.logs else made).append(file)
        FILES.insert_many(made)
        for log in logs:
            FILES.insert(log)
            begin_times(log, now)


@contextmanager
def new_texts(
    run: Run, files: Mapping[str, bytes], logs: Mapping[str, bytes] | None = None
) -> Iterator[Texts]:
    """Give small files and complete logs, to be written in a transaction within the block.

    Large ones are stored at once, and removed again where the block fails. Raises InvalidPath,
    StoreFull, StoreUnavailable.
    """
    wanted = {clean_path(path): data for path, data in files.items()}
    told = {clean_path(path): data for path, data in (logs or {}).items()}
    texts = Texts(run, wanted | told, frozenset(told))
    store = main_store()
    try:
        for path, data in texts.files.items():
            if len(data) > MOST_BYTES:
                texts.places[path] = store.name, make_key()
                store.put(texts.places[path][1], [data])
        yield texts
    except BaseException:
        texts.written = set()
        raise
    finally:
        unused = [place for path, place in texts.places.items() if path not in texts.written]
        delete_bytes([place for place in unused if place[0] == store.name])


def save_texts(*, run: Run, texts: Mapping[str, bytes]) -> None:
    """Store each of `texts` as the file at its path, replacing what was there: all or none.

    One that is stored already with the same bytes is left alone. Raises InvalidPath, PathTaken,
    OwnerGone, StoreFull, StoreUnavailable.
    """
    with new_texts(run, texts) as new, transaction.atomic():
        lock_owner(run)
        new.write()


def _refuse_taken_paths(run: Run, paths: list[str], known: Mapping[str, File]) -> None:
    """Raise PathTaken where a path is a folder, or a part of it is a file. One query."""
    fresh = [path for path in paths if path not in known]
    if not fresh:
        return
    folders = {folder for path in fresh for folder in parents(path)}
    if taken := next((path for path in paths if path in folders), ""):
        raise PathTaken(f"'{taken}' is a file, not a folder. Choose another path.")
    ranges = " OR ".join(["(path >= %s AND path < %s)"] * len(fresh))
    named = ", ".join(["%s"] * len(folders)) or "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT path FROM {FILE} WHERE run_id = %s AND (path IN ({named}) OR {ranges})",
            [run.pk, *folders, *(edge for path in fresh for edge in inside(path))],
        )
        found = cursor.fetchone()
    if found is None:
        return
    if found[0] in folders:
        raise PathTaken(f"'{found[0]}' is a file, not a folder. Choose another path.")
    folder = next(path for path in fresh if inside(path)[0] <= found[0] < inside(path)[1])
    raise PathTaken(f"'{folder}' is a folder. Choose another name or delete the folder first.")
