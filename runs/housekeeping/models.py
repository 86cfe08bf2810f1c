"""Purges, and when each part of the studio was last seen alive."""

from django.db import models
from django.db.models import Q

from runs.workspaces.models import Workspace


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
