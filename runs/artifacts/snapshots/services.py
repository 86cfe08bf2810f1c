"""Keeping the source folder of a run.

The bytes of a file are stored before any row names them, and a row never names bytes that are not
there. Two uploads with the same new file store it under two keys; one row wins, the other bytes go.
"""

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from zipfile import ZipFile

from django.db import transaction

from runs.artifacts.disk import in_parts
from runs.artifacts.errors import SnapshotTaken
from runs.artifacts.owners import lock_owner
from runs.artifacts.services import delete_bytes, delete_bytes_on_commit
from runs.artifacts.snapshots.archives import (
    ZippedFile,
    list_sources,
    open_archive,
    read_zipped,
    too_many_bytes,
)
from runs.artifacts.snapshots.models import Blob, RunSnapshot, Snapshot, SnapshotFile
from runs.artifacts.snapshots.spooling import spooled
from runs.artifacts.snapshots.trees import MAX_BYTES, Leaf, tree_digest
from runs.artifacts.stores import main_store
from runs.artifacts.stores.base import make_key
from runs.artifacts.zipping.fast_zlib import crc32
from runs.tracking.clock import now_ms
from runs.tracking.models import Run

_WRITERS = 8


def save_snapshot(*, run: Run, chunks: Iterable[bytes], size_bytes: int | None = None) -> Snapshot:
    """Keep the zip in `chunks` as the snapshot of `run`; the same content again changes nothing.

    `size_bytes` is what the sender has announced. Raises InvalidSnapshot, SnapshotTooLarge,
    SnapshotTaken where the run has another one, OwnerGone, UploadCut, StoreFull, StoreUnavailable.
    """
    with spooled(chunks, size_bytes) as file, open_archive(file) as archive:
        sources = list_sources(archive)
        leaves = _read_leaves(archive, sources)
        held = _held(run, tree_digest(leaves))
        return held or _keep_for(run, archive, sources, leaves)


def store_snapshot(*, chunks: Iterable[bytes], size_bytes: int | None = None) -> Snapshot:
    """Keep the zip in `chunks` for a run that names it within a day.

    Raises what `save_snapshot` raises, except what concerns its run.
    """
    with spooled(chunks, size_bytes) as file, open_archive(file) as archive:
        sources = list_sources(archive)
        leaves = _read_leaves(archive, sources)
        return _keep_for(None, archive, sources, leaves)


def _read_leaves(archive: ZipFile, sources: Sequence[ZippedFile]) -> list[Leaf]:
    """Unpack everything once to know what it is, and no more than a snapshot may have."""
    leaves, total = [], 0
    for source in sources:
        digest, size, crc = hashlib.sha256(), 0, 0
        for chunk in read_zipped(archive, source):
            size += len(chunk)
            if total + size > MAX_BYTES:
                raise too_many_bytes()
            digest.update(chunk)
            crc = crc32(chunk, crc)
        leaves.append(Leaf(source.path, digest.hexdigest(), size, crc, source.is_executable))
        total += size
    return leaves


def _held(run: Run, digest: str) -> Snapshot | None:
    """Return the snapshot of the run where it is this one. Raises SnapshotTaken."""
    held = Snapshot.objects.filter(runs__run=run).first()
    if held is not None and held.sha256 != digest:
        raise SnapshotTaken(
            "The run has another snapshot already, and a snapshot never changes. Nothing was kept; "
            "make a new run for other code."
        )
    return held


def _keep_for(
    run: Run | None, archive: ZipFile, sources: Sequence[ZippedFile], leaves: Sequence[Leaf]
) -> Snapshot:
    fresh: dict[str, Blob] = {}
    try:
        _put_missing(archive, sources, leaves, fresh)
        with transaction.atomic():
            if run is not None:
                lock_owner(run)
            return _write_rows(run, leaves, list(fresh.values()))
    except BaseException:
        delete_bytes([(blob.store, blob.key) for blob in fresh.values()])
        raise


def _put_missing(
    archive: ZipFile, sources: Sequence[ZippedFile], leaves: Sequence[Leaf], fresh: dict[str, Blob]
) -> None:
    """Store the bytes that no snapshot has yet, and note them in `fresh` by sha256."""
    store, now = main_store(), now_ms()
    known = _claim({leaf.sha256 for leaf in leaves}, now)
    wanted = {
        leaf.sha256: (source, leaf)
        for source, leaf in zip(sources, leaves, strict=True)
        if leaf.sha256 not in known
    }
    for digest, (_, leaf) in wanted.items():
        size, crc = leaf.size_bytes, leaf.crc32
        fresh[digest] = Blob(
            sha256=digest, store=store.name, key=make_key(), size_bytes=size, crc32=crc, used_ms=now
        )

    def put(digest: str) -> None:
        store.put(fresh[digest].key, read_zipped(archive, wanted[digest][0]))

    # A store takes its time to make each file safe, and as long for several at once.
    with ThreadPoolExecutor(_WRITERS) as pool:
        try:
            list(pool.map(put, wanted))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _claim(digests: set[str], now: int) -> set[str]:
    """Return those that are stored, spared from the sweep for a day from now."""
    known: set[str] = set()
    for part in in_parts(sorted(digests)):
        with transaction.atomic():
            # In one order, so that two uploads do not wait for each other.
            rows = Blob.objects.select_for_update(no_key=True).order_by("sha256")
            found = dict(rows.filter(sha256__in=part).values_list("sha256", "pk"))
            Blob.objects.filter(pk__in=found.values()).update(used_ms=now)
        known.update(found)
    return known


def _write_rows(run: Run | None, leaves: Sequence[Leaf], fresh: list[Blob]) -> Snapshot:
    digest = tree_digest(leaves)
    snapshot = None if run is None else _held(run, digest)
    if snapshot is None:
        snapshot = _find_or_make(digest, leaves, fresh)
        if run is None:
            Snapshot.objects.filter(pk=snapshot.pk).update(wanted_ms=now_ms())
        else:
            RunSnapshot.objects.create(run=run, snapshot=snapshot, created_ms=now_ms())
    keys = [blob.key for blob in fresh]
    kept = {
        key
        for part in in_parts(keys)
        for key in Blob.objects.filter(key__in=part).values_list("key", flat=True)
    }
    delete_bytes_on_commit([(blob.store, blob.key) for blob in fresh if blob.key not in kept])
    return snapshot


def _find_or_make(digest: str, leaves: Sequence[Leaf], fresh: list[Blob]) -> Snapshot:
    """Return the snapshot of the tree, held until the transaction ends: the sweep waits."""
    snapshot, is_new = Snapshot.objects.select_for_update(no_key=True).get_or_create(
        sha256=digest,
        defaults={
            "file_count": len(leaves),
            "size_bytes": sum(leaf.size_bytes for leaf in leaves),
            "created_ms": now_ms(),
        },
    )
    if is_new:
        Blob.objects.bulk_create(
            sorted(fresh, key=lambda blob: blob.sha256), ignore_conflicts=True, batch_size=500
        )
        _write_files(snapshot, leaves)
    return snapshot


def _write_files(snapshot: Snapshot, leaves: Sequence[Leaf]) -> None:
    blobs: dict[str, int] = {}
    for part in in_parts({leaf.sha256 for leaf in leaves}):
        blobs.update(Blob.objects.filter(sha256__in=part).values_list("sha256", "pk"))
    SnapshotFile.objects.bulk_create(
        [
            SnapshotFile(
                snapshot=snapshot,
                path=leaf.path,
                blob_id=blobs[leaf.sha256],
                is_executable=leaf.is_executable,
            )
            for leaf in leaves
        ],
        batch_size=500,
    )
