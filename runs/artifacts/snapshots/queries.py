"""Reads of snapshots."""

from django.db import connection

from runs.artifacts.errors import UnknownFile, UnknownSnapshot
from runs.artifacts.paths import clean_path
from runs.artifacts.snapshots.models import RunSnapshot, Snapshot, SnapshotFile
from runs.tracking.models import Run
from runs.workspaces.storable import is_storable

HAS_SNAPSHOT = f"SELECT 1 FROM {RunSnapshot._meta.db_table} WHERE run_id = %s"


def find_snapshot(run: Run) -> Snapshot | None:
    """Return the snapshot of `run`, None where it has none. One query."""
    return Snapshot.objects.filter(runs__run=run).first()


def has_snapshot(run: Run) -> bool:
    """Tell whether `run` has a snapshot. One query."""
    with connection.cursor() as cursor:
        cursor.execute(HAS_SNAPSHOT, [run.pk])
        return cursor.fetchone() is not None


def get_snapshot(run: Run) -> Snapshot:
    """Return the snapshot of `run`. Raises UnknownSnapshot. One query."""
    snapshot = find_snapshot(run)
    if snapshot is None:
        raise UnknownSnapshot(f"The run {run.run_id} has no snapshot.")
    return snapshot


def get_stored_snapshot(sha256: str) -> Snapshot:
    """Return a snapshot by its sha256. Raises UnknownSnapshot. One query."""
    snapshot = Snapshot.objects.filter(sha256=sha256).first() if is_storable(sha256) else None
    if snapshot is None:
        raise UnknownSnapshot(f"There is no snapshot {sha256!r}. Store it first.")
    return snapshot


def list_snapshot_files(snapshot: Snapshot) -> list[SnapshotFile]:
    """Return the files of a snapshot, sorted by path. One query."""
    files = SnapshotFile.objects.filter(snapshot=snapshot).select_related("blob")
    return sorted(files, key=lambda file: file.path)


def get_snapshot_file(run: Run, path: str) -> SnapshotFile:
    """Return a file of the snapshot of `run`. Raises InvalidPath, UnknownFile, UnknownSnapshot.

    One query, two where there is none.
    """
    path = clean_path(path)
    files = SnapshotFile.objects.filter(snapshot__runs__run=run, path=path)
    file = files.select_related("blob").first()
    if file is None:
        get_snapshot(run)
        raise UnknownFile(f"There is no file '{path}' in the snapshot.")
    return file
