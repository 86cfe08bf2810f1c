"""Registered models and their versions: each version names a file or folder of a run."""

from django.db import models

from runs.tracking.models import Run
from runs.workspaces.models import Workspace


class RegisteredModel(models.Model):
    """A name of a workspace, and the last number that a version of it was given.

    A number is given once, also when its version was deleted.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False, related_name="+")
    name = models.CharField(max_length=200)
    last_version = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="registered_model_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ModelVersion(models.Model):
    """A version of a registered model: `path` is a file of the run, or a folder.

    `request_id` is the client's own: the same request again makes no second version.
    """

    model = models.ForeignKey(
        RegisteredModel, models.CASCADE, db_index=False, related_name="versions"
    )
    version = models.IntegerField()
    run = models.ForeignKey(Run, models.CASCADE, db_index=False, related_name="model_versions")
    path = models.CharField(max_length=1024)
    description = models.TextField(blank=True)
    tags = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64)
    created_ms = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "version"], name="model_version_once"),
            models.UniqueConstraint(fields=["run", "request_id"], name="model_request_once"),
        ]

    def __str__(self) -> str:
        return f"{self.model.name}:{self.version}"
