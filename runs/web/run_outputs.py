"""The tab Outputs + logs of a run."""

from dataclasses import replace
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from runs.artifacts.errors import ArtifactError
from runs.artifacts.listing import find_files
from runs.artifacts.logs.conventions import default_log
from runs.artifacts.logs.failures import error_line
from runs.artifacts.models import File
from runs.artifacts.queries import Entry, list_folder
from runs.http.cursors import read_key, write_key
from runs.tracking.models import Run
from runs.tracking.queries import get_run
from runs.tracking.statuses import Status
from runs.tracking.texts import is_storable
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.web.log_ends import is_written
from runs.web.run_tabs import RunTab
from runs.workspaces.permissions import Action

# What the list of shortcuts adds on this tab: `static/js/pages/run_outputs.js` acts on them.
KEYS = (
    {"key": "w", "does": "Wrap long lines"},
    {"key": "t", "does": "Timestamps of lines"},
    {"key": "F", "does": "Follow a log as it grows"},
    {"key": "G", "does": "Go to the end"},
    {"key": "n", "does": "Next match"},
    {"key": "N", "does": "Previous match"},
    {"key": "c", "does": "Copy the selected lines"},
)


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    """What the tab opens with: the user's own log, at its error where the run has failed."""
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    log = default_log(run)
    shown = log or run.files.order_by("path").first()
    return {
        "keys": KEYS,
        "outputs": {
            "is_empty": shown is None,
            "path": shown.path if shown else "",
            "byte": error_byte(run, log) if is_opened(request, log) else None,
            "size": run.files.aggregate(size=Sum("size_bytes"))["size"] or 0,
            "is_active": not Status(run.status).is_final,
            "folders": reverse("folder", kwargs=where),
            "lines": reverse("log_lines", kwargs=where),
            "text": reverse("log_text", kwargs=where),
            "hits": reverse("log_hits", kwargs=where),
            "find": reverse("found_files", kwargs=where),
            "preview": reverse("preview", kwargs=where),
            "zip": reverse("run_zip", kwargs=where),
            "files": reverse("run_file", kwargs={**where, "path": "-"}).removesuffix("/-"),
        },
    }


def is_opened(request: HttpRequest, log: File | None) -> bool:
    """Tell whether one of the panes shows the log: the first does, where the address names none."""
    shown = (request.GET.get("path"), request.GET.get("second"))
    return log is not None and (not shown[0] or log.path in shown)


def error_byte(run: Run, log: File | None) -> int | None:
    if log is None or run.status != Status.FAILED:
        return None
    try:
        line = error_line(log)
    except ArtifactError:
        return None
    return line.byte if line else None


@page(Action.FILE_READ)
def folder(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?path=outputs`: what lies directly in a folder of the run."""
    run = get_run(request.workspace, run_id)
    entries = [as_seen(run, entry) for entry in list_folder(run, request.GET.get("path", ""))]
    folders_first = sorted(entries, key=lambda entry: (not entry.is_dir, entry.name))
    return as_json({"entries": folders_first})


@page(Action.FILE_READ)
def found_files(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?q=model.pt`: the files at any depth whose path holds these words; `&after=` is the `next`
    of the page before."""
    run, text = get_run(request.workspace, run_id), request.GET.get("q", "")
    if not is_storable(text):
        return as_json({"entries": [], "next": None, "total": 0})
    found, total = find_files(run, text, after=read_key(request.GET.get("after"), str) or "")
    return as_json(
        {
            "entries": [as_seen(run, entry) for entry in found.items],
            "next": write_key(found.next),
            "total": total,
        }
    )


def as_seen(run: Run, entry: Entry) -> Entry:
    """Return an entry as live only while its file is written."""
    return replace(entry, growing=is_written(run, entry.growing, entry.updated_ms))


TAB = RunTab("outputs", "Outputs + logs", "runs/outputs.html", read)
