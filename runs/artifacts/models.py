"""The index of files: what a run has left behind, and where its bytes are."""

from django.db import models
from django.db.models import Q

from runs.tracking.models import Experiment, LoggedModel, Run
from runs.workspaces.models import Workspace


class File(models.Model):
    """A file of a run, of a logged model, or of a workspace where no run owns it. `path` is a name
    shown to people and never opened; the bytes lie in `store` under `key`, which the studio makes
    itself.

    While `growing`, `size_bytes` and `crc32` say what has been acknowledged so far. `path` sorts
    by its bytes on every database (migration 0004), so that a folder is a range of the index.
    """

    run = models.ForeignKey(Run, models.CASCADE, null=True, related_name="files", db_index=False)
    model = models.ForeignKey(
        LoggedModel, models.CASCADE, null=True, related_name="files", db_index=False
    )
    workspace = models.ForeignKey(
        Workspace, models.CASCADE, null=True, related_name="files", db_index=False
    )
    path = models.CharField(max_length=1024)
    store = models.CharField(max_length=8, default="local")
    key = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField()
    crc32 = models.BigIntegerField(null=True)
    content_type = models.CharField(max_length=128, blank=True)
    growing = models.BooleanField(default=False)
    created_ms = models.BigIntegerField()
    updated_ms = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "path"], name="file_of_run_once"),
            models.UniqueConstraint(fields=["model", "path"], name="file_of_model_once"),
            models.CheckConstraint(
                condition=Q(run__isnull=False, model__isnull=True, workspace__isnull=True)
                | Q(run__isnull=True, model__isnull=False, workspace__isnull=True)
                | Q(run__isnull=True, model__isnull=True, workspace__isnull=False),
                name="file_has_one_owner",
            ),
            models.UniqueConstraint(
                fields=["workspace", "path"],
                name="file_of_workspace_once",
                condition=Q(workspace__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["updated_ms"], name="growing_logs", condition=Q(growing=True)),
            # Summed up from the index alone.
            models.Index(
                fields=["workspace", "size_bytes"],
                name="file_of_workspace_size",
                condition=Q(workspace__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.path


class StoredText(models.Model):
    """The bytes of a small text, where a row of `File` says `store` "database"."""

    key = models.CharField(max_length=64, unique=True)
    data = models.BinaryField()
    stored_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return self.key


class LogTimes(models.Model):
    """When parts of a log arrived: up to 512 marks of `<i8 byte, <i8 time in ms`, in the order of
    their bytes. See `logs/times.py`."""

    file = models.ForeignKey(File, models.CASCADE, related_name="times", db_index=False)
    first_byte = models.BigIntegerField()
    marks = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "first_byte"], name="log_times_once"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}[{self.first_byte}:]"


class RunUsage(models.Model):
    """The room that the files of a run, and of the models it has logged, take.

    Written with the files (`counting.py`), so that the largest of 100,000 runs are found without
    reading all their files. `workspace` and `experiment` repeat the run's.
    """

    run = models.OneToOneField(Run, models.CASCADE, primary_key=True, related_name="usage")
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="+")
    size_bytes = models.BigIntegerField()
    file_count = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "-size_bytes", "-run"], name="usage_largest"),
            # Summed up by experiment from the index alone.
            models.Index(
                fields=["workspace", "experiment", "size_bytes", "file_count"],
                name="usage_of_experiment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.size_bytes}"
