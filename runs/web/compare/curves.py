"""The tab Curves: tables such as ROC over each other, confusion matrices side by side."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from runs.charts.compared_curves import (
    MOST_LINES,
    ComparedDiagram,
    read_diagrams,
    read_table_curves,
)
from runs.web.compare.chosen import Chosen
from runs.web.compare.tabs import CompareTab

MOST_RUNS = 20


def read(request: HttpRequest, chosen: Chosen) -> dict[str, Any]:
    where = {"workspace": request.workspace.slug}
    tables = read_table_curves(chosen.runs)
    diagrams: list[ComparedDiagram] = read_diagrams(chosen.runs)
    addresses = {
        run.run_id: reverse("diagram", kwargs={**where, "run_id": run.run_id})
        for run in chosen.runs
    }
    return {
        "curves": {
            "series": reverse("series", kwargs=where),
            "diagrams": addresses,
            "tables": [{"y": one.y, "x": one.x, "runs": one.run_ids} for one in tables.drawn],
            "documents": [
                {"key": one.key, "form": one.form, "runs": one.run_ids} for one in diagrams
            ],
        },
        "has_curves": bool(tables.drawn or diagrams),
        "cut_tables": [(key, MOST_LINES, of) for key, of in tables.cut.items()],
    }


TAB = CompareTab("curves", "Curves", "runs/compare/curves.html", read, most=MOST_RUNS)
