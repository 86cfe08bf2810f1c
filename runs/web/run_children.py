"""The tab Child runs of a run: the run table, limited to its children."""

from typing import Any

from django.http import HttpRequest

from runs.tracking.models import Run
from runs.web import live
from runs.web.run_tabs import RunTab
from runs.web.table_page import make_table


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    if live.is_part_request(request):
        return {}
    return {"table": make_table(request, fixed={"inside": f"run:{run.run_id}"})}


TAB = RunTab("children", "Child runs", "runs/children.html", read, count=lambda head: head.children)
