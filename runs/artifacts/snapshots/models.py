"""The index of snapshots: trees of files whose bytes are shared by all that hold them."""

from django.db import models

from runs.artifacts.content_types import guess_content_type
from runs.tracking.models import Run


class Blob(models.Model):
    """The bytes of every file with this sha256, wherever it lies: once in `store` under `key`.

    `used_ms` is when an upload last wanted it: the sweep spares what was wanted within a day.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    store = models.CharField(max_length=8, default="local")
    key = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField()
    crc32 = models.BigIntegerField()
    used_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return self.sha256


class Snapshot(models.Model):
    """A tree of files; never changed. `sha256` is that of the whole tree (`trees.digest_of`).

    `wanted_ms` is when it was last stored for a run to come: the sweep spares it for a day.
    """

    sha256 = models.CharField(max_length=64, unique=True)
    file_count = models.IntegerField()
    size_bytes = models.BigIntegerField()
    created_ms = models.BigIntegerField()
    wanted_ms = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return self.sha256


class SnapshotFile(models.Model):
    """A file of a snapshot: it can be read, sent and previewed like a file of a run."""

    growing = False

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="files", db_index=False)
    path = models.CharField(max_length=1024)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="files")
    is_executable = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "path"], name="snapshot_file_once"),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def sha256(self) -> str:
        return self.blob.sha256

    @property
    def store(self) -> str:
        return self.blob.store

    @property
    def key(self) -> str:
        return self.blob.key

    @property
    def size_bytes(self) -> int:
        return self.blob.size_bytes

    @property
    def content_type(self) -> str:
        return guess_content_type(self.path)


class RunSnapshot(models.Model):
    """Which snapshot a run was made from."""

    run = models.OneToOneField(Run, models.CASCADE, related_name="source_snapshot")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="runs")
    created_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.run_id}: {self.snapshot_id}"
