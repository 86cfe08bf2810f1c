"""The tab Details of a run."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.compute.queries import list_attempts
from runs.details.run_page import read_details
from runs.tracking.models import Run
from runs.tracking.sources import read_source
from runs.web.live import Part
from runs.web.run_tabs import Tab


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    details = read_details(run)
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    return {
        "details": details,
        "source": read_source(run.source, dict(details.client_tags)).lines(),
        "tags": details.tags,
        "attempts": list_attempts(run),
        "tags_address": reverse("run_tag", kwargs=where),
    }


TAB = Tab(
    "details",
    "Details",
    "runs/details.html",
    read,
    parts=(Part("details", "runs/_details.html"),),
)
