"""The tab Details of a run."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.compute.queries import list_attempts
from runs.details.run_page import read_details
from runs.http.query import read_whole
from runs.tracking.models import Run
from runs.tracking.sources import read_source
from runs.web.live import Part
from runs.web.run_tabs import Tab

METRICS_PER_PAGE = 200


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    details = read_details(run)
    first = read_whole(request.GET, "metrics_from", default=0)
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    return {
        "details": details,
        "shown_metrics": details.metrics[first : first + METRICS_PER_PAGE],
        "metrics_page": pages_of(first, len(details.metrics)),
        "source": read_source(run.source, dict(details.client_tags)).lines(),
        "tags": details.tags,
        "attempts": list_attempts(run),
        "tags_address": reverse("run_tag", kwargs=where),
    }


def pages_of(first: int, total: int) -> dict[str, Any]:
    """Where the page of metrics stands among all, and where those beside it begin."""
    stop = min(first + METRICS_PER_PAGE, total)
    return {
        "first": first + 1,
        "stop": stop,
        "before": max(0, first - METRICS_PER_PAGE) if first else None,
        "after": stop if stop < total else None,
    }


TAB = Tab(
    "details",
    "Details",
    "runs/details.html",
    read,
    parts=(Part("details", "runs/_details.html"),),
)
