"""What differs between the snapshots of two runs: file by file, and inside a file line by line."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint, answer
from runs.api.inputs import Input, Name
from runs.api.schema import describe
from runs.api.snapshots import FILE, SnapshotFileOut
from runs.artifacts.snapshots.comparing import Change, diff_snapshots
from runs.artifacts.snapshots.line_diffs import diff_files
from runs.artifacts.snapshots.queries import get_snapshot, get_snapshot_file
from runs.tracking.queries import get_run
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action

DIFFERING = tuple(change.value for change in Change if change is not Change.SAME)
KINDS = ("same", "added", "removed", "note")
HUNK = {
    "old_start": 1,
    "old_count": 1,
    "new_start": 1,
    "new_count": 1,
    "lines": [
        {"kind": "removed", "old": 1, "new": None, "text": "lr = 0.1"},
        {"kind": "added", "old": None, "new": 1, "text": "lr = 0.01"},
    ],
}


class BaseQuery(Input):
    """Which run to compare with."""

    base = Name(help_text="The run to compare from; what differs leads from it to this run.")


class DifferenceOut(serializers.Serializer):
    """A file that differs; `old` is that of the base, `new` that of this run, null for none."""

    path = serializers.CharField()
    change = serializers.ChoiceField(DIFFERING)
    old = SnapshotFileOut(allow_null=True)
    new = SnapshotFileOut(allow_null=True)


class DifferencesOut(serializers.Serializer):
    """The files that differ, by path; `same` is how many do not."""

    items = DifferenceOut(many=True)
    same = serializers.IntegerField()


class DiffLineOut(serializers.Serializer):
    """A line with its numbers, from 1, in the old and the new file. A note is said about the line
    above it."""

    kind = serializers.ChoiceField(KINDS)
    old = serializers.IntegerField(allow_null=True)
    new = serializers.IntegerField(allow_null=True)
    text = serializers.CharField(allow_blank=True)


class HunkOut(serializers.Serializer):
    """Lines that differ, with up to three equal ones around them, as in a unified diff."""

    old_start = serializers.IntegerField()
    old_count = serializers.IntegerField()
    new_start = serializers.IntegerField()
    new_count = serializers.IntegerField()
    lines = DiffLineOut(many=True)


class FileDiffOut(serializers.Serializer):
    """What differs inside a file; `note` says why there are no hunks where it is no text."""

    hunks = HunkOut(many=True)
    added = serializers.IntegerField(help_text="How many lines.")
    removed = serializers.IntegerField(help_text="How many lines.")
    note = serializers.CharField(allow_blank=True)


class SnapshotDiff(Endpoint):
    """The files that differ from another run's."""

    @describe(
        "List the files of the snapshot that differ from those of another run",
        query=BaseQuery,
        gives=DifferencesOut,
        shows={
            "items": [{"path": FILE["path"], "change": "added", "old": None, "new": FILE}],
            "same": 4,
        },
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str) -> Response:
        new = get_snapshot(get_run(self.workspace, run_id))
        old = get_snapshot(get_run(self.workspace, self.read_query(BaseQuery)["base"]))
        found = diff_snapshots(old, new)
        differing = [one for one in found if one.change is not Change.SAME]
        return answer(DifferencesOut, {"items": differing, "same": len(found) - len(differing)})


class SnapshotFileDiff(Endpoint):
    """What differs inside a file."""

    @describe(
        "Compare a file of the snapshot line by line with that of another run",
        query=BaseQuery,
        gives=FileDiffOut,
        shows={"hunks": [HUNK], "added": 1, "removed": 1, "note": ""},
        also=(410,),
    )
    @Access(Action.FILE_READ, ("GET",))
    def get(self, request: Request, run_id: str, path: str) -> Response:
        new = get_snapshot_file(get_run(self.workspace, run_id), path)
        base = get_run(self.workspace, self.read_query(BaseQuery)["base"])
        return answer(FileDiffOut, diff_files(get_snapshot_file(base, path), new))
