"""The Pipelines page: runs with steps, found by a word, opened to their steps."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from runs.http.cursors import read_key, write_key
from runs.table.pipelines import Pipeline, StepTree, get_pipelines, list_pipelines, read_steps
from runs.tracking.statuses import FINAL_STATUSES
from runs.web import live
from runs.web.addresses import tracking_uri
from runs.web.gate import page
from runs.workspaces.permissions import Action, is_allowed
from runs.workspaces.storable import is_storable

LIST = (live.LivePart("pipelines", "pipelines/_list.html"),)
MAX_TEXT_CHARS = 200
MOST_OPEN = 20


@dataclass(frozen=True)
class PipelineLine:
    """A pipeline of the list; `steps` where it is opened, and the address that opens or closes."""

    pipeline: Pipeline
    toggle: str
    steps: StepTree | None
    can_cancel: bool


@page(Action.RUN_READ)
def pipelines(request: HttpRequest) -> HttpResponse:
    """`?q=otter` finds in names, tags, descriptions, experiments and submitters; `&open=run-7`
    shows its steps; `&after=` is the next page."""
    text = request.GET.get("q", "")[:MAX_TEXT_CHARS].strip()
    after = read_key(request.GET.get("after"), int)
    found = list_pipelines(
        request.workspace,
        text=text if is_storable(text) else "",
        after=after,
    )
    context = {
        "place": "pipelines",
        "crumbs": [{"label": "Pipelines"}],
        "text": text,
        "lines": lines_of(request, found.rows),
        "is_later": after is not None,
        "next": address_with(request, after=write_key(found.after)) if found.after else "",
        "may_cancel": is_allowed(request.role, Action.RUN_CANCEL),
        "tracking_uri": tracking_uri(request, request.workspace),
    }
    return live.answer(request, "pipelines/list.html", LIST, context)


def lines_of(request: HttpRequest, rows: list[Pipeline]) -> list[PipelineLine]:
    """The rows of the list, those that the address opens with their steps."""
    opened = request.GET.getlist("open")[:MOST_OPEN]
    steps = {run.run_id: read_steps(run) for run in get_pipelines(request.workspace, opened)}
    return [
        PipelineLine(
            pipeline=row,
            toggle=address_with(request, open=toggled(opened, row.run.run_id)),
            steps=steps.get(row.run.run_id),
            can_cancel=row.run.status not in FINAL_STATUSES,
        )
        for row in rows
    ]


def toggled(opened: list[str], run_id: str) -> list[str]:
    """`opened` with the run, or without it where it is there."""
    rest = [one for one in opened if one != run_id]
    return rest if len(rest) < len(opened) else [*opened, run_id]


def address_with(request: HttpRequest, **changes: Any) -> str:
    """The address of this page with some fields of its query set anew."""
    query: dict[str, Any] = {name: request.GET.getlist(name) for name in ("q", "open", "after")}
    given = urlencode(query | changes, doseq=True)
    return f"{request.path}?{given}" if given else request.path
