"""What is done to the runs of a cluster: moved in the queue, to another cluster, canceled."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from runs.compute.attempts import cancel
from runs.compute.clusters import get_cluster
from runs.compute.moving import move_job
from runs.compute.submitting import get_job
from runs.http.query import is_whole
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.queries import get_run, runs_named
from runs.web import page_events
from runs.web.gate import page
from runs.workspaces.permissions import Action

MOST_BULK = 1000


@page(Action.RUN_SUBMIT, ("POST",))
def move(request: HttpRequest, name: str) -> HttpResponse:
    """Move waiting runs (`run`, many times): `to` another place of the queue, right `before`
    another run, to another `priority` or another `cluster`."""
    runs, change = chosen(request), change_of(request)
    # The first of several comes out first, whichever way they are moved.
    for run in reversed(runs) if change.get("to") in ("top", "down") else runs:
        move_job(job=get_job(run), **change)
    return page_events.done(told(runs, change))


def change_of(request: HttpRequest) -> dict[str, Any]:
    """Where to: the first of `to`, `before`, `priority` and `cluster` that is given.

    Raises InvalidValue.
    """
    if to := request.POST.get("to"):
        return {"to": to}
    if before := request.POST.get("before"):
        return {"before": get_job(get_run(request.workspace, before))}
    if priority := request.POST.get("priority"):
        return {"priority": read_priority(priority)}
    if name := request.POST.get("cluster"):
        return {"cluster": get_cluster(request.workspace, name)}
    raise InvalidValue("Say where to: to, before, priority or cluster.")


def read_priority(text: str) -> int:
    """Return a priority. Raises InvalidValue."""
    if not is_whole(text.removeprefix("-")) or len(text) > 6:
        raise InvalidValue("A priority is a whole number.")
    return int(text)


def told(runs: list[Run], change: dict[str, Any]) -> str:
    """Say what has been done."""
    words = runs[0].name if len(runs) == 1 else f"{len(runs)} runs"
    return f"Moved {words} to {change['cluster'].name}." if "cluster" in change else "Moved."


@page(Action.RUN_CANCEL, ("POST",))
def cancel_runs(request: HttpRequest) -> HttpResponse:
    """Cancel runs (`run`, many times)."""
    runs = chosen(request)
    for run in runs:
        cancel(run=run, by=request.principal.name)
    words = f"{runs[0].name} is" if len(runs) == 1 else f"{len(runs)} runs are"
    return page_events.done(f"{words} being canceled.")


def chosen(request: HttpRequest) -> list[Run]:
    """The runs that the form names, in its order. Raises InvalidValue for none, NotFound."""
    run_ids = list(dict.fromkeys(request.POST.getlist("run")))[:MOST_BULK]
    if not run_ids:
        raise InvalidValue("Choose the runs first.")
    found = {run.run_id: run for run in runs_named(request.workspace, run_ids)}
    return [found.get(one) or get_run(request.workspace, one) for one in run_ids]
