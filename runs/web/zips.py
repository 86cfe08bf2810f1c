"""Folders of runs as zip files: streamed, with a length, resumable where the runs have ended."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from runs.artifacts.ranges import read_range
from runs.artifacts.zipping.plans import ZipPlan, plan_zip
from runs.table.bulk import get_runs
from runs.tracking.errors import InvalidValue
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.workspaces.permissions import Action

MOST_RUNS = 500


@page(Action.FILE_READ)
def run_zip(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """`?path=outputs`: one folder; `?logs=1`: the logs; else everything. `?compress=1` deflates."""
    run = get_run(request.workspace, run_id)
    folder = request.GET.get("path", "")
    plan = plan_zip([run], folder=folder, logs_only=request.GET.get("logs") == "1")
    return send(request, plan)


@page(Action.FILE_READ)
def runs_zip(request: HttpRequest) -> HttpResponseBase:
    """`?runs=a,b&logs=1`: several runs, a folder for each."""
    run_ids = list(dict.fromkeys(filter(None, request.GET.get("runs", "").split(","))))
    if not 0 < len(run_ids) <= MOST_RUNS:
        raise InvalidValue(f"Name 1 to {MOST_RUNS} runs as ?runs=a,b.")
    runs = get_runs(workspace=request.workspace, run_ids=run_ids)
    return send(request, plan_zip(runs, logs_only=request.GET.get("logs") == "1"))


def send(request: HttpRequest, plan: ZipPlan) -> HttpResponseBase:
    headers = {
        "Content-Disposition": content_disposition_header(True, plan.name) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    if request.GET.get("compress") == "1":
        return StreamingHttpResponse(
            plan.deflated_chunks(), content_type="application/zip", headers=headers
        )
    if not plan.is_final:
        headers["Content-Length"] = str(plan.size_bytes)
        return StreamingHttpResponse(plan.chunks(), content_type="application/zip", headers=headers)
    return send_range(request, plan, headers)


def send_range(request: HttpRequest, plan: ZipPlan, headers: dict[str, str]) -> HttpResponseBase:
    """A finished zip is a constant: it has a name of its own (ETag), and any part of it is sent."""
    headers |= {"ETag": plan.etag, "Accept-Ranges": "bytes"}
    if plan.etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    span = None
    if request.headers.get("If-Range", plan.etag) == plan.etag:
        span = read_range(request.headers.get("Range", ""), plan.size_bytes)
    if span is not None and span[0] >= span[1]:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{plan.size_bytes}"})
    start, stop = span or (0, plan.size_bytes)
    headers["Content-Length"] = str(stop - start)
    if span:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{plan.size_bytes}"
    return StreamingHttpResponse(
        iter(()) if request.method == "HEAD" else plan.chunks(start, stop),
        status=206 if span else 200,
        content_type="application/zip",
        headers=headers,
    )
