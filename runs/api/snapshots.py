"""The source folder of a run: sent once as a zip, read as a tree, file by file, or as a zip."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer
from runs.api.files import RANGE
from runs.api.inputs import Flag, Input
from runs.api.schema import BINARY, describe
from runs.api.zips import ZIP
from runs.artifacts.snapshots.models import Snapshot
from runs.artifacts.snapshots.queries import (
    get_snapshot,
    get_snapshot_file,
    list_snapshot_files,
)
from runs.artifacts.snapshots.services import save_snapshot
from runs.artifacts.snapshots.zips import plan_snapshot_zip
from runs.http.bodies import declared_bytes, read_chunks
from runs.http.sending import send_file, send_zip
from runs.tracking.queries import get_run
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

SNAPSHOT = {
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "file_count": 1,
    "size_bytes": 1203,
    "created_ms": 1_780_000_000_000,
}
FILE = {
    "path": "src/train.py",
    "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "size_bytes": 1203,
    "is_executable": False,
}


class SnapshotZipQuery(Input):
    """How it is sent."""

    compress = Flag(default=False, help_text="Deflated; then it cannot be resumed.")


class SnapshotOut(serializers.Serializer):
    """A snapshot; `sha256` is that of its whole tree: equal trees have the same."""

    sha256 = serializers.CharField()
    file_count = serializers.IntegerField()
    size_bytes = serializers.IntegerField()
    created_ms = serializers.IntegerField()


class SnapshotFileOut(serializers.Serializer):
    """A file of a snapshot."""

    path = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    is_executable = serializers.BooleanField()


class TreeOut(SnapshotOut):
    """A snapshot with its files, at most 2000, in the order of paths."""

    files = serializers.SerializerMethodField()

    @extend_schema_field(SnapshotFileOut(many=True))
    def get_files(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        """All of them."""
        return SnapshotFileOut(list_snapshot_files(snapshot), many=True).data


class RunSnapshot(Endpoint):
    """The snapshot of a run."""

    @describe("Read the tree of the snapshot", gives=TreeOut, shows=SNAPSHOT | {"files": [FILE]})
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        return answer(TreeOut, get_snapshot(get_run(self.workspace, run_id)))

    @describe(
        "Keep a folder, sent as a zip of at most 2000 files and 300 MB, as the snapshot of the "
        "run; the same content again is fine, another is refused",
        body=dict.fromkeys(("application/zip", "application/octet-stream"), OpenApiTypes.BINARY),
        gives=SnapshotOut,
        shows=SNAPSHOT,
    )
    @Access(Action.FILE_WRITE, ("PUT",), None)
    def put(self, request: Request, run_id: str) -> Response:
        snapshot = save_snapshot(
            run=get_run(self.workspace, run_id),
            chunks=read_chunks(request),
            size_bytes=declared_bytes(request),
        )
        return answer(SnapshotOut, snapshot)


class SnapshotFile(Endpoint):
    """A file of the snapshot of a run."""

    @describe(
        "Download a file of the snapshot, in whole or a range of it",
        headers=[RANGE],
        more={(200, "*/*"): BINARY, (206, "*/*"): BINARY, 304: None},
        also=(410, 416),
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str, path: str) -> HttpResponseBase:
        return send_file(request, get_snapshot_file(get_run(self.workspace, run_id), path))


class SnapshotZip(Endpoint):
    """The snapshot of a run as a zip."""

    @describe(
        "Download the snapshot as a zip", query=SnapshotZipQuery, headers=[RANGE], more=ZIP,
        also=(410, 416),
    )  # fmt: skip
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> HttpResponseBase:
        asked = self.read_query(SnapshotZipQuery)
        plan = plan_snapshot_zip(get_run(self.workspace, run_id))
        return send_zip(request, plan, compress=asked["compress"])
