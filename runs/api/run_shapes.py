"""How runs look in answers."""

from typing import Any

from rest_framework import serializers

from runs.api.inputs import TagMap, TextMap
from runs.api.numbers import NumberMap
from runs.tracking.models import Lifecycle, RunEdit
from runs.tracking.run_fields import RUN_FIELDS, RunField
from runs.tracking.statuses import Status

EXAMPLE: dict[str, Any] = {
    "run_id": "5f1c7d2e8a9b4c3d8e7f6a5b4c3d2e1f",
    "number": 12,
    "name": "baseline",
    "experiment": {"number": 3, "name": "digits"},
    "kind": "interactive",
    "status": "Running",
    "status_reason": "",
    "error": "",
    "lifecycle": "active",
    "parent": None,
    "root": None,
    "submitted_by": "ada",
    "target": "",
    "description": "",
    "source": {"script": "train.py"},
    "created_ms": 1_780_000_000_000,
    "started_ms": 1_780_000_000_000,
    "ended_ms": None,
    "updated_ms": 1_780_000_000_000,
    "params": {"lr": "0.1"},
    "tags": {"team": "vision", "worth another look": None},
    "properties": {"git.commit": "9f2c1d0"},
    "metrics": {"loss": 0.25},
}
EXAMPLE_WITH_HISTORY = EXAMPLE | {
    "history": [{"status": "Running", "at_ms": 1_780_000_000_000, "by": "ada", "reason": ""}],
    "edits": [
        {
            "what": "tag",
            "key": "team",
            "before": None,
            "after": "vision",
            "at_ms": 1_780_000_000_000,
            "by": "ada",
        }
    ],
}


class ExperimentName(serializers.Serializer):
    """Which experiment a run is in."""

    number = serializers.IntegerField()
    name = serializers.CharField()


class StatusChangeOut(serializers.Serializer):
    """One line of a run's history."""

    status = serializers.ChoiceField(Status.choices)
    at_ms = serializers.IntegerField()
    by = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class RunOut(serializers.Serializer):
    """A run with what is written beside it; `metrics` are the last values of plain metrics. The
    columns of the run itself are those of `RUN_FIELDS`."""

    experiment = ExperimentName(source="run.experiment")
    lifecycle = serializers.ChoiceField(Lifecycle.choices, source="run.lifecycle")
    parent = serializers.CharField(source="run.parent.run_id", default=None, allow_null=True)
    root = serializers.CharField(source="run.root.run_id", default=None, allow_null=True)
    source = serializers.DictField(source="run.source")
    params = TextMap()
    tags = TagMap()
    properties = TextMap()
    metrics = NumberMap()

    def get_fields(self) -> dict[str, serializers.Field]:
        own = {field.column: field_of(field) for field in RUN_FIELDS if field.column}
        return own | super().get_fields()


def field_of(field: RunField) -> serializers.Field:
    """Return how a column of runs looks in answers: named as the column, its type as in filters."""
    source = f"run.{field.column}"
    if field.choices:
        return serializers.ChoiceField(field.choices, source=source)
    if field.is_text:
        return serializers.CharField(source=source, allow_blank=not field.is_always)
    return serializers.IntegerField(source=source, allow_null=not field.is_always)


class RunEditOut(serializers.Serializer):
    """What somebody changed; `key` is that of a tag. Null before: it was not there; null after: it
    was removed. Long texts are cut."""

    what = serializers.ChoiceField((RunEdit.NAME, RunEdit.DESCRIPTION, RunEdit.TAG))
    key = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_blank=True, allow_null=True)
    after = serializers.CharField(allow_blank=True, allow_null=True)
    at_ms = serializers.IntegerField()
    by = serializers.CharField()


class RunWithHistoryOut(RunOut):
    """A run with the history of its statuses, and who changed what people write about it."""

    history = StatusChangeOut(many=True)
    edits = RunEditOut(many=True)
