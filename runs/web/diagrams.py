"""What the diagram of a metric shows, as JSON."""

from django.http import HttpRequest, HttpResponse

from runs.metrics.kinds.drawings import read_diagram
from runs.tracking.errors import InvalidValue
from runs.tracking.queries import get_run
from runs.web.gate import page
from runs.web.run_outputs import as_json
from runs.workspaces.permissions import Action


@page(Action.FILE_READ)
def diagram(request: HttpRequest, run_id: str) -> HttpResponse:
    """`?key=confusion&form=confusion_matrix&step=3`."""
    run = get_run(request.workspace, run_id)
    query = request.GET
    step = read_step(query["step"]) if query.get("step") else None
    return as_json(
        read_diagram(run, key=query.get("key", ""), form=query.get("form", ""), step=step)
    )


def read_step(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise InvalidValue("step is a whole number.")
    return int(text)
