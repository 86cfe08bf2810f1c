"""Storing several small files of a run in one transaction."""

import zlib
from collections.abc import Mapping

from django.db import transaction

from runs.artifacts.content_types import guess_content_type
from runs.artifacts.counting import count_files
from runs.artifacts.errors import PathTaken
from runs.artifacts.models import File, LogTimes
from runs.artifacts.owners import files_of, lock_owner
from runs.artifacts.paths import clean_path, parents
from runs.artifacts.services import delete_bytes, refuse_taken_path, replace_bytes_on_commit
from runs.artifacts.stores import main_store
from runs.artifacts.stores.base import make_key
from runs.tracking.clock import now_ms
from runs.tracking.models import Run


def save_texts(*, run: Run, texts: Mapping[str, bytes]) -> None:
    """Store each of `texts` as the file at its path, replacing what was there: all or none.

    One that is stored already with the same bytes is left alone. Raises InvalidPath, PathTaken,
    OwnerGone, StoreFull, StoreUnavailable.
    """
    wanted = {clean_path(path): data for path, data in texts.items()}
    known = {file.path: file for file in files_of(run).filter(path__in=wanted)}
    fresh = {path: data for path, data in wanted.items() if not _is_stored(known.get(path), data)}
    if not fresh:
        return
    store, keys = main_store(), {path: make_key() for path in fresh}
    try:
        for path, data in fresh.items():
            store.put(keys[path], [data])
        with transaction.atomic():
            lock_owner(run)
            for path in fresh:
                if path not in known:
                    refuse_taken_path(run, path)
                if folder := next((one for one in parents(path) if one in fresh), ""):
                    raise PathTaken(f"'{folder}' is a file, not a folder. Choose another path.")
            _write_rows(run, fresh, keys, store.name)
    except BaseException:
        delete_bytes([(store.name, key) for key in keys.values()])
        raise


def _is_stored(file: File | None, data: bytes) -> bool:
    if file is None or file.growing:
        return False
    return (file.size_bytes, file.crc32) == (len(data), zlib.crc32(data))


def _write_rows(run: Run, fresh: Mapping[str, bytes], keys: Mapping[str, str], store: str) -> None:
    """Let the rows of the paths name the new bytes. The caller holds the run."""
    now = now_ms()
    before = {file.path: file for file in files_of(run).filter(path__in=fresh)}
    grown = sum(map(len, fresh.values())) - sum(file.size_bytes for file in before.values())
    rows = []
    for path, data in fresh.items():
        file = before.get(path) or File(run=run, path=path, created_ms=now)
        if path in before:
            replace_bytes_on_commit(run.pk, file.store, file.key)
        file.store, file.key, file.growing = store, keys[path], False
        file.size_bytes, file.crc32, file.updated_ms = len(data), zlib.crc32(data), now
        file.content_type = guess_content_type(path)
        rows.append(file)
    count_files(run, grown, len(fresh) - len(before))
    LogTimes.objects.filter(file__in=before.values()).delete()
    # A row that is made has its key at once: it is not to be changed again.
    File.objects.bulk_create([row for row in rows if row.path not in before])
    File.objects.bulk_update(
        [row for row in rows if row.path in before],
        ["store", "key", "growing", "size_bytes", "crc32", "updated_ms", "content_type"],
    )
