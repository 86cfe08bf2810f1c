"""Reading bodies that are not JSON, in chunks of any length.

Django reads nothing of a body sent with `Transfer-Encoding: chunked`, because WSGI has no
Content-Length for it; a server that ends such a body itself says so (`wsgi.input_terminated`).
"""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from runs.artifacts.errors import UploadCut

CHUNK_BYTES = 256 * 1024


def declared_bytes(request: Request) -> int | None:
    """Return the Content-Length; None for a body of unknown length."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if length:
        return int(length)
    return None if request.META.get("HTTP_TRANSFER_ENCODING") else 0


def read_chunks(request: Request) -> Iterator[bytes]:
    """Yield the body as it arrives. Raises UploadCut in the middle when it ends early, so that
    whoever stores the chunks stores nothing; ParseError where its end cannot be told."""
    declared = declared_bytes(request)
    source = source_of(request, declared)
    received = 0
    while chunk := read_some(source, declared, received):
        received += len(chunk)
        yield chunk
    if declared is not None and received < declared:
        raise UploadCut(f"{received} of {declared} bytes arrived. Nothing was kept; send it again.")


def read_some(source: Any, declared: int | None, received: int) -> bytes:
    wanted = CHUNK_BYTES if declared is None else min(CHUNK_BYTES, declared - received)
    try:
        return source.read(wanted) if wanted else b""
    except OSError as error:
        raise UploadCut("The connection broke. Nothing was kept; send it again.") from error


def source_of(request: Request, declared: int | None) -> Any:
    if declared is not None:
        return request._request
    if not request.META.get("wsgi.input_terminated"):
        raise ParseError("Send a Content-Length with the body.")
    return request.META["wsgi.input"]


def read_bytes_up_to(request: Request, limit: int) -> bytes:
    """Return the whole body. Raises RequestDataTooBig above `limit`, UploadCut, ParseError."""
    parts, size = [], 0
    for chunk in read_chunks(request):
        size += len(chunk)
        if size > limit:
            raise RequestDataTooBig
        parts.append(chunk)
    return b"".join(parts)
