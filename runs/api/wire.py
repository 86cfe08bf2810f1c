"""JSON in and out by msgspec, whatever a client says it accepts."""

from collections.abc import Sequence
from typing import Any

import msgspec
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer


class JsonParser(BaseParser):
    """Reads a JSON body, strictly, and nested to a bounded depth."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises ParseError."""
        return decode(stream.read())


class JsonRenderer(BaseRenderer):
    """Writes JSON."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None):
        return b"" if data is None else msgspec.json.encode(data)


class AlwaysJson(DefaultContentNegotiation):
    """Answers are always JSON, whatever a client says it accepts."""

    def select_renderer(
        self, request: Any, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def decode(data: bytes, kind: type = object) -> Any:
    """Return the JSON in `data` as `kind`. Raises ParseError."""
    try:
        return msgspec.json.decode(data or b"{}", type=Any if kind is object else kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError(f"The body is not JSON: {error}.") from error
