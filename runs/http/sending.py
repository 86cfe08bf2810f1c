"""Answers with stored bytes: files and zips, whole or in part.

A file is another person's content. It is never sniffed, it runs in a sandbox without an origin,
and it is an attachment unless a page of the studio shows it inline.
"""

import re
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags

from runs.artifacts.errors import BytesMissing
from runs.artifacts.owners import files_of
from runs.artifacts.paths import clean_folder
from runs.artifacts.queries import Readable, read_file
from runs.artifacts.ranges import read_range
from runs.artifacts.zipping.plans import ZipPlan, plan_zip
from runs.http.sandboxes import SANDBOX, inline_policy
from runs.http.streaming import Streamed
from runs.tracking.models import Run

FALLBACK_TYPE = "application/octet-stream"
# `%` and `'` are left out: old readers of the header take them for signs of an encoding.
TOKEN = re.compile(r"[A-Za-z0-9!#$&*+.^_`|~-]+")

SHORT_BYTES = 256 * 1024

Read = Callable[[int, int], Iterator[bytes]]


def send_file(request: HttpRequest, file: Readable, *, is_inline: bool = False) -> HttpResponseBase:
    """Answer with a file, or with the range of it that the request asks for.

    A file that grows has no ETag, so a download of it cannot be resumed under If-Range.
    `is_inline` is for pages of the studio that show the file in a frame or an image. Raises
    BytesMissing.
    """
    headers = _headers(file.path.rpartition("/")[2], file.content_type, is_inline=is_inline)
    if not file.growing:
        # A finished log that is continued keeps its key, so the size is part of the ETag.
        headers["ETag"] = f'"{file.key}-{file.size_bytes}"'

    def read(start: int, stop: int) -> Iterator[bytes]:
        return read_file(file, start, stop)

    return _send_range(request, headers, file.size_bytes, read)


def send_zip(request: HttpRequest, plan: ZipPlan, *, compress: bool) -> HttpResponseBase:
    """Answer with a zip.

    A zip that is final has an ETag and can be sent in parts. One that is compressed, or has files
    of runs that go on, is sent whole. Raises BytesMissing.
    """
    headers = _headers(plan.name, "application/zip")
    if compress:
        return _stream(request, headers, plan.deflated_chunks)
    if not plan.is_final:
        headers["Content-Length"] = str(plan.size_bytes)
        return _stream(request, headers, plan.chunks)
    headers["ETag"] = plan.etag
    return _send_range(request, headers, plan.size_bytes, plan.chunks)


def send_folder(
    request: HttpRequest, run: Run, path: str, *, logs_only: bool, compress: bool
) -> HttpResponseBase:
    """Answer with a folder of a run as a zip ("" is all files), or with the file at `path`.

    Raises InvalidPath, UnknownFile where there is neither, BytesMissing.
    """
    folder = clean_folder(path)
    file = files_of(run).filter(path=folder).first() if folder else None
    if file is not None:
        return send_file(request, file)
    plan = plan_zip([run], folder=folder, logs_only=logs_only)
    return send_zip(request, plan, compress=compress)


def disposition(name: str, *, is_inline: bool = False) -> dict[str, str]:
    """Return the header that tells a browser to keep an answer as the file `name`.

    A name that is a token of RFC 9110 stands without quotes, as MLflow's server writes it.
    """
    if TOKEN.fullmatch(name):
        kind = "inline" if is_inline else "attachment"
        return {"Content-Disposition": f"{kind}; filename={name}"}
    header = content_disposition_header(not is_inline, name)
    return {"Content-Disposition": header or "attachment"}


def _headers(name: str, content_type: str, *, is_inline: bool = False) -> dict[str, str]:
    headers = {
        "Content-Type": content_type or FALLBACK_TYPE,
        "Content-Security-Policy": inline_policy(content_type) if is_inline else SANDBOX,
        "X-Content-Type-Options": "nosniff",
        **disposition(name, is_inline=is_inline),
    }
    if is_inline:
        headers["X-Frame-Options"] = "SAMEORIGIN"
    return headers


def _send_range(
    request: HttpRequest, headers: dict[str, str], size: int, read: Read
) -> HttpResponseBase:
    etag = headers.get("ETag", "")
    if _is_held(request, etag):
        # The browser replaces the headers of its copy by these: the sandbox must be among them.
        return HttpResponse(status=304, headers=headers)
    span = _range_of(request, etag, size)
    if span is not None and span[0] >= span[1]:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, stop = span or (0, size)
    headers |= {"Accept-Ranges": "bytes", "Content-Length": str(stop - start)}
    if span:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"

    def whole() -> Iterator[bytes]:
        pieces = complete(read(start, stop), stop - start)
        # What is short is read before it is sent: lost bytes are then told as an error.
        return iter([b"".join(pieces)]) if stop - start <= SHORT_BYTES else pieces

    return _stream(request, headers, whole, status=206 if span else 200)


def complete(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Return an iterator of `pieces`. It raises BytesMissing where they are fewer than `size`
    bytes."""

    def counted() -> Iterator[bytes]:
        left = size
        for piece in pieces:
            left -= len(piece)
            yield piece
        if left > 0:
            raise BytesMissing(f"{left:,} bytes of this file are missing from the store.")

    return counted()


def _is_held(request: HttpRequest, etag: str) -> bool:
    """Tell whether the client has the file already (If-None-Match)."""
    held = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return bool(etag) and ("*" in held or etag in [one.removeprefix("W/") for one in held])


def _range_of(request: HttpRequest, etag: str, size: int) -> tuple[int, int] | None:
    """Return the range to send. If-Range with another version, or for a file without an ETag,
    asks for the whole."""
    condition = request.META.get("HTTP_IF_RANGE")
    if condition is not None and (not etag or condition != etag):
        return None
    return read_range(request.META.get("HTTP_RANGE", ""), size)


def _stream(
    request: HttpRequest,
    headers: dict[str, str],
    read: Callable[[], Iterator[bytes]],
    status: int = 200,
) -> Streamed:
    body = iter(()) if request.method == "HEAD" else read()
    return Streamed(body, status=status, headers=headers)
