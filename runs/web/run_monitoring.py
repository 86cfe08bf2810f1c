"""The tab Monitoring of a run: what the machine did meanwhile, as charts that share their axis."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.details.phases import read_phases
from runs.details.run_page import list_run_metrics
from runs.metrics.meanings import SYSTEM
from runs.tracking.models import Run
from runs.web.addresses import tracking_uri
from runs.web.live import LivePart
from runs.web.run_tabs import RunTab


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    where = {"workspace": request.workspace.slug}
    return {
        "monitored": [row for row in list_run_metrics(run, below=SYSTEM) if not row.column],
        "phases": read_phases(run),
        "tracking_uri": tracking_uri(request, request.workspace),
        "series_address": reverse("series", kwargs=where),
        "points_address": reverse("points", kwargs={**where, "run_id": run.run_id}),
    }


TAB = RunTab(
    "monitoring",
    "Monitoring",
    "runs/monitoring.html",
    read,
    parts=(LivePart("monitored", "runs/_monitored.html"),),
)
