"""Writes to the tree of files of a run or a logged model."""

import logging
from collections.abc import Iterable
from functools import partial

from django.db import DatabaseError, transaction
from django.db.models import Q

from runs.artifacts.content_types import choose_content_type
from runs.artifacts.counting import count_files
from runs.artifacts.errors import ArtifactError, PathTaken, UploadCut
from runs.artifacts.logs.conventions import is_log
from runs.artifacts.logs.text_index import wait_for_index
from runs.artifacts.models import File, LogTimes
from runs.artifacts.owners import Owner, as_columns, files_of, lock_owner
from runs.artifacts.paths import clean_folder, clean_path, inside, parents
from runs.artifacts.pins import is_pinned
from runs.artifacts.stores import local_store, main_store, store_named, text_store
from runs.artifacts.stores.base import Written, make_key
from runs.tracking.clock import now_ms

TEXTS = text_store().name

log = logging.getLogger(__name__)


def save_file(
    *,
    owner: Owner,
    path: str,
    chunks: Iterable[bytes],
    content_type: str = "",
    size_bytes: int | None = None,
) -> File:
    """Store `chunks` as the file at `path`, replacing what was there at once and completely.

    `size_bytes` is what the sender has announced: with fewer or more bytes nothing is kept.
    Raises InvalidPath, PathTaken, OwnerGone, UploadCut, StoreFull, StoreUnavailable.
    """
    path = clean_path(path)
    refuse_taken_path(owner, path)
    store, key = main_store(), make_key()
    try:
        written = store.put(key, chunks if size_bytes is None else _exactly(chunks, size_bytes))
        with transaction.atomic():
            file = _swap_row(owner, path, store.name, key, written)
            file.content_type = choose_content_type(content_type, path)
            file.save()
    except BaseException:
        delete_bytes([(store.name, key)])
        raise
    if is_log(path):
        wait_for_index(file)
    return file


def _exactly(chunks: Iterable[bytes], size_bytes: int) -> Iterable[bytes]:
    arrived = 0
    for chunk in chunks:
        arrived += len(chunk)
        yield chunk
    if arrived != size_bytes:
        raise UploadCut(
            f"{arrived} of {size_bytes} bytes arrived. Nothing was kept; send it again."
        )


def _swap_row(owner: Owner, path: str, store: str, key: str, written: Written) -> File:
    """Return the row of `path`, pointing to the new bytes; the old ones go after the commit."""
    lock_owner(owner)
    refuse_taken_path(owner, path)
    now = now_ms()
    file = files_of(owner).filter(path=path).first()
    if file is None:
        file = File(**as_columns(owner), path=path, created_ms=now)
        count_files(owner, written.size_bytes, 1)
    else:
        replace_bytes_on_commit(file.run_id, [(file.store, file.key)])
        count_files(owner, written.size_bytes - file.size_bytes)
        LogTimes.objects.filter(file=file).delete()
    file.store, file.key, file.growing = store, key, False
    file.size_bytes, file.crc32, file.updated_ms = written.size_bytes, written.crc32, now
    return file


def refuse_taken_path(owner: Owner, path: str) -> None:
    """Raise PathTaken if `path` is a folder, or a part of it is a file. One query."""
    low, high = inside(path)
    in_the_way = Q(path__gte=low, path__lt=high) | Q(path__in=parents(path))
    other = files_of(owner).filter(in_the_way).values_list("path", flat=True).first()
    if other is None:
        return
    if low <= other < high:
        raise PathTaken(f"'{path}' is a folder. Choose another name or delete the folder first.")
    raise PathTaken(f"'{other}' is a file, not a folder. Choose another path.")


def delete_path(*, owner: Owner, path: str) -> int:
    """Delete the file or the whole folder at `path` ("" is everything).

    Returns the number of bytes freed; nothing there is fine. Raises InvalidPath.
    """
    path = clean_folder(path)
    files = files_of(owner)
    low, high = inside(path)
    with transaction.atomic():
        if path:
            doomed = files.filter(path=path) | files.filter(path__gte=low, path__lt=high)
        else:
            doomed = files
        rows = list(doomed.select_for_update().values_list("pk", "store", "key", "size_bytes"))
        File.objects.filter(pk__in=[row[0] for row in rows]).delete()
        freed = sum(row[3] for row in rows)
        count_files(owner, -freed, -len(rows))
        delete_bytes_on_commit([(store, key) for _, store, key, _ in rows])
    return freed


def delete_bytes_on_commit(places: list[tuple[str, str]]) -> None:
    """Remove the bytes at each (store, key) once the rows that named them are gone for good.

    A crash between the commit and the removal leaves bytes without a row to the sweep.
    """
    transaction.on_commit(lambda: delete_bytes(places))


def replace_bytes_on_commit(run_pk: int | None, places: list[tuple[str, str]]) -> None:
    """Remove bytes that new ones have replaced, unless a download is still reading the run's.

    Then they are left to the sweep, which spares them for another day.
    """

    def replace() -> None:
        if run_pk is not None and is_pinned(run_pk):
            for store, key in places:
                if store == local_store().name:
                    local_store().touch(key)
            return
        delete_bytes(places)

    if places:
        transaction.on_commit(replace)


def delete_bytes(places: list[tuple[str, str]]) -> None:
    """Remove the bytes at each (store, key), which no row names; the sweep gets what fails."""
    texts = [key for store, key in places if store == TEXTS]
    files = [(store, key) for store, key in places if store != TEXTS]
    removals = [partial(store_named(store).delete, key) for store, key in files]
    if texts:
        removals.append(partial(text_store().delete_many, texts))
    for remove in removals:
        try:
            remove()
        except (ArtifactError, DatabaseError) as error:
            # What was asked for is done; the sweep removes what could not be removed now.
            log.warning("bytes are left to the sweep: %s", error)
