"""The page that shows runs side by side."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from runs.charts.comparison import compare_runs, count_differences
from runs.web.gate import page
from runs.web.runs_table import make_table
from runs.workspaces.permissions import Action

MOST_COLUMNS = 20
MOST_RUNS = 500
TABS = {"charts": "Charts", "table": "Table", "images": "Images"}


@page(Action.RUN_READ)
def compare(request: HttpRequest) -> HttpResponse:
    """`?runs=a,b,c&tab=table&base=a&diff=0`: charts of up to 500 runs, a table of up to 20."""
    run_ids = [one for one in request.GET.get("runs", "").split(",") if one][:MOST_RUNS]
    if not run_ids:
        return HttpResponseRedirect(f"/w/{request.workspace.slug}/runs")
    tab = request.GET.get("tab", "charts")
    context = {
        "place": "runs",
        "crumbs": [
            {"label": "All runs", "href": f"/w/{request.workspace.slug}/runs"},
            {"label": "Compare"},
        ],
        "tab": tab if tab in TABS else "charts",
        "tabs": TABS,
        "run_ids": ",".join(run_ids),
        "only_differences": request.GET.get("diff") != "0",
    }
    if context["tab"] == "charts":
        fixed = {"runs": ",".join(run_ids), "children": True, "limit": str(MOST_RUNS)}
        context["table"] = make_table(request, fixed=fixed)
    elif context["tab"] == "images":
        context["images_address"] = reverse("images", kwargs={"workspace": request.workspace.slug})
    else:
        context |= compared(request, run_ids)
    return render(request, "runs/compare.html", context)


def compared(request: HttpRequest, run_ids: list[str]) -> dict[str, object]:
    comparison = compare_runs(
        workspace=request.workspace,
        run_ids=run_ids[:MOST_COLUMNS],
        baseline=request.GET.get("base", ""),
    )
    return {
        "comparison": comparison,
        "differences": count_differences(comparison.sections),
        "left_out": max(0, len(run_ids) - MOST_COLUMNS),
    }
