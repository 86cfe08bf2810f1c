"""Request bodies that are read as they arrive, of any length.

Django reads nothing of a body sent with `Transfer-Encoding: chunked`, because WSGI has no
Content-Length for it. A server that finds the end of such a body itself sets
`wsgi.input_terminated`. granian also ends the body without an error when the connection breaks, so
a chunked upload that is cut looks complete. A body with a Content-Length is always checked.
"""

from collections.abc import Iterator
from typing import Protocol

from django.http import HttpRequest

from runs.artifacts.errors import UploadCut
from runs.http.errors import BodyTooLarge, LengthRequired

CHUNK_BYTES = 256 * 1024


class ByteSource(Protocol):
    """A file opened for reading bytes."""

    def read(self, size: int, /) -> bytes: ...


def declared_bytes(request: HttpRequest) -> int | None:
    """Return the Content-Length; None for a chunked body, 0 without a body."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isascii() and length.isdigit():
        return int(length)
    return None if request.META.get("HTTP_TRANSFER_ENCODING") else 0


def read_body(request: HttpRequest, max_bytes: int) -> bytes:
    """Return the whole body. Raises BodyTooLarge, UploadCut, LengthRequired."""
    parts = list(read_chunks(request, max_bytes))
    return parts[0] if len(parts) == 1 else b"".join(parts)


def read_chunks(request: HttpRequest, max_bytes: int | None = None) -> Iterator[bytes]:
    """Yield the body as it arrives, at most `CHUNK_BYTES` at once.

    Raises BodyTooLarge when the body has more than `max_bytes`, UploadCut when it ends before its
    Content-Length, LengthRequired when its end cannot be found. They are raised in the middle of
    the body: whoever stores the chunks must then store nothing.
    """
    declared = declared_bytes(request)
    if declared is not None and max_bytes is not None and declared > max_bytes:
        raise too_large(max_bytes)
    source = _open(request, declared)
    received = 0
    while chunk := _read(source, declared, received):
        received += len(chunk)
        if max_bytes is not None and received > max_bytes:
            raise too_large(max_bytes)
        yield chunk
    if declared is not None and received < declared:
        raise UploadCut(
            f"The body ended after {received} of {declared} bytes. Nothing was kept; send it again."
        )


def too_large(max_bytes: int) -> BodyTooLarge:
    """Return the error of a body of more than `max_bytes`."""
    return BodyTooLarge(f"The request body is larger than {max_bytes} bytes.")


def _open(request: HttpRequest, declared: int | None) -> ByteSource:
    if declared is not None:
        return request
    if not request.META.get("wsgi.input_terminated"):
        raise LengthRequired("Send a Content-Length with the body.")
    return request.META["wsgi.input"]


def _read(source: ByteSource, declared: int | None, received: int) -> bytes:
    wanted = CHUNK_BYTES if declared is None else min(CHUNK_BYTES, declared - received)
    try:
        return source.read(wanted) if wanted else b""
    except OSError as error:
        raise UploadCut("The connection broke. Nothing was kept; send it again.") from error
