"""The tab Details of a run."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.artifacts.registry.queries import versions_of_run
from runs.compute.queries import list_attempts
from runs.details.metric_pages import read_metric_page
from runs.details.run_page import read_details
from runs.http.query import read_whole
from runs.tracking.models import Run
from runs.tracking.sources import read_source
from runs.web.live import LivePart
from runs.web.run_tabs import RunTab


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    details = read_details(run)
    text = request.GET.get("metrics_find", "")
    first = read_whole(request.GET, "metrics_from", default=0)
    metrics, system_metrics = read_metric_page(run, text=text, first=first)
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    return {
        "details": details,
        "metrics": metrics,
        "metrics_find": text,
        "system_metrics": system_metrics,
        "source": read_source(run.source, dict(details.client_tags)).lines(),
        "tags": details.tags,
        "attempts": list_attempts(run),
        "models": versions_of_run(run),
        "tags_address": reverse("run_tag", kwargs=where),
    }


TAB = RunTab(
    "details",
    "Details",
    "runs/details.html",
    read,
    parts=(LivePart("details", "runs/_details.html"),),
)
