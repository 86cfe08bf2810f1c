"""The tab Environment: packages, Python and host of the compared runs."""

from typing import Any

from django.http import HttpRequest

from runs.charts.comparison import RunComparison, count_differences, make_sections
from runs.charts.environments import read_environments
from runs.web.compare.chosen import Chosen
from runs.web.compare.tabs import CompareTab


def read(request: HttpRequest, chosen: Chosen) -> dict[str, Any]:
    sections = make_sections(read_environments(chosen.runs), chosen.runs, chosen.base)
    comparison = RunComparison(chosen.runs, chosen.base, sections)
    return {"comparison": comparison, "differences": count_differences(sections)}


TAB = CompareTab("environment", "Environment", "runs/compare/environment.html", read, most=50)
