"""The tab Table: fields, parameters, metrics, tags and properties side by side."""

from typing import Any

from django.http import HttpRequest

from runs.charts.comparison import compare_runs, count_differences
from runs.web.compare.chosen import Chosen
from runs.web.compare.tabs import CompareTab


def read(request: HttpRequest, chosen: Chosen) -> dict[str, Any]:
    comparison = compare_runs(runs=chosen.runs, baseline=chosen.base)
    return {"comparison": comparison, "differences": count_differences(comparison.sections)}


TAB = CompareTab("table", "Table", "runs/compare/table.html", read, most=100)
