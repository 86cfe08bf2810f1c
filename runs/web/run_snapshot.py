"""The tab Snapshot of a run: its source folder, alone or beside that of another run."""

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from runs.artifacts.errors import UnknownSnapshot
from runs.artifacts.previews import NotebookPreview, Preview, preview_file
from runs.artifacts.snapshots.comparing import Difference, diff_snapshots
from runs.artifacts.snapshots.line_diffs import diff_files
from runs.artifacts.snapshots.models import SnapshotFile
from runs.artifacts.snapshots.queries import (
    find_snapshot,
    get_snapshot,
    get_snapshot_file,
    list_snapshot_files,
)
from runs.artifacts.snapshots.zips import plan_snapshot_zip
from runs.http.query import read_flag, read_whole
from runs.http.sending import send_file, send_zip
from runs.tracking.errors import InvalidValue, NotFound
from runs.tracking.models import Run
from runs.tracking.queries import get_run
from runs.tracking.sources import source_of_run
from runs.web import logs
from runs.web.addresses import run_address, tracking_uri
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.web.live import is_part_request
from runs.web.previews import draw_notebook
from runs.web.run_tabs import RunTab
from runs.workspaces.permissions import Action

# Kinds of preview whose source is what one looks for in a snapshot, with its line numbers.
WRITTEN_BY_HAND = {"html", "json", "markdown"}


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    """`?with=run-7`: compared with the snapshot of another run of the workspace."""
    if is_part_request(request):
        return {}
    snapshot = find_snapshot(run)
    if snapshot is None:
        return {
            "snapshot": None,
            "origin": source_of_run(run).lines(),
            "upload": upload_of(request, run),
        }
    compared, problem = find_compared(request, run)
    return {
        "snapshot": snapshot,
        "sources": addresses_of(request, run),
        "find_runs": reverse("run_rows", kwargs={"workspace": request.workspace.slug}),
        "asked": request.GET.get("with", ""),
        "compared": compared,
        "compared_sources": addresses_of(request, compared) if compared else None,
        "swapped": swapped(request, run, compared) if compared else "",
        "problem": problem,
    }


def upload_of(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What a person types to add a snapshot."""
    root = tracking_uri(request, request.workspace)
    address = f"{root}/api/v1/runs/{quote(run.run_id, safe='')}/snapshot"
    return {"address": address, "needs_token": request.principal.user is not None}


def find_compared(request: HttpRequest, run: Run) -> tuple[Run | None, str]:
    """Return the run to compare with, or why there is none."""
    asked = request.GET.get("with", "").strip()
    if not asked:
        return None, ""
    try:
        return get_other(request, run, asked), ""
    except (InvalidValue, NotFound, UnknownSnapshot) as error:
        return None, str(error)


def get_other(request: HttpRequest, run: Run, run_id: str) -> Run:
    """Return the run named. Raises NotFound, UnknownSnapshot, InvalidValue for the same run."""
    if run_id == run.run_id:
        raise InvalidValue("A run cannot be compared with itself.")
    other = get_run(request.workspace, run_id)
    get_snapshot(other)
    return other


def addresses_of(request: HttpRequest, run: Run) -> dict[str, str]:
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    addresses = {
        name: reverse(f"snapshot_{name}", kwargs=where)
        for name in ("tree", "preview", "lines", "text", "hits", "diff", "zip")
    }
    one = reverse("snapshot_file", kwargs={**where, "path": "-"})
    return addresses | {"files": one.removesuffix("/-")}


def swapped(request: HttpRequest, run: Run, other: Run) -> str:
    slug = request.workspace.slug
    return f"{run_address(slug, other.run_id, TAB.slug)}?with={quote(run.run_id, safe='')}"


@page(Action.FILE_READ)
def tree(request: HttpRequest, run_id: str) -> HttpResponse:
    """Every file, `{"files": [{"path", "size_bytes", "change"}], "same": 0}`; with `?with=run-7`
    only what differs from that run, and how many files are the same."""
    run = get_run(request.workspace, run_id)
    snapshot = get_snapshot(run)
    if "with" not in request.GET:
        files = [describe(file, "") for file in list_snapshot_files(snapshot)]
        return as_json({"files": files, "same": 0})
    other = get_other(request, run, request.GET["with"])
    found = diff_snapshots(get_snapshot(other), snapshot)
    differing = [one for one in found if one.change != "same"]
    files = [describe(shown_file(one), one.change) for one in differing]
    return as_json({"files": files, "same": len(found) - len(differing)})


def shown_file(one: Difference) -> SnapshotFile:
    file = one.new or one.old
    assert file is not None
    return file


def describe(file: SnapshotFile, change: str) -> dict[str, Any]:
    return {"path": file.path, "size_bytes": file.size_bytes, "change": change}


@page(Action.FILE_READ)
def diff(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?path=…&with=run-7`: what differs in a file that both have, from that run to this one."""
    run = get_run(request.workspace, run_id)
    path = request.GET.get("path", "")
    old = get_snapshot_file(get_other(request, run, request.GET.get("with", "")), path)
    return as_json(diff_files(old, get_snapshot_file(run, path)))


@page(Action.FILE_READ)
def preview(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?path=…`: what kind of file it is, and what can be shown of it; `&start=` is the `next` of
    the page of a table before."""
    start = read_whole(request.GET, "start", default=0)
    found = preview_file(find_file(request, run_id), start=start)
    if found.kind in WRITTEN_BY_HAND:
        found = Preview(kind="text", name=found.name, where=found.where)
    is_notebook = isinstance(found, NotebookPreview)
    return as_json(draw_notebook(None, found) if is_notebook else found)


@page(Action.FILE_READ)
def lines(request: HttpRequest, run_id: str) -> HttpResponse:
    """As for a log."""
    return logs.answer_lines(request, find_file(request, run_id), has_levels=False)


@page(Action.FILE_READ)
def text(request: HttpRequest, run_id: str) -> HttpResponse:
    """As for a log."""
    return logs.answer_text(request, find_file(request, run_id))


@page(Action.FILE_READ)
def hits(request: HttpRequest, run_id: str) -> HttpResponse:
    """As for a log."""
    return logs.answer_hits(request, find_file(request, run_id))


@page(Action.FILE_READ)
def file(request: HttpRequest, run_id: str, path: str) -> HttpResponseBase:
    """The bytes of one file; `?inline=1` to show it inside a preview. Ranges are honoured."""
    found = get_snapshot_file(get_run(request.workspace, run_id), path)
    return send_file(request, found, is_inline=read_flag(request.GET, "inline"))


@page(Action.FILE_READ)
def snapshot_zip(request: HttpRequest, run_id: str) -> HttpResponseBase:
    """The whole folder; `?compress=1` deflates."""
    plan = plan_snapshot_zip(get_run(request.workspace, run_id))
    return send_zip(request, plan, compress=read_flag(request.GET, "compress"))


def find_file(request: HttpRequest, run_id: str) -> SnapshotFile:
    return get_snapshot_file(get_run(request.workspace, run_id), request.GET.get("path", ""))


TAB = RunTab(
    "snapshot", "Snapshot", "runs/snapshot.html", read, count=lambda head: head.snapshot_files
)
