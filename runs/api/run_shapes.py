"""How runs look in answers."""

from typing import Any

from rest_framework import serializers

from runs.api.inputs import TagMap, TextMap
from runs.api.numbers import NumberMap
from runs.tracking.models import Lifecycle, RunKind
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
    "history": [{"status": "Running", "at_ms": 1_780_000_000_000, "by": "ada", "reason": ""}]
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
    """A run with what is written beside it; `metrics` are the last values of plain metrics."""

    run_id = serializers.CharField(source="run.run_id")
    number = serializers.IntegerField(source="run.number", help_text="Rises per experiment.")
    name = serializers.CharField(source="run.name", allow_blank=True)
    experiment = ExperimentName(source="run.experiment")
    kind = serializers.ChoiceField(RunKind.choices, source="run.kind")
    status = serializers.ChoiceField(Status.choices, source="run.status")
    status_reason = serializers.CharField(source="run.status_reason", allow_blank=True)
    error = serializers.CharField(source="run.error", allow_blank=True)
    lifecycle = serializers.ChoiceField(Lifecycle.choices, source="run.lifecycle")
    parent = serializers.CharField(source="run.parent.run_id", default=None, allow_null=True)
    root = serializers.CharField(source="run.root.run_id", default=None, allow_null=True)
    submitted_by = serializers.CharField(source="run.submitted_by", allow_blank=True)
    target = serializers.CharField(source="run.target", allow_blank=True)
    description = serializers.CharField(source="run.description", allow_blank=True)
    source = serializers.DictField(source="run.source")
    created_ms = serializers.IntegerField(source="run.created_ms")
    started_ms = serializers.IntegerField(source="run.started_ms", allow_null=True)
    ended_ms = serializers.IntegerField(source="run.ended_ms", allow_null=True)
    updated_ms = serializers.IntegerField(source="run.updated_ms")
    params = TextMap()
    tags = TagMap()
    properties = TextMap()
    metrics = NumberMap()


class RunWithHistoryOut(RunOut):
    """A run with the history of its statuses."""

    history = StatusChangeOut(many=True)
