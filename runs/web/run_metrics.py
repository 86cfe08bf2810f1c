"""The tab Metrics of a run: a list to choose from, and a card for each chosen metric."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.details.run_page import list_run_metrics
from runs.metrics.kinds.drawings import list_diagrams
from runs.table.trees import grow_tree
from runs.tracking.models import Run
from runs.web.live import Part
from runs.web.run_tabs import Tab


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    metrics = list_run_metrics(run)
    where = {"workspace": request.workspace.slug}
    return {
        "metrics": metrics,
        "lines": grow_tree(metrics),
        "singles": [row for row in metrics if row.summary.n == 1 and not row.column],
        "curves": [row for row in metrics if row.summary.n > 1 and not row.column],
        "diagrams": list_diagrams(run),
        "diagrams_address": reverse("diagram", kwargs={**where, "run_id": run.run_id}),
        "series_address": reverse("series", kwargs=where),
        "points_address": reverse("points", kwargs={**where, "run_id": run.run_id}),
    }


TAB = Tab(
    "metrics",
    "Metrics",
    "runs/metrics.html",
    read,
    parts=(
        Part("metric-list", "runs/_metric_list.html"),
        Part("metric-singles", "runs/_metric_singles.html"),
        Part("metric-diagrams", "runs/_metric_diagrams.html"),
    ),
    count=lambda head: head.metrics,
)
