"""Lines and hits of one log, as JSON for the viewer."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from runs.artifacts.logs.copying import copy_lines
from runs.artifacts.logs.query import parse_query
from runs.artifacts.logs.reading import LogPage, read_lines
from runs.artifacts.logs.searching import count_hits, search_file
from runs.artifacts.models import File
from runs.artifacts.queries import Readable, get_file
from runs.http.query import read_flag, read_whole
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.web.log_ends import is_written
from runs.workspaces.permissions import Action

PLACES = ("first_line", "from_byte", "before_byte", "around_byte", "at_ms")
MOST_HITS = 1000


@page(Action.FILE_READ)
def lines(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?path=…&last=1` or one of PLACES, such as `first_line=` or `at_ms=`; `count=`.

    204 when `from_byte` is the end and nothing was added behind it, while something may be.
    """
    run = get_run(request.workspace, run_id)
    file = get_file(run, request.GET.get("path", ""))
    return answer_lines(request, file, growing=is_written(run, file.growing, file.updated_ms))


def answer_lines(
    request: HttpRequest, file: Readable, *, has_levels: bool = True, growing: bool = False
) -> HttpResponse:
    """Answer with the lines asked for; without levels, words such as "error" are only words.

    `growing`: more lines may come.
    """
    place = {name: read_whole(request.GET, name) for name in PLACES if name in request.GET}
    is_end = file.size_bytes and place.get("from_byte") == file.size_bytes
    if growing and is_end and "poll" in request.GET:
        return HttpResponse(status=204)
    count = read_whole(request.GET, "count", default=300)
    found = read_lines(file, **place, last="last" in request.GET, count=count)
    return as_json(describe(found, has_levels=has_levels, growing=growing))


@page(Action.FILE_READ)
def text(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?path=…&first_line=10&last_line=25`: these lines as plain text, to be copied."""
    return answer_text(request, find_file(request, run_id))


def answer_text(request: HttpRequest, file: Readable) -> HttpResponse:
    """Answer with the lines asked for, whole and without their colours."""
    first, last = (read_whole(request.GET, name) for name in ("first_line", "last_line"))
    found = copy_lines(file, first, last)
    return HttpResponse(found, content_type="text/plain; charset=utf-8")


@page(Action.FILE_READ)
def hits(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?path=…&q=…&regex=1&case=1&from_byte=0`: lines with a match, and where to go on."""
    return answer_hits(request, find_file(request, run_id))


def answer_hits(request: HttpRequest, file: Readable) -> HttpResponse:
    """Answer with the lines that match."""
    query = parse_query(
        request.GET.get("q", ""),
        is_regex=read_flag(request.GET, "regex"),
        match_case=read_flag(request.GET, "case"),
    )
    start = read_whole(request.GET, "from_byte", default=0)
    search = search_file(file, query, from_byte=start, limit=MOST_HITS)
    found = [
        {
            "no": hit.no,
            "byte": hit.byte,
            "text": hit.text,
            "spans": hit.spans,
            "hidden": hit.is_hidden,
        }
        for hit in search
    ]
    more, resume = (0, None)
    if search.resume_byte is not None and len(found) >= MOST_HITS:
        more, resume = count_hits(file, query, from_byte=search.resume_byte)
    answer = {
        "hits": found,
        "more": more,
        "counted": resume is None,
        "resume_byte": search.resume_byte,
        "size_bytes": file.size_bytes,
    }
    return as_json(answer)


def find_file(request: HttpRequest, run_id: str) -> File:
    return get_file(get_run(request.workspace, run_id), request.GET.get("path", ""))


def describe(found: LogPage, *, has_levels: bool, growing: bool) -> dict[str, Any]:
    return {
        "lines": [
            {
                "no": line.no,
                "byte": line.byte,
                "size": line.size_bytes,
                "segments": line.segments,
                "level": line.level if has_levels else "",
                "cut": line.is_cut,
                "received": line.received_ms,
            }
            for line in found.lines
        ],
        "first_byte": found.first_byte,
        "next_byte": found.next_byte,
        "total_bytes": found.total_bytes,
        "total_lines": found.total_lines,
        "at_end": found.at_end,
        "growing": growing,
        "received": found.received,
    }
