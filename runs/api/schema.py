"""How endpoints describe themselves: a summary, shapes, an example each way, what can go wrong."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers

View = TypeVar("View", bound=Callable[..., Any])


class ErrorFacts(serializers.Serializer):
    """What went wrong: `code` for programs, `message` for people."""

    code = serializers.CharField(help_text="A word that stays the same, such as not_found.")
    message = serializers.CharField()
    field = serializers.CharField(required=False, help_text="The field or parameter meant.")
    hint = serializers.CharField(required=False, help_text="What to do.")
    position = serializers.IntegerField(required=False, help_text="Of a filter: the character.")
    length = serializers.IntegerField(required=False, help_text="Of a filter: characters meant.")
    expected = serializers.IntegerField(required=False, help_text="Of a log: the next offset.")
    now = serializers.CharField(
        required=False, allow_blank=True, help_text="Of changed_meanwhile: the text there is now."
    )


class Error(serializers.Serializer):
    """The one shape of all errors."""

    error = ErrorFacts()


MEANINGS = {
    400: ("The request cannot be read or asks for what cannot be.", "invalid_value"),
    401: ("Nobody, or nobody known, is asking.", "not_signed_in"),
    403: ("The role does not suffice.", "not_allowed"),
    404: ("There is no such thing in this workspace.", "not_found"),
    405: ("The address does not take this method.", "method_not_allowed"),
    409: ("It does not fit what is there.", "name_taken"),
    410: ("The store has lost the bytes of this file.", "bytes_missing"),
    413: ("The body is too large.", "too_large"),
    415: ("The body must be JSON.", "unsupported_media_type"),
    416: ("The range is outside of the file.", ""),
    429: ("Too many requests; see Retry-After.", "throttled"),
    503: ("The database or the store does not answer; try again.", "unavailable"),
    507: ("No space is left; nothing was kept.", "store_full"),
}
BINARY = OpenApiResponse(OpenApiTypes.BINARY, description="The bytes.")
ALWAYS = (400, 401, 403, 404, 405, 429, 503)
OF_WRITES = (409, 413, 415, 507)
FAULT = {"error": {"code": "not_found", "message": "Run with id=7f3a not found"}}


class Schema(AutoSchema):
    """Names operations after their handlers: `runs_list`, `run_create`."""

    def get_tags(self) -> list[str]:
        return [self.view.__module__.rpartition(".")[2].replace("_", " ")]

    def get_auth(self) -> list[dict[str, list[str]]]:
        """A token, a password, or nothing at all where the studio is open."""
        return [{"token": []}, {"password": []}, {}]

    def get_operation_id(self) -> str:
        return f"{snake(type(self.view).__name__)}_{self.method.lower()}"


def snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")


def describe(
    summary: str,
    *,
    body: Any = None,
    sends: Any = None,
    query: type | None = None,
    gives: Any = None,
    shows: Any = None,
    status: int = 200,
    also: Iterable[int] = (),
    headers: Iterable[OpenApiParameter] = (),
    more: dict[Any, Any] | None = None,
) -> Callable[[View], View]:
    """Describe a handler: `body` and `gives` are its serializers, `sends` and `shows` an example
    of each; `also` are more statuses of errors; `more` are the good responses where they are no
    JSON."""
    examples = []
    if sends is not None:
        examples.append(OpenApiExample("A request", value=sends, request_only=True))
    if shows is not None:
        examples.append(OpenApiExample("An answer", value=shows, response_only=True))
    writes = OF_WRITES if body is not None or status in (201, 204) else ()
    responses: dict[Any, Any] = more or {status: OpenApiResponse(gives, description="Done.")}
    for error in sorted({*ALWAYS, *writes, *also}):
        responses[error] = error_response(error)
    return extend_schema(
        summary=summary,
        request=body,
        parameters=[*([query] if query else []), *headers],
        responses=responses,
        examples=examples,
    )


def error_response(status: int) -> OpenApiResponse:
    meaning, code = MEANINGS[status]
    if not code:
        return OpenApiResponse(description=meaning)
    told = {"error": {"code": code, "message": meaning}}
    example = OpenApiExample(code, value=told, response_only=True, status_codes=[str(status)])
    return OpenApiResponse(Error, description=meaning, examples=[example])


@cache
def page_of(item: type[serializers.Serializer]) -> serializers.Serializer:
    """Return the serializer of a page of items."""
    return inline_serializer(
        f"{item.__name__}Page",
        {
            "items": item(many=True),
            "next": serializers.CharField(
                allow_null=True, help_text="Give it as `after` for the next page; null at the end."
            ),
        },
    )
