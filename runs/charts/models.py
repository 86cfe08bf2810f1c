"""Saved views, and the housekeeping that touches every room: purges, signs of life."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from runs.tracking.models import Experiment
from runs.workspaces.models import Workspace


class SavedView(models.Model):
    """Columns, filter, sort, charts of a page, as the query string that shows them.

    `owner` NULL is the one local user of an open studio. A view of an experiment may be its
    default.
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


class Purge(models.Model):
    """An erasing of deleted runs for good: what was asked for, and what it has freed so far.

    `asked` holds the numbers shown beforehand, by the names of the columns. A workspace has one
    open purge at most; asking again meanwhile adds to it. `beat_ms` is when it last went on: 0
    while it waits for a worker.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="purges")
    asked_by = models.CharField(max_length=256, blank=True)
    asked = models.JSONField(default=dict)
    runs = models.BigIntegerField(default=0)
    experiments = models.BigIntegerField(default=0)
    points = models.BigIntegerField(default=0)
    size_bytes = models.BigIntegerField(default=0)
    file_count = models.BigIntegerField(default=0)
    started_ms = models.BigIntegerField()
    beat_ms = models.BigIntegerField(default=0)
    ended_ms = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace"], name="purge_open_once", condition=Q(ended_ms__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.runs} of {self.asked.get('runs')} runs"


class Heartbeat(models.Model):
    """When a part of the studio last gave a sign of life."""

    name = models.CharField(max_length=32, primary_key=True)
    at_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name
