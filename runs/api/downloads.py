"""Sending bytes: as an attachment, never sniffed, sandboxed, in whole or one range of them."""

from collections.abc import Callable, Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from runs.artifacts.queries import Readable, read_file
from runs.artifacts.ranges import read_range
from runs.artifacts.zipping.plans import ZipPlan

FALLBACK_TYPE = "application/octet-stream"
POLICY = "sandbox; default-src 'none'"


def send_file(request: Request, file: Readable) -> HttpResponseBase:
    """Answer with a file of a run, or of its snapshot."""
    headers = headers_of(file.path.rpartition("/")[2], file.content_type or FALLBACK_TYPE)
    if not file.growing:
        headers["ETag"] = f'"{file.key}"'

    def read(start: int, stop: int) -> Iterator[bytes]:
        return read_file(file, start, stop)

    return send_part(request, headers, file.size_bytes, read)


def send_zip(request: Request, plan: ZipPlan, *, compress: bool) -> HttpResponseBase:
    """Answer with a zip: one that is final has an ETag and is sent in any part."""
    headers = headers_of(plan.name, "application/zip")
    if compress:
        return StreamingHttpResponse(plan.deflated_chunks(), headers=headers)
    if not plan.is_final:
        headers["Content-Length"] = str(plan.size_bytes)
        return StreamingHttpResponse(plan.chunks(), headers=headers)
    headers["ETag"] = plan.etag
    return send_part(request, headers, plan.size_bytes, plan.chunks)


def headers_of(name: str, content_type: str) -> dict[str, str]:
    return {
        "Content-Type": content_type,
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
    }


def send_part(
    request: Request,
    headers: dict[str, str],
    size: int,
    read: Callable[[int, int], Iterator[bytes]],
) -> HttpResponseBase:
    """Answer with what the Range header asks for of `size` bytes, honouring If-None-Match and
    If-Range."""
    etag = headers.get("ETag", "")
    if etag and etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers={"ETag": etag})
    span = None
    if request.headers.get("If-Range", etag) == etag:
        span = read_range(request.headers.get("Range", ""), size)
    if span is not None and span[0] >= span[1]:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, stop = span or (0, size)
    headers |= {"Accept-Ranges": "bytes", "Content-Length": str(stop - start)}
    if span:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    body = iter(()) if request.method == "HEAD" else read(start, stop)
    return StreamingHttpResponse(body, status=206 if span else 200, headers=headers)
