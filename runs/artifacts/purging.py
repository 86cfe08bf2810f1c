"""Freeing the room of deleted runs for good."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet

from runs.artifacts.disk import Usage, in_parts, usage_of_runs
from runs.artifacts.errors import NotDeleted
from runs.artifacts.models import File
from runs.artifacts.services import delete_bytes_on_commit
from runs.artifacts.snapshots.models import RunSnapshot
from runs.tracking.models import Lifecycle, Run


def preview_purge(runs: Sequence[Run]) -> Usage:
    """Return what `purge_files` of the same runs would free."""
    return sum(usage_of_runs(run.pk for run in runs).values(), Usage())


def purge_files(*, runs: Sequence[Run]) -> Usage:
    """Erase the files of deleted runs and of the models they logged; return what was freed.

    The runs themselves stay, still deleted; restoring one brings it back without files. Their
    snapshots are let go too; of those, what no other run holds is left to the sweep.
    Raises NotDeleted, and erases nothing, when one of them is not deleted.
    """
    freed = Usage()
    with transaction.atomic():
        for pks in in_parts(run.pk for run in runs):
            _hold_deleted(pks)
            freed += _erase(File.objects.filter(run__in=pks))
            freed += _erase(File.objects.filter(model__source_run__in=pks))
            RunSnapshot.objects.filter(run__in=pks).delete()
    return freed


def _hold_deleted(pks: list[int]) -> None:
    """Lock the runs, so that none is restored meanwhile."""
    held = Run.objects.select_for_update(no_key=True).filter(pk__in=pks)
    for run_id, lifecycle in held.values_list("run_id", "lifecycle"):
        if lifecycle != Lifecycle.DELETED:
            raise NotDeleted(f"The run {run_id} is not deleted. Delete it before purging it.")


def _erase(files: QuerySet[File]) -> Usage:
    rows = list(files.values_list("pk", "store", "key", "size_bytes"))
    for pks in in_parts(row[0] for row in rows):
        File.objects.filter(pk__in=pks).delete()
    delete_bytes_on_commit([(store, key) for _, store, key, _ in rows])
    return Usage(sum(row[3] for row in rows), len(rows))
