"""The page of one run: its head, and the tab that is open."""

from django.http import HttpRequest, HttpResponse

from runs.compute.queries import find_job
from runs.compute.queues import JobFacts, describe_job
from runs.details.run_failures import read_failure
from runs.details.run_page import read_head
from runs.tracking.clock import now_ms
from runs.tracking.errors import NotFound
from runs.tracking.models import Lifecycle, Run, RunKind
from runs.tracking.queries import get_run
from runs.tracking.statuses import Status
from runs.web import (
    live,
    run_children,
    run_details,
    run_edit,
    run_images,
    run_metrics,
    run_monitoring,
    run_outputs,
    run_raw,
    run_snapshot,
)
from runs.web.addresses import experiment_address, run_address
from runs.web.gate import page
from runs.web.pipe import command_for
from runs.web.run_tabs import RunTab
from runs.workspaces.permissions import Action

# The tabs in their order. The first is shown when the address names none.
TABS: tuple[RunTab, ...] = (
    run_details.TAB,
    run_metrics.TAB,
    run_images.TAB,
    run_children.TAB,
    run_outputs.TAB,
    run_snapshot.TAB,
    run_monitoring.TAB,
    run_raw.TAB,
)
HEAD = live.LivePart("run-head", "runs/_head.html")


@page(Action.RUN_READ)
def run(request: HttpRequest, run_id: str, tab: str = TABS[0].slug) -> HttpResponse:
    found = get_run(request.workspace, run_id)
    opened = next((one for one in TABS if one.slug == tab), None)
    if opened is None:
        raise NotFound(f"A run has no tab '{tab}'.")
    head = read_head(found)
    context = {
        "place": "runs",
        "crumbs": crumbs_of(request, found),
        "run": found,
        "head": head,
        "failure": read_failure(found),
        "job": (job := read_active_job(found)),
        "can_cancel": job is not None or is_open_sweep(found),
        "marks": run_edit.marks_of(found),
        "pipe_command": command_for(request),
        "now_ms": now_ms(),
        "tab": opened,
        "tabs": [
            (one, run_address(request.workspace.slug, run_id, one.slug), one.count(head))
            for one in TABS
        ],
        **opened.read(request, found),
    }
    is_live = not Status(found.status).is_final and found.lifecycle != Lifecycle.DELETED
    return live.answer(request, opened.page, (HEAD, *opened.parts), context, is_live=is_live)


def read_active_job(found: Run) -> JobFacts | None:
    """Return the job of a run that waits for a cluster or runs on one; None for all others."""
    if not found.target or Status(found.status).is_final:
        return None
    job = find_job(found)
    return None if job is None else describe_job(job)


def is_open_sweep(found: Run) -> bool:
    """Whether a run is the parent of a sweep that goes on: it has no job of its own."""
    return found.kind == RunKind.SWEEP and not Status(found.status).is_final


def crumbs_of(request: HttpRequest, found: Run) -> list[dict[str, str]]:
    slug, experiment = request.workspace.slug, found.experiment
    return [
        {
            "label": experiment.name,
            "href": experiment_address(slug, experiment.name, experiment.number),
        },
        {"label": found.name},
    ]
