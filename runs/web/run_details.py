"""The tab Details of a run."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.artifacts.registry.queries import versions_of_run
from runs.compute.models import Sweep
from runs.compute.queries import list_attempts
from runs.compute.sweep_plans import Method
from runs.compute.sweeps import find_sweep
from runs.details.metric_pages import read_metric_page
from runs.details.run_page import read_details
from runs.http.query import read_whole
from runs.tracking.models import Run, RunKind
from runs.tracking.sources import read_source
from runs.web.live import LivePart
from runs.web.run_tabs import RunTab

RANGES = {"linear": "", "log": ", evenly in the logarithm", "whole": ", whole numbers"}


def read(request: HttpRequest, run: Run) -> dict[str, Any]:
    details = read_details(run)
    text = request.GET.get("metrics_find", "")
    first = read_whole(request.GET, "metrics_from", default=0)
    metrics, system_metrics = read_metric_page(run, text=text, first=first)
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    return {
        "details": details,
        "metrics": metrics,
        "metrics_find": text,
        "system_metrics": system_metrics,
        "source": read_source(run.source, dict(details.client_tags)).lines(),
        "sweep": sweep_lines(find_sweep(run)) if run.kind == RunKind.SWEEP else [],
        "tags": details.tags,
        "attempts": list_attempts(run),
        "models": versions_of_run(run),
        "tags_address": reverse("run_tag", kwargs=where),
    }


def sweep_lines(sweep: Sweep | None) -> list[tuple[str, str]]:
    """Return (label, text) of what a sweep tries."""
    if sweep is None:
        return []
    plan = sweep.plan
    lines = [(one["name"] or "Argument", values_of(one)) for one in plan["arguments"]]
    is_random = plan["method"] == Method.RANDOM
    how = f"{plan['count']} draws, seed {plan['seed']}" if is_random else "every combination"
    limit = [("Runs at a time", str(sweep.parallel))] if sweep.parallel else []
    return [*lines, ("Chosen", how), *limit]


def values_of(argument: dict[str, Any]) -> str:
    """Return the values that an argument takes, as text."""
    if argument["values"]:
        return ", ".join(argument["values"])
    return f"{argument['low']:g} to {argument['high']:g}{RANGES.get(argument['scale'], '')}"


TAB = RunTab(
    "details",
    "Details",
    "runs/details.html",
    read,
    parts=(LivePart("details", "runs/_details.html"),),
)
