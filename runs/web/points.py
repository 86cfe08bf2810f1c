"""The points of one metric as a table, page by page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from runs.http.cursors import read_cursor, write_cursor
from runs.metrics.queries import PLACE, read_history
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.workspaces.permissions import Action

POINTS_PER_PAGE = 200


@page(Action.RUN_READ)
def points(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?key=loss`: a side panel with the first points; `&after=…`: the rows of the next page."""
    run = get_run(request.workspace, run_id)
    key, after = request.GET.get("key", ""), read_cursor(request.GET.get("after"), *PLACE)
    history = read_history(run_id=run.id, key=key, after=after, limit=POINTS_PER_PAGE)
    context = {
        "run": run,
        "key": key,
        "points": [tuple(point) for point in history.points.tolist()],
        "next": write_cursor(history.next),
        "address": reverse(
            "points", kwargs={"workspace": request.workspace.slug, "run_id": run_id}
        ),
    }
    template = "runs/_points.html" if after else "runs/_points_panel.html"
    return render(request, template, context)
