"""What the diagram of a metric shows, as JSON."""

from django.http import HttpRequest, HttpResponse

from runs.http.query import MOST, read_whole
from runs.metrics.kinds.drawings import read_diagram
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.workspaces.permissions import Action


@page(Action.FILE_READ)
def diagram(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?key=confusion&form=confusion_matrix&step=3`."""
    run = get_run(request.workspace, run_id)
    query = request.GET
    step = read_whole(query, "step", low=-MOST) if query.get("step") else None
    return as_json(
        read_diagram(run, key=query.get("key", ""), form=query.get("form", ""), step=step)
    )
