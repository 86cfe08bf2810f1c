"""The page that shows runs side by side."""

from dataclasses import replace
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from runs.tracking.queries import runs_named
from runs.web.compare import charts, code, curves, environment, images, logs, table
from runs.web.compare.chosen import Chosen, read_chosen
from runs.web.gate import page
from runs.workspaces.permissions import Action

TABS = {
    module.TAB.slug: module.TAB
    for module in (charts, table, images, code, environment, logs, curves)
}


@page(Action.FILE_READ)
def compare(request: HttpRequest) -> HttpResponse:
    """`?runs=a,b,c&tab=table&base=a&diff=0`: up to 500 runs in the order given; `of` is how many
    were selected, `add` one more run."""
    chosen = read_chosen(request.workspace, request.GET)
    if adding := request.GET.get("add", "").strip():
        known = runs_named(request.workspace, [adding]).values_list("run_id", flat=True)
        return HttpResponseRedirect(chosen.address([*chosen.run_ids, *known]))
    runs_address = reverse("runs", kwargs={"workspace": request.workspace.slug})
    if not chosen.runs:
        return HttpResponseRedirect(runs_address)
    zips = reverse("runs_zip", kwargs={"workspace": request.workspace.slug})
    tab = TABS.get(request.GET.get("tab", ""), charts.TAB)
    context = {
        "place": "runs",
        "crumbs": [{"label": "All runs", "href": runs_address}, {"label": "Compare"}],
        "chosen": chosen,
        "legend": chosen.legend(),
        "tab": tab,
        "tabs": list_tabs(chosen),
        "left_out": max(0, len(chosen.runs) - tab.most),
        "only_differences": request.GET.get("diff") != "0",
        "zip_address": f"{zips}?runs={','.join(quote(each, safe='') for each in chosen.run_ids)}",
        "find_runs": reverse("run_rows", kwargs={"workspace": request.workspace.slug}),
    }
    shown = replace(chosen, runs=chosen.runs[: tab.most])
    return render(request, tab.page, context | {"shown": shown} | tab.read(request, shown))


def list_tabs(chosen: Chosen) -> list[dict[str, str]]:
    return [
        {"slug": one.slug, "label": one.label, "address": chosen.address(tab=one.slug)}
        for one in TABS.values()
    ]
