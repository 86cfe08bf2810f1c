"""The tab Environment: packages, Python and host of the compared runs."""

from typing import Any

from django.http import HttpRequest

from runs.charts import environments
from runs.charts.comparison import RunComparison, count_differences, make_sections
from runs.web.compare.chosen import Chosen
from runs.web.compare.tabs import CompareTab


def read(request: HttpRequest, chosen: Chosen) -> dict[str, Any]:
    found = environments.read_environments(chosen.runs)
    sections = make_sections(found.sections, chosen.runs, chosen.base)
    return {
        "comparison": RunComparison(chosen.runs, chosen.base, sections),
        "differences": count_differences(sections),
        "environments": found,
        "most_files": environments.MOST_FILES,
    }


TAB = CompareTab("environment", "Environment", "runs/compare/environment.html", read, most=50)
