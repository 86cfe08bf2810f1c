"""Sending a stored file: always as an attachment, never sniffed, in whole or one range of it."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from runs.artifacts import queries
from runs.artifacts.models import File
from runs.artifacts.ranges import read_range

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
