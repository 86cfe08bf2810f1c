"""How metrics look in requests and answers."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from runs.api.inputs import Input, Name, Text, Whole
from runs.api.numbers import Number
from runs.metrics.models import MetricArtifact

MS = 1_780_000_000_000
DOCUMENT = {
    "schema_type": "confusion_matrix",
    "schema_version": "1.0.0",
    "data": {"class_labels": ["cat", "dog"], "matrix": [[8, 2], [1, 9]]},
}
BATCH_EXAMPLE: dict[str, Any] = {
    "id": "worker-1-17",
    "metrics": [
        {"kind": "scalar", "name": "loss", "value": 0.25, "step": 10, "ms": MS},
        {"kind": "string", "name": "message", "value": "Hello from run!"},
        {"kind": "list", "name": "Fibonacci", "value": [0, 1, 1, 2, 3, 5]},
        {"kind": "row", "name": "Cosine Wave", "value": {"angle": 0.5, "cos": 0.878}},
        {"kind": "table", "name": "Sine Wave", "value": {"angle": [0, 1], "sine": [0, 0.84]}},
        {"kind": "confusion_matrix", "name": "validation", "value": DOCUMENT},
    ],
}
KINDS_EXAMPLE: dict[str, Any] = {
    "items": [
        {
            "name": "loss",
            "kind": "scalar",
            "form": "line",
            "n": 2,
            "columns": [],
            "numbers": {
                "": {
                    "n": 2,
                    "nan_count": 0,
                    "first": 0.5,
                    "first_step": 0,
                    "first_ms": MS,
                    "last": 0.25,
                    "last_step": 1,
                    "last_ms": MS + 1000,
                    "min": 0.25,
                    "min_step": 1,
                    "max": 0.5,
                    "max_step": 0,
                    "mean": 0.375,
                }
            },
            "texts": {},
            "artifact": None,
        }
    ]
}


class ValueIn(Input):
    """What all kinds have. Without steps, values are numbered in the order they arrive."""

    kind = serializers.CharField()
    name = Name(max_length=250)
    step = Whole(required=False, allow_null=True)
    ms = Whole(required=False, allow_null=True, min_value=0, help_text="Time in ms since 1970.")


class ScalarIn(ValueIn):
    """A number, or "NaN", "Infinity", "-Infinity"."""

    value = Number()


class StringIn(ValueIn):
    """A text."""

    value = Text()


class ListIn(ValueIn):
    """Numbers at once."""

    value = serializers.ListField(child=Number(), min_length=1)


class RowIn(ValueIn):
    """One row: columns by name, numbers or texts; null leaves a cell empty."""

    value = serializers.DictField()


class TableIn(Input):
    """Columns by name, all of one length."""

    kind = serializers.CharField()
    name = Name(max_length=250)
    ms = Whole(required=False, allow_null=True, min_value=0)
    value = serializers.DictField(child=serializers.ListField())


class ImageIn(ValueIn):
    """An image that has been uploaded to the run's files."""

    path = Name()


class DocumentIn(ValueIn):
    """A document of Azure ML's diagrams: schema_type, schema_version, data."""

    value = serializers.DictField()


KINDS: dict[str, type[serializers.Serializer]] = {
    "scalar": ScalarIn,
    "string": StringIn,
    "list": ListIn,
    "row": RowIn,
    "table": TableIn,
    "image": ImageIn,
    "confusion_matrix": DocumentIn,
    "accuracy_table": DocumentIn,
    "residuals": DocumentIn,
    "predictions": DocumentIn,
}


class BatchIn(Input):
    """Metrics to store, all or none. Under the same `id` the same batch is stored once; of a
    `writer` each value is stored once, however often and in whatever batches it is sent."""

    id = Name(required=False, max_length=64)
    writer = Name(required=False, max_length=64, help_text="Who numbers its values: a process.")
    sequences = serializers.ListField(
        child=Whole(min_value=0), required=False,
        help_text="The writer's numbers of the values, which rise; gaps are fine.",
    )  # fmt: skip
    metrics = PolymorphicProxySerializer(
        component_name="MetricValue",
        serializers=KINDS,
        resource_type_field_name="kind",
        many=True,
    )


class BatchOut(serializers.Serializer):
    """`stored` is false where the batch had been stored before."""

    stored = serializers.BooleanField()


class SummaryOut(serializers.Serializer):
    """The numbers of a metric or of a column summed up."""

    n = serializers.IntegerField()
    nan_count = serializers.IntegerField()
    first = Number()
    first_step = serializers.IntegerField()
    first_ms = serializers.IntegerField()
    last = Number()
    last_step = serializers.IntegerField()
    last_ms = serializers.IntegerField()
    min = Number()
    min_step = serializers.IntegerField(allow_null=True)
    max = Number()
    max_step = serializers.IntegerField(allow_null=True)
    mean = Number()


class LastTextOut(serializers.Serializer):
    """The latest of the texts of a metric or of a column."""

    n = serializers.IntegerField()
    value = serializers.CharField(allow_blank=True)
    step = serializers.IntegerField()
    ms = serializers.IntegerField()


class ArtifactOut(serializers.Serializer):
    """A file of the run that is the value of a metric."""

    name = serializers.CharField(source="key")
    kind = serializers.ChoiceField(MetricArtifact.Kind.choices)
    step = serializers.IntegerField()
    ms = serializers.IntegerField()
    path = serializers.CharField()


class MetricOut(serializers.Serializer):
    """A metric under one of its kinds; `numbers` and `texts` are by column, "" for none."""

    name = serializers.CharField(source="key")
    kind = serializers.CharField()
    form = serializers.CharField()
    n = serializers.IntegerField()
    columns = serializers.ListField(child=serializers.CharField())
    numbers = serializers.DictField(child=SummaryOut())
    texts = serializers.DictField(child=LastTextOut())
    artifact = ArtifactOut(allow_null=True)
