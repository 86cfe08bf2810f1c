"""Work for the clock: removes bytes that no row names, finishes logs that their clients have left
open, and moves finished files to the bucket."""

import logging
import time
from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from runs.artifacts.errors import BytesMissing, StoreUnavailable, UnknownFile
from runs.artifacts.logs.appending import finish_log
from runs.artifacts.logs.line_index import index_store
from runs.artifacts.logs.text_index import store as text_index_store
from runs.artifacts.models import File
from runs.artifacts.pins import is_pinned
from runs.artifacts.services import delete_bytes_on_commit
from runs.artifacts.snapshots.models import Blob
from runs.artifacts.stores import local_store, main_store, text_store
from runs.artifacts.stores.base import Store
from runs.tracking.clock import now_ms
from runs.tracking.statuses import FINAL_STATUSES

DAY_MS = 86_400_000
MINUTE_MS = 60_000
_BATCH = 500

Rows = QuerySet[File] | QuerySet[Blob]

log = logging.getLogger(__name__)


def sweep_orphans(*, older_than_ms: int = DAY_MS) -> int:
    """Remove bytes without a row: what a crash between the two has left. Return how many.

    Bytes younger than a day are spared, for their row may be about to be written.
    """
    before_ms = now_ms() - older_than_ms
    stores = {store.name: store for store in (local_store(), main_store(), text_store())}
    swept = sum(
        _sweep(store, before_ms, [rows.filter(store=name) for rows in _rows()])
        for name, store in stores.items()
    )
    for indexes in (index_store(), text_index_store()):
        _sweep(indexes, before_ms, _rows())
    _sweep_pins(before_ms)
    return swept


def _rows() -> list[Rows]:
    """Return everything that names bytes: files of runs and models, contents of snapshots."""
    return [File.objects.all(), Blob.objects.all()]


def _sweep(store: Store, before_ms: int, rows: list[Rows]) -> int:
    swept = 0
    for keys in _old_keys(store, before_ms):
        orphans = set(keys)
        for named in rows:
            orphans.difference_update(named.filter(key__in=keys).values_list("key", flat=True))
        for key in orphans:
            store.delete(key)
        swept += len(orphans)
    return swept


def _old_keys(store: Store, before_ms: int) -> Iterator[list[str]]:
    found = (stored.key for stored in store.list_keys() if stored.modified_ms < before_ms)
    while keys := list(islice(found, _BATCH)):
        yield keys


def _sweep_pins(before_ms: int) -> None:
    for path in (settings.FILES_DIR.parent / "pins").glob("*"):
        if path.stat().st_mtime * 1000 < before_ms and not is_pinned(int(path.name)):
            path.unlink(missing_ok=True)


def finish_left_logs(*, quiet_ms: int = MINUTE_MS) -> int:
    """Finish the logs of runs that have ended, which their clients have left open; return how many.

    Whoever sends the last lines late has a minute for each; and a finished log goes on when more
    comes after all.
    """
    left = File.objects.filter(
        growing=True, run__status__in=FINAL_STATUSES, updated_ms__lt=now_ms() - quiet_ms
    )
    finished = 0
    for file in left.select_related("run"):
        try:
            finish_log(run=file.run, path=file.path)
        except (UnknownFile, BytesMissing) as error:
            log.warning("log %s stays open: %s", file.pk, error)
        else:
            finished += 1
    return finished


def move_finished_files(*, budget_s: float = 50.0) -> int:
    """Move finished files from the local folder to the bucket, where one is configured.

    Logs grow in the local folder; and files from before the bucket was there follow them.
    Returns how many were moved within `budget_s`; the next call goes on.
    """
    if main_store().name == local_store().name:
        return 0
    deadline, moved = time.monotonic() + budget_s, 0
    files, blobs = (rows.filter(store=local_store().name).order_by("pk") for rows in _rows())
    for waiting in (files.filter(growing=False), blobs):
        for file in waiting.iterator(chunk_size=100):
            if time.monotonic() > deadline:
                return moved
            try:
                moved += _move(file, waiting)
            except BytesMissing as error:
                log.error("%s %s: %s", file._meta.model_name, file.pk, error)
            except StoreUnavailable as error:
                log.warning("files wait for the bucket: %s", error)
                return moved
    return moved


def _move(file: File | Blob, waiting: Rows) -> bool:
    """Copy the bytes, then the row changes sides; a file replaced meanwhile stays as it is."""
    source, goal = local_store(), main_store()
    written = goal.put(file.key, source.read(file.key, 0, file.size_bytes))
    if (written.size_bytes, written.crc32) != (file.size_bytes, file.crc32):
        log.error("the bytes of %s differ from its row: not moved", file.key)
        goal.delete(file.key)
        return False
    with transaction.atomic():
        moved = bool(waiting.filter(pk=file.pk, key=file.key).update(store=goal.name))
        loser = source if moved else goal
        delete_bytes_on_commit([(loser.name, file.key)])
    return moved
