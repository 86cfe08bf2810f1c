"""The tab Images of a run, and the images of runs as JSON for the gallery."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from runs.details.run_images import list_images
from runs.http.query import read_list
from runs.table.bulk import get_runs
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.statuses import Status
from runs.web.addresses import run_address
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.web.live import is_part_request
from runs.web.run_tabs import RunTab
from runs.workspaces.permissions import Action

MOST_RUNS = 20


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    if is_part_request(request):
        return {}
    return {
        "images_address": reverse("images", kwargs={"workspace": request.workspace.slug}),
        "find_runs": reverse("run_rows", kwargs={"workspace": request.workspace.slug}),
        "is_active": not Status(run.status).is_final,
    }


@page(Action.FILE_READ)
def images(request: HttpRequest) -> HttpResponse:
    """`?runs=a,b`: the images of up to 20 runs, `{"runs": [{"id", "name", "images": […]}]}`."""
    run_ids = read_list(request.GET, "runs")
    if not 0 < len(run_ids) <= MOST_RUNS:
        raise InvalidValue(f"Name 1 to {MOST_RUNS} runs as ?runs=a,b.")
    by_id = {run.run_id: run for run in get_runs(workspace=request.workspace, run_ids=run_ids)}
    runs = [by_id[run_id] for run_id in run_ids]
    found = list_images(runs)
    slug = request.workspace.slug
    return as_json({"runs": [describe(slug, run, found[run.pk]) for run in runs]})


def describe(slug: str, run: Run, found: list) -> dict[str, Any]:
    where = {"workspace": slug, "run_id": run.run_id, "path": "-"}
    return {
        "id": run.run_id,
        "name": run.name,
        "hue": run.pk,
        "address": run_address(slug, run.run_id, "images"),
        "files": reverse("run_file", kwargs=where).removesuffix("/-"),
        "images": found,
    }


TAB = RunTab("images", "Images", "runs/images.html", read)
