"""The tab Details of a run."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.details.run_page import read_details
from runs.tracking.models import Run
from runs.web.live import Part
from runs.web.run_tabs import Tab

# Fields of `Run.source` in the order they are shown.
SOURCE_LABELS = (
    ("name", "Script"),
    ("command", "Command"),
    ("type", "Kind"),
    ("entry_point", "Entry point"),
    ("git_branch", "Branch"),
    ("git_commit", "Commit"),
    ("git_url", "Repository"),
)


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    details = read_details(run)
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    return {
        "details": details,
        "source": [
            (key, label, run.source[key]) for key, label in SOURCE_LABELS if run.source.get(key)
        ],
        "tags": details.tags,
        "tags_address": reverse("run_tag", kwargs=where),
    }


TAB = Tab(
    "details",
    "Details",
    "runs/details.html",
    read,
    parts=(Part("details", "runs/_details.html"),),
)
