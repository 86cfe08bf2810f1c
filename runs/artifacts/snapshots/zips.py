"""A snapshot as a zip: the same bytes every time, so a download can be resumed."""

from runs.artifacts.snapshots.models import Snapshot
from runs.artifacts.snapshots.queries import get_snapshot, list_snapshot_files
from runs.artifacts.zipping.layout import Layout
from runs.artifacts.zipping.plans import ZipPlan, plain_name, reader_of
from runs.artifacts.zipping.records import ZipMember
from runs.tracking.models import Run


def plan_snapshot_zip(run: Run) -> ZipPlan:
    """Plan the zip of the snapshot of `run`. Raises UnknownSnapshot. Two queries."""
    snapshot = get_snapshot(run)
    return ZipPlan(
        name=f"{plain_name(run.name or run.run_id)}-snapshot.zip",
        layout=_layout(snapshot),
        content_bytes=snapshot.size_bytes,
        is_final=True,
        _pins=(),
    )


def _layout(snapshot: Snapshot) -> Layout:
    files = list_snapshot_files(snapshot)
    members = [
        ZipMember(
            file.path.encode(),
            file.size_bytes,
            file.blob.crc32,
            snapshot.created_ms,
            is_executable=file.is_executable,
        )
        for file in files
    ]
    return Layout(members, reader_of([(file.store, file.key) for file in files]))
