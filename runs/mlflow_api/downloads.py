"""Sending a stored file: always as an attachment, never sniffed, in whole or one range of it."""

import re
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from runs.artifacts import queries
from runs.artifacts.models import File

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
FALLBACK_TYPE = "application/octet-stream"


def send_file(request: HttpRequest, file: File) -> HttpResponseBase:
    """Return the answer to a download.

    One byte range is honoured (206, or 416 outside the file); several are answered in whole, as
    HTTP allows.
    """
    size = file.size_bytes
    span = read_range(request.META.get("HTTP_RANGE", ""), size)
    if span is not None and span[0] >= span[1]:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, stop = span or (0, size)
    body: Iterator[bytes] = iter(())
    if request.method != "HEAD":
        body = queries.read_file(file, start, stop)
    response = StreamingHttpResponse(
        body,
        status=206 if span else 200,
        content_type=file.content_type or FALLBACK_TYPE,
    )
    if span:
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    response["Content-Length"] = str(stop - start)
    response["Accept-Ranges"] = "bytes"
    name = file.path.rpartition("/")[2]
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def read_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the bytes [start, stop) that a Range header asks for; None for the whole file.

    An empty range means that the header asks for nothing that exists.
    """
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return max(size - int(match[2]), 0), size if int(match[2]) else 0
    start = int(match[1])
    stop = int(match[2]) + 1 if match[2] else size
    if stop <= start:
        return None if match[2] and int(match[2]) < start else (start, start)
    return start, min(stop, size)
