"""The tab Code: scripts and commits of all runs, and what differs in the snapshots of two."""

from typing import Any

from django.http import HttpRequest

from runs.artifacts.snapshots.queries import find_snapshot
from runs.charts.comparison import RunComparison, count_differences, make_sections, read_origins
from runs.web.compare.chosen import Chosen
from runs.web.compare.tabs import CompareTab
from runs.web.run_snapshot import addresses_of


def read(request: HttpRequest, chosen: Chosen) -> dict[str, Any]:
    sections = make_sections({"Git": read_origins(chosen.runs)}, chosen.runs, chosen.base)
    comparison = RunComparison(chosen.runs, chosen.base, sections)
    found = {"comparison": comparison, "differences": count_differences(sections)}
    if len(chosen.runs) < 2:
        return found
    compared, run = chosen.runs[chosen.base], chosen.runs[chosen.other]
    missing = [one for one in (compared, run) if find_snapshot(one) is None]
    return {
        **found,
        "pair": {"base": compared, "other": run, "missing": missing},
        "run": run,
        "compared": compared,
        "sources": addresses_of(request, run),
        "compared_sources": addresses_of(request, compared),
    }


TAB = CompareTab("code", "Code", "runs/compare/code.html", read, most=100)
