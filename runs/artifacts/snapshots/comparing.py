"""What differs between two snapshots, file by file."""

import enum
from dataclasses import dataclass

from runs.artifacts.snapshots.models import Snapshot, SnapshotFile
from runs.artifacts.snapshots.queries import list_snapshot_files


class Change(enum.StrEnum):
    """What became of a file on the way from one snapshot to the other."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Difference:
    """A file that is in `old`, in `new`, or in both."""

    path: str
    change: Change
    old: SnapshotFile | None
    new: SnapshotFile | None


def diff_snapshots(old: Snapshot, new: Snapshot) -> list[Difference]:
    """Return every file of the two, sorted by path, with what became of its content from `old` to
    `new`. Two queries."""
    before = {file.path: file for file in list_snapshot_files(old)}
    after = {file.path: file for file in list_snapshot_files(new)}
    return [
        Difference(
            path, change_of(before.get(path), after.get(path)), before.get(path), after.get(path)
        )
        for path in sorted(before.keys() | after.keys())
    ]


def change_of(old: SnapshotFile | None, new: SnapshotFile | None) -> Change:
    """Return what became of a file. It has changed where its bytes have."""
    if old is None:
        return Change.ADDED
    if new is None:
        return Change.REMOVED
    return Change.SAME if old.blob_id == new.blob_id else Change.CHANGED
