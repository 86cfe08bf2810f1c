"""The tab Charts: the run table of the compared runs, with charts over it."""

from typing import Any

from django.http import HttpRequest

from runs.web.compare.chosen import MOST_RUNS, Chosen
from runs.web.compare.tabs import CompareTab
from runs.web.table_page import make_table


def read(request: HttpRequest, chosen: Chosen) -> dict[str, Any]:
    fixed = {"runs": ",".join(chosen.run_ids), "children": True, "limit": str(MOST_RUNS)}
    return {"table": make_table(request, fixed=fixed)}


TAB = CompareTab("charts", "Charts", "runs/compare/charts.html", read)
