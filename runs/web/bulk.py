"""One change to many runs, asked for by the run table."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from runs.table.bulk import CHANGES, get_runs, move_runs, tag_runs
from runs.table.run_list import find_matching_runs
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.web.saved_views import read_body
from runs.web.table_state import read_search
from runs.workspaces.permissions import Action

MOST_IDS_SENT = 10_000


@page(Action.RUN_WRITE, ("POST",))
def bulk(request: HttpRequest) -> HttpResponse:
    """`{"action", "run_ids"}`, or `"matching"`: the query string of the table instead of ids.

    Actions: archive, restore, delete; tag with `key` and `value`; move with `experiment`. Answers
    with how many runs were meant, and their ids for an undo.
    """
    body = read_body(request)
    runs = runs_meant(request, body)
    action = body.get("action")
    if action in CHANGES:
        CHANGES[action](runs=runs)
    elif action == "tag":
        tag_runs(
            runs=runs,
            key=body.get("key", ""),
            value=body.get("value") or None,
            by=request.principal.name,
        )
    elif action == "move":
        move_runs(runs=runs, workspace=request.workspace, name=body.get("experiment", ""))
    else:
        raise InvalidValue(f"action is one of {', '.join(CHANGES)}, tag, move.")
    run_ids = [run.run_id for run in runs[:MOST_IDS_SENT]]
    return as_json({"count": len(runs), "run_ids": run_ids})


def runs_meant(request: HttpRequest, body: dict[str, Any]) -> list[Run]:
    if "matching" in body:
        query = QueryDict(str(body["matching"]).removeprefix("?"))
        return find_matching_runs(read_search(request, query))
    run_ids = body.get("run_ids")
    if not isinstance(run_ids, list) or not all(isinstance(one, str) for one in run_ids):
        raise InvalidValue("run_ids is a list of run ids.")
    return get_runs(workspace=request.workspace, run_ids=list(dict.fromkeys(run_ids)))
