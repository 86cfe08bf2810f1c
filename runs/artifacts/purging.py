"""Erases the rows of files, a bounded number at a time, in the caller's transaction.

The caller removes the bytes after the transaction."""

from collections.abc import Sequence

from django.db.models import QuerySet

from runs.artifacts.models import File, RunUsage
from runs.artifacts.registry.models import ModelVersion
from runs.artifacts.snapshots.models import RunSnapshot
from runs.tracking.erasing import Erased


def erase_files(run_pks: Sequence[int], most: int) -> Erased:
    """Erase at most `most` files of runs and of the models they have logged."""
    erased = _erase(File.objects.filter(run__in=run_pks), most)
    of_models = File.objects.filter(model__source_run__in=run_pks)
    return erased + _erase(of_models, most - erased.rows)


def erase_files_of_models(experiment_pk: int, most: int) -> Erased:
    """Erase files of the models of an experiment that no run has logged."""
    models = File.objects.filter(model__experiment=experiment_pk, model__source_run=None)
    return _erase(models, most)


def release_files(run_pks: Sequence[int]) -> Erased:
    """Delete the counts of runs whose files are erased, their references to snapshots, and the
    versions of models that name their files.

    The clock's sweep then removes the snapshots that no run refers to.
    """
    held = RunSnapshot.objects.filter(run__in=run_pks).delete()[0]
    held += ModelVersion.objects.filter(run__in=run_pks).delete()[0]
    return Erased(rows=held + RunUsage.objects.filter(run__in=run_pks).delete()[0])


def _erase(files: QuerySet[File], most: int) -> Erased:
    if most <= 0:
        return Erased()
    # The lock keeps writers from appending to a log while it is erased.
    locked = files.select_for_update(of=("self",)).order_by("pk")
    rows = list(locked.values_list("pk", "store", "key", "size_bytes")[:most])
    File.objects.filter(pk__in=[row[0] for row in rows]).delete()
    return Erased(
        size_bytes=sum(row[3] for row in rows),
        file_count=len(rows),
        rows=len(rows),
        places=tuple((store, key) for _, store, key, _ in rows),
    )
