"""Logs that grow while a run is running.

The order of writing is bytes, then row: the row's size is what has been acknowledged. After a
crash the file may hold more than that (never acknowledged: cut off by the next append) and, if a
disk was restored from a copy, less (then the row is lowered to what is there, and the sender is
told where to go on). One writer at a time holds the file's lock, across processes.
"""

import zlib

from django.db import transaction

from runs.artifacts.content_types import guess_content_type
from runs.artifacts.counting import count_files
from runs.artifacts.errors import OffsetConflict, OffsetGap, UnknownFile
from runs.artifacts.logs.text_index import forget_index, wait_for_index
from runs.artifacts.logs.times import forget_times, mark_time
from runs.artifacts.models import File
from runs.artifacts.owners import files_of, lock_owner
from runs.artifacts.paths import clean_path
from runs.artifacts.services import delete_bytes_on_commit, refuse_taken_path
from runs.artifacts.stores import local_store, store_named
from runs.artifacts.stores.base import make_key
from runs.tracking.clock import now_ms
from runs.tracking.models import Run

_TRIES = 5


def append_log(*, run: Run, path: str, offset: int, data: bytes) -> int:
    """Make `data` the bytes from `offset` on of the log at `path`; return where to go on.

    Sending the same again changes nothing, and a part that is stored already may be repeated in
    front of new bytes. A log that is not there is begun, a finished one goes on.
    Raises OffsetGap, OffsetConflict (both with `expected`), InvalidPath, PathTaken, OwnerGone,
    StoreFull, StoreUnavailable.
    """
    path = clean_path(path)
    for _ in range(_TRIES):
        file = files_of(run).filter(path=path).first() or _begin_log(run, path)
        size_bytes = _append(file, offset, data)
        if size_bytes is not None:
            return size_bytes
    raise UnknownFile(f"'{path}' is being replaced or deleted. Send it again.")


def finish_log(*, run: Run, path: str) -> File:
    """Mark the log at `path` as complete. Doing so again is fine. Raises UnknownFile."""
    path = clean_path(path)
    file = files_of(run).filter(path=path).first()
    if file is None:
        raise UnknownFile(f"There is no log '{path}'.")
    if file.growing:
        with local_store().lock(file.key):
            file.refresh_from_db()
            _lower_to_bytes(file)
            file.growing = False
            file.save(update_fields=["growing"])
        wait_for_index(file)
    return file


def _begin_log(run: Run, path: str) -> File:
    """Return the row of a new, empty log; its file exists before its row does."""
    key, store = make_key(), local_store()
    with store.lock(key):
        pass
    now = now_ms()
    try:
        with transaction.atomic():
            lock_owner(run)
            refuse_taken_path(run, path)
            file, is_new = File.objects.get_or_create(
                run=run,
                path=path,
                defaults={
                    "store": store.name, "key": key, "size_bytes": 0, "crc32": 0, "growing": True,
                    "content_type": guess_content_type(path), "created_ms": now, "updated_ms": now,
                },
            )  # fmt: skip
            if is_new:
                count_files(run, 0, 1)
    except BaseException:
        store.delete(key)
        raise
    if not is_new:
        store.delete(key)
    return file


def _append(file: File, offset: int, data: bytes) -> int | None:
    """Return the new size, or None where the row went another way while we waited."""
    if not file.growing:
        if not _fresh_part(file, offset, data):
            return file.size_bytes
        file = _reopen(file)
    store, key = local_store(), file.key
    with store.lock(key):
        current = File.objects.filter(pk=file.pk, key=key, growing=True).first()
        if current is None:
            return None
        _lower_to_bytes(current)
        fresh = _fresh_part(current, offset, data)
        if not fresh:
            return current.size_bytes
        store.append(key, current.size_bytes, fresh)
        return _record(current, fresh)


def _fresh_part(file: File, offset: int, data: bytes) -> bytes:
    """Return the part of `data` that is not stored yet, after checking the part that is."""
    size = file.size_bytes
    if not 0 <= offset <= size:
        raise OffsetGap(f"The log has {size} bytes; go on at offset {size}.", size)
    known = data[: size - offset]
    stored = store_named(file.store).read(file.key, offset, offset + len(known))
    if b"".join(stored) != known:
        raise OffsetConflict(f"Other bytes are stored at offset {offset}; go on at {size}.", size)
    return data[size - offset :]


def _record(file: File, fresh: bytes) -> int | None:
    size_bytes, now = file.size_bytes + len(fresh), now_ms()
    with transaction.atomic():
        updated = File.objects.filter(pk=file.pk, key=file.key, growing=True).update(
            size_bytes=size_bytes, crc32=zlib.crc32(fresh, file.crc32), updated_ms=now
        )
        if updated:
            mark_time(file, now)
            count_files(file.run_id, len(fresh))
    return size_bytes if updated else None


def _lower_to_bytes(file: File) -> None:
    """Make the row true where fewer bytes are on disk than it says."""
    store = local_store()
    size = store.size(file.key)
    if size >= file.size_bytes and file.crc32 is not None:
        return
    lost = max(0, file.size_bytes - size)
    file.size_bytes, file.crc32 = file.size_bytes - lost, 0
    for chunk in store.read(file.key, 0, file.size_bytes):
        file.crc32 = zlib.crc32(chunk, file.crc32)
    with transaction.atomic():
        file.save(update_fields=["size_bytes", "crc32"])
        count_files(file.run_id, -lost)
        if lost:
            forget_times(file, file.size_bytes)
            forget_index(file)


def _reopen(file: File) -> File:
    """Let a finished log grow again; from a bucket it is fetched back first."""
    with transaction.atomic():
        file = File.objects.select_for_update().get(pk=file.pk)
        if file.store != local_store().name:
            delete_bytes_on_commit([(file.store, file.key)])
            bucket, old_key, file.key = store_named(file.store), file.key, make_key()
            local_store().put(file.key, bucket.read(old_key))
            file.store = local_store().name
        file.growing = True
        file.save(update_fields=["store", "key", "growing"])
    return file
