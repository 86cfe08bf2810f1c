"""Strict input: unknown fields are refused, and no value is converted to another type."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.validators import ProhibitSurrogateCharactersValidator

from runs.tracking.texts import INT64_MAX, INT64_MIN


class Input(serializers.Serializer):
    """What a request may hold. A name that is not a field is refused: it may be a typing error."""

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """Return the checked fields that were sent or have a default. Raises ValidationError."""
        if not isinstance(data, Mapping):
            raise ValidationError({"": ["The body must be a JSON object."]})
        found = cls(data=data)
        for name in data:
            if name not in found.fields:
                known = ", ".join(found.fields) or "none"
                raise ValidationError({name: [f"Unknown field. Known are: {known}."]})
        if isinstance(data, QueryDict):
            refuse_repeated(found, data)
        found.is_valid(raise_exception=True)
        return found.validated_data


def refuse_repeated(found: Input, query: QueryDict) -> None:
    """Refuse a parameter that holds one value and is given twice."""
    for name, values in query.lists():
        if len(values) > 1 and not isinstance(found.fields[name], serializers.ListField):
            raise ValidationError({name: ["Give it once."]})


def refuse_surrogates(text: str) -> None:
    """Do as the validator of REST framework, without looking at each character in Python."""
    try:
        text.encode()
    except UnicodeEncodeError:
        for character in text:
            ProhibitSurrogateCharactersValidator()(character)


class Text(serializers.CharField):
    """A text exactly as it was sent: numbers are not turned into one, blanks are kept."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("trim_whitespace", False)
        options.setdefault("allow_blank", True)
        super().__init__(**options)
        self.validators = [
            refuse_surrogates if isinstance(one, ProhibitSurrogateCharactersValidator) else one
            for one in self.validators
        ]

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Name(Text):
    """A text that is not empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_blank=False, **options)


class Whole(serializers.IntegerField):
    """A 64-bit whole number; in JSON a number, not a text and not true."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", INT64_MIN)
        options.setdefault("max_value", INT64_MAX)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        is_query = isinstance(getattr(self.root, "initial_data", None), QueryDict)
        if not is_query and type(data) is not int:
            self.fail("invalid")
        if is_query and not (data.lstrip("-").isascii() and data.lstrip("-").isdigit()):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false; in a query string also 1 and 0."""

    WORDS = {"true": True, "1": True, "false": False, "0": False}  # noqa: RUF012  (a constant)

    def to_internal_value(self, data: Any) -> bool:
        if isinstance(data, bool):
            return data
        is_query = isinstance(getattr(self.root, "initial_data", None), QueryDict)
        if not is_query or data not in self.WORDS:
            self.fail("invalid", input=data)
        return self.WORDS[data]


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class TextMap(serializers.DictField):
    """An object whose values are texts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=Text(), **options)


@extend_schema_field(
    {"type": "object", "additionalProperties": {"type": "string", "nullable": True}}
)
class TagMap(serializers.DictField):
    """An object whose values are texts, or null for a tag without a value."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=Text(allow_null=True), **options)


class PageQuery(Input):
    """Which page of a list: at most `limit` items behind the cursor `after`."""

    limit = Whole(min_value=1, max_value=1000, default=100, help_text="How many items at most.")
    after = Text(default="", help_text="The `next` of the page before; empty for the first page.")
