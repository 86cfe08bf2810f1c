"""From bytes or a query string to a message, with proto3-JSON's leniency and MLflow's errors.

Lenient where proto3-JSON is: an int64 or a double may come as a numeric string, a double as
"NaN", "Infinity", "-Infinity"; null is absent; unknown fields are ignored; a JSON string that
holds JSON (old clients encode twice) is decoded again; no body is an empty object. Refused where
a value would change: a fraction or a number outside int64 for an integer, a bare NaN or 1e400,
text with a NUL character, which PostgreSQL cannot keep, and text that is not Unicode.
"""

import functools
import re
import types
import typing
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from django.http import HttpRequest, QueryDict

from runs.http.bodies import read_body
from runs.mlflow_api.errors import INVALID, ProtocolError, invalid_value, missing_value
from runs.mlflow_api.messages import Message

M = TypeVar("M", bound=Message)

# Where msgspec says an error is: ` - at `$.metrics[0].value``.
_ERROR_PLACE = re.compile(r"^(?P<reason>.*?)(?: - at `\$\.?(?P<place>.*)`)?$", re.DOTALL)
_PLACE_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def decode_request(request: HttpRequest, kind: type[M], max_bytes: int) -> M:
    """Return the message of a request: of its query string for GET and HEAD, else of its JSON body.

    Raises `ProtocolError` with the field and its value where something does not fit.
    """
    if request.method in ("GET", "HEAD"):
        message = decode_query(request.GET, kind)
    else:
        check_content_type(request)
        message = decode_body(read_body(request, max_bytes), kind)
    check_needs(message)
    return message


def check_content_type(request: HttpRequest) -> None:
    """Refuse everything but JSON: also what keeps other sites' forms out."""
    if request.content_type != "application/json":
        raise ProtocolError(
            INVALID,
            "Bad Request. Content-Type must be one of ['application/json'], "
            f"not '{request.content_type[:100]}'.",
        )


def decode_body(body: bytes, kind: type[M]) -> M:
    """Return the message that a JSON body holds; no body, and null, are an empty object."""
    if body.strip() in (b"", b"null"):
        body = b"{}"
    if body[:1] == b'"':
        body = unwrap(body)
    try:
        message = _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        raise describe_misfit(str(error), body) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(error) from error
    if b"\\u0000" in body:
        refuse_nul(msgspec.json.decode(body))
    return message


def decode_query(query: QueryDict, kind: type[M]) -> M:
    """Return the message that a query string holds; a list field takes every repetition."""
    lists = list_fields(kind)
    raw = {
        field: query.getlist(field) if field in lists else query[field]
        for field in kind.__struct_fields__
        if field in query
    }
    refuse_nul(raw)
    try:
        return msgspec.convert(raw, kind, strict=False)
    except msgspec.ValidationError as error:
        raise misfit(str(error), raw) from error


def check_needs(message: Message) -> None:
    """Refuse a message that lacks a required field. An empty text counts as lacking."""
    for field in message.NEEDS:
        value = getattr(message, field)
        if field == "run_id" and not value:
            value = message.run_id = getattr(message, "run_uuid", None)
        if value is None or value == "":
            raise missing_value(field)


@functools.cache
def _decoder(kind: type[M]) -> msgspec.json.Decoder[M]:
    return msgspec.json.Decoder(kind, strict=False)


@functools.cache
def list_fields(kind: type[Message]) -> frozenset[str]:
    """The fields of a message that hold a list."""
    hints = typing.get_type_hints(kind)
    return frozenset(
        field for field in kind.__struct_fields__ if any(map(_is_list, _choices(hints[field])))
    )


def _choices(hint: Any) -> tuple[Any, ...]:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def _is_list(hint: Any) -> bool:
    return typing.get_origin(hint) is list


def unwrap(body: bytes) -> bytes:
    """Return the JSON inside a JSON string."""
    try:
        return msgspec.json.decode(body, type=str).encode()
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise not_json(error) from error


def not_json(error: Exception) -> ProtocolError:
    """The body cannot be read at all."""
    return ProtocolError(INVALID, f"The request body is not valid JSON: {str(error)[:200]}.")


def describe_misfit(text: str, body: bytes) -> ProtocolError:
    """Name the field and the value of a body that msgspec's error `text` speaks of."""
    try:
        return misfit(text, msgspec.json.decode(body))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # A number out of range, or broken behind the misfit: the value cannot be shown.
        reason, place = split_misfit(text)
        return ProtocolError(INVALID, f"Invalid value for parameter '{place}' supplied: {reason}.")


def misfit(text: str, raw: Any) -> ProtocolError:
    """Name the field and the value of decoded `raw` that msgspec's error `text` speaks of."""
    reason, place = split_misfit(text)
    if not place:
        return ProtocolError(INVALID, f"The request body must be a JSON object: {reason}.")
    value = raw
    for index, name in _PLACE_STEP.findall(place):
        value = value[int(index)] if index else value[name]
    return invalid_value(place, value, f"{reason}.")


def split_misfit(text: str) -> tuple[str, str]:
    """Split msgspec's error into the reason and the place, a path such as `metrics[0].value`."""
    match = _ERROR_PLACE.match(text)
    return (match["reason"], match["place"] or "") if match else (text, "")


def refuse_nul(raw: Any) -> None:
    """Raise where a text anywhere in `raw` holds a NUL character or half a surrogate pair."""
    for text in texts_in(raw):
        if "\x00" in text:
            raise ProtocolError(INVALID, "Text must not contain NUL characters (\\u0000).")
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            raise ProtocolError(INVALID, "Text must be valid Unicode.")


def texts_in(raw: Any) -> Iterator[str]:
    """Yield every text in decoded JSON, keys too."""
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict):
        yield from (text for pair in raw.items() for part in pair for text in texts_in(part))
    elif isinstance(raw, list):
        yield from (text for part in raw for text in texts_in(part))
