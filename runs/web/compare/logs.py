"""The tab Logs: a log of one run beside a log of another."""

from typing import Any

from django.http import HttpRequest

from runs.artifacts.logs.conventions import list_logs
from runs.tracking.models import Run
from runs.web.compare.chosen import Chosen
from runs.web.compare.tabs import CompareTab
from runs.web.run_outputs import read as read_outputs

MOST_LOGS = 200


def read(request: HttpRequest, chosen: Chosen) -> dict[str, Any]:
    places = {"base": chosen.base}
    if len(chosen.runs) > 1:
        places["other"] = chosen.other
    return {
        "sides": [read_side(request, name, chosen.runs[place]) for name, place in places.items()]
    }


def read_side(request: HttpRequest, name: str, run: Run) -> dict[str, Any]:
    """What one side shows: the log that the address names, else the one that the tab Outputs
    opens."""
    outputs = read_outputs(request, run)["outputs"]
    logs = list_logs(run)
    paths = [log.path for log in logs[:MOST_LOGS]]
    log_key = f"{name}_log"
    asked = request.GET.get(log_key, "")
    path = asked if asked in paths else (paths[0] if paths else "")
    if outputs["path"] in paths and asked not in paths:
        path = outputs["path"]
    byte = outputs["byte"] if path == outputs["path"] else None
    return {
        **outputs,
        "name": name,
        "log_key": log_key,
        "run": run,
        "paths": paths,
        "log_count": len(logs),
        "path": path,
        "byte": byte,
    }


TAB = CompareTab("logs", "Logs", "runs/compare/logs.html", read)
