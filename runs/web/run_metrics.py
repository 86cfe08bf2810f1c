"""The tab Metrics of a run: a list to choose from, and a card for each chosen metric."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.details.metric_pages import PER_PAGE, list_metric_kinds
from runs.http.query import read_whole
from runs.metrics.kinds.drawings import FORMS
from runs.table.trees import grow_tree
from runs.tracking.models import Run
from runs.tracking.run_fields import split_list
from runs.web.live import LivePart
from runs.web.run_tabs import RunTab


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    query = request.GET
    text = query.get("find", "")
    first = read_whole(query, "from", default=0)
    page = list_metric_kinds(run, text=text, first=first, chosen=split_list(query.get("m", "")))
    numbers = [one for one in page.items if one.summary]
    where = {"workspace": request.workspace.slug}
    return {
        "metrics": page,
        "find": text,
        "is_paged": page.everything > PER_PAGE,
        "lines": grow_tree(page.items),
        "singles": [one for one in numbers if not one.is_curve],
        "curves": [one for one in numbers if one.is_curve],
        "diagrams": [kind for one in page.items for kind in one.kinds if kind.form in FORMS],
        "diagrams_address": reverse("diagram", kwargs={**where, "run_id": run.run_id}),
        "series_address": reverse("series", kwargs=where),
        "points_address": reverse("points", kwargs={**where, "run_id": run.run_id}),
    }


TAB = RunTab(
    "metrics",
    "Metrics",
    "runs/metrics.html",
    read,
    parts=(
        LivePart("metric-list", "runs/_metric_list.html"),
        LivePart("metric-singles", "runs/_metric_singles.html"),
        LivePart("metric-diagrams", "runs/_metric_diagrams.html"),
    ),
    count=lambda head: head.metrics,
)
