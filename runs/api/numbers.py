"""Floats in JSON, which has no NaN and no infinities: they are written as words."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from runs.metrics.number_words import WORDS, write_number


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "string", "enum": list(WORDS)}]})
class Number(serializers.Field):
    """A float, or "NaN", "Infinity", "-Infinity"."""

    def to_representation(self, value: Any) -> float | str:
        return write_number(value)


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {
            "oneOf": [{"type": "number"}, {"type": "string", "enum": list(WORDS)}]
        },
    }
)
class NumberMap(serializers.Field):
    """An object whose values are such numbers."""

    def to_representation(self, value: dict[str, float]) -> dict[str, float | str]:
        return {key: write_number(number) for key, number in value.items()}
