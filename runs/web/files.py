"""Files of a run as they are: to look at inside the studio, or to keep.

Whatever a file is, it can run nothing here: it comes in a sandbox of its own without an origin,
unsniffed, and as an attachment unless a preview asks for it inline.
"""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from runs.artifacts.queries import Readable, get_file, read_file
from runs.artifacts.ranges import read_range
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.workspaces.permissions import Action

SANDBOX = (
    "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; "
    "style-src 'unsafe-inline'; frame-ancestors 'self'"
)
FALLBACK_TYPE = "application/octet-stream"


@page(Action.FILE_READ)
def file(request: HttpRequest, run_id: str, path: str) -> HttpResponseBase:
    """The bytes of one file; `?inline=1` to show it inside a preview. Ranges are honoured."""
    return send_file(request, get_file(get_run(request.workspace, run_id), path))


def send_file(request: HttpRequest, found: Readable) -> HttpResponseBase:
    """Answer with a file, or with the range of it that is asked for."""
    span = read_range(request.headers.get("Range", ""), found.size_bytes)
    if span is not None and span[0] >= span[1]:
        unmet = {"Content-Range": f"bytes */{found.size_bytes}"}
        return HttpResponse(status=416, headers=unmet)
    return send_span(request, found, span)


def send_span(
    request: HttpRequest, found: Readable, span: tuple[int, int] | None
) -> HttpResponseBase:
    start, stop = span or (0, found.size_bytes)
    body: Iterator[bytes] = iter(()) if request.method == "HEAD" else read_file(found, start, stop)
    answer = StreamingHttpResponse(
        body, status=206 if span else 200, content_type=found.content_type or FALLBACK_TYPE
    )
    if span:
        answer["Content-Range"] = f"bytes {start}-{stop - 1}/{found.size_bytes}"
    answer["Content-Length"] = str(stop - start)
    answer["Accept-Ranges"] = "bytes"
    is_inline = request.GET.get("inline") == "1"
    name = found.path.rpartition("/")[2]
    answer["Content-Disposition"] = content_disposition_header(not is_inline, name)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer
