"""Reading request bodies: whole and bounded, or in chunks of any length.

Django reads nothing of a body sent with `Transfer-Encoding: chunked`, because WSGI has no
Content-Length for it; a server that ends such a body itself says so (`wsgi.input_terminated`).
granian ends it without an error also where the connection breaks: of a chunked upload that is cut,
what has arrived is taken for the whole. A body with a Content-Length is always checked.
"""

from collections.abc import Iterator
from typing import Protocol

from django.http import HttpRequest

from runs.mlflow_api.errors import INVALID, TOO_LARGE, ProtocolError

CHUNK_BYTES = 256 * 1024


class Readable(Protocol):
    """A file opened for reading bytes."""

    def read(self, size: int, /) -> bytes: ...


def declared_bytes(request: HttpRequest) -> int | None:
    """Return the Content-Length of a request; None for a chunked body."""
    raw = request.META.get("CONTENT_LENGTH") or ""
    if raw.isascii() and raw.isdigit():
        return int(raw)
    return None if request.META.get("HTTP_TRANSFER_ENCODING") else 0


def read_body(request: HttpRequest, max_bytes: int) -> bytes:
    """Return the whole body. Raises `ProtocolError` (413) above `max_bytes`, (400) if cut."""
    parts = list(read_chunks(request, max_bytes))
    return parts[0] if len(parts) == 1 else b"".join(parts)


def read_chunks(request: HttpRequest, max_bytes: int | None = None) -> Iterator[bytes]:
    """Yield the body as it arrives, never more than `CHUNK_BYTES` at once.

    Raises `ProtocolError` in the middle when the body grows above `max_bytes`, or ends before its
    Content-Length, so that whoever stores the chunks stores nothing.
    """
    declared = declared_bytes(request)
    if declared is not None and max_bytes is not None and declared > max_bytes:
        raise too_large(max_bytes)
    stream = _stream(request, declared)
    received = 0
    while chunk := _read(stream, declared, received):
        received += len(chunk)
        if max_bytes is not None and received > max_bytes:
            raise too_large(max_bytes)
        yield chunk
    if declared is not None and received < declared:
        raise cut_short(received, declared)


def too_large(max_bytes: int) -> ProtocolError:
    """The body is longer than this endpoint takes."""
    return ProtocolError(TOO_LARGE, f"The request body is larger than {max_bytes} bytes.")


def cut_short(received: int, declared: int) -> ProtocolError:
    """The connection ended inside the body."""
    return ProtocolError(INVALID, f"The request body ended after {received} of {declared} bytes.")


def _read(stream: Readable, declared: int | None, received: int) -> bytes:
    left = CHUNK_BYTES if declared is None else min(CHUNK_BYTES, declared - received)
    try:
        return stream.read(left) if left else b""
    except OSError as error:
        raise ProtocolError(INVALID, "The connection broke inside the request body.") from error


def _stream(request: HttpRequest, declared: int | None) -> Readable:
    if declared is not None:
        return request
    if not request.META.get("wsgi.input_terminated"):
        raise ProtocolError("LENGTH_REQUIRED", "Send a Content-Length with the request body.")
    return request.META["wsgi.input"]
