"""Housekeeping of snapshots: those that no run holds any more, and the bytes only they had."""

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from runs.artifacts.services import delete_bytes_on_commit
from runs.artifacts.snapshots.models import Blob, RunSnapshot, Snapshot, SnapshotFile
from runs.tracking.clock import now_ms

DAY_MS = 86_400_000
_BATCH = 100

M = TypeVar("M", Blob, Snapshot)


def sweep_snapshots(*, older_than_ms: int = DAY_MS) -> int:
    """Remove snapshots without a run, then bytes without a snapshot; return how many of these.

    What an upload wanted within a day is spared: a run may be about to name it.
    """
    held = Exists(RunSnapshot.objects.filter(snapshot=OuterRef("pk")))
    unwanted = Snapshot.objects.filter(~held, wanted_ms__lt=now_ms() - older_than_ms)
    _remove_unused(unwanted, _remove_snapshots)
    named = Exists(SnapshotFile.objects.filter(blob=OuterRef("pk")))
    old = Blob.objects.filter(~named, used_ms__lt=now_ms() - older_than_ms)
    return _remove_unused(old, _remove_blobs)


def _remove_unused(rows: QuerySet[M], remove: Callable[[list[M]], None]) -> int:
    """Remove the unused `rows` in batches, each in a transaction that holds them.

    Rows are checked again once they are locked: an upload may have begun to use them.
    """
    removed, after = 0, ""
    while True:
        with transaction.atomic():
            batch = rows.filter(sha256__gt=after).order_by("sha256")[:_BATCH]
            locked = list(batch.select_for_update().values_list("pk", "sha256"))
            if not locked:
                return removed
            after = locked[-1][1]
            unused = list(rows.filter(pk__in=[pk for pk, _ in locked]))
            remove(unused)
            removed += len(unused)


def _remove_snapshots(snapshots: list[Snapshot]) -> None:
    SnapshotFile.objects.filter(snapshot__in=snapshots).delete()
    Snapshot.objects.filter(pk__in=[snapshot.pk for snapshot in snapshots]).delete()


def _remove_blobs(blobs: list[Blob]) -> None:
    Blob.objects.filter(pk__in=[blob.pk for blob in blobs]).delete()
    delete_bytes_on_commit([(blob.store, blob.key) for blob in blobs])
