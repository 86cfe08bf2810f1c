"""Saved views."""

from django.conf import settings
from django.db import models

from runs.tracking.models import Experiment
from runs.workspaces.models import Workspace


class SavedView(models.Model):
    """Columns, filter, sort, charts of a page, as the query string that shows them.

    `owner` NULL is the one local user of an open studio; once there are accounts, its views are
    seen by the owners of the workspace. A view of an experiment may be its default.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="saved_views")
    experiment = models.ForeignKey(Experiment, models.CASCADE, null=True, related_name="views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    name = models.CharField(max_length=128)
    query = models.TextField()
    shared = models.BooleanField(default=False)
    is_default = models.BooleanField(default=False)
    created_ms = models.BigIntegerField()
    updated_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name
