"""Changing a run: name, description, tags, archive and delete."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from runs.details.run_page import list_tags
from runs.tracking import services
from runs.tracking.client_tags import without_client_tags
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Lifecycle, Run
from runs.tracking.people_texts import ChangedMeanwhile, merge_run_texts
from runs.tracking.queries import get_run
from runs.tracking.statuses import Status, may_change
from runs.web import page_events
from runs.web.gate import page
from runs.web.tag_text import read_tag
from runs.web.text_edits import read_edit, refuse_edit
from runs.workspaces.permissions import Action

MOVES: dict[str, Callable[..., None]] = {
    Lifecycle.ACTIVE: services.restore_runs,
    Lifecycle.ARCHIVED: services.archive_runs,
    Lifecycle.DELETED: services.delete_runs,
}
MARKS = (Status.COMPLETED, Status.FAILED, Status.CANCELED)
WORDS = {
    Lifecycle.ACTIVE: "is restored.",
    Lifecycle.ARCHIVED: "is archived: hidden from lists, kept in full.",
    Lifecycle.DELETED: "is deleted. It can be restored.",
}


@page(Action.RUN_WRITE, methods=("POST",))
def change(request: HttpRequest, run_id: str) -> HttpResponse:
    """Write the name or the description, whichever was sent and edited; `name_seen` and
    `description_seen` are the stamps of the texts that the reader had before."""
    run = get_run(request.workspace, run_id)
    edit = read_edit(request)
    if not edit.texts.get("name", "a name").strip():
        raise InvalidValue("The name of a run must not be empty.")
    try:
        merge_run_texts(run=run, texts=edit.texts, seen=edit.seen, by=request.principal.name)
    except ChangedMeanwhile as changed:
        return refuse_edit(request, changed)
    return page_events.done()


@page(Action.RUN_WRITE, methods=("POST",))
def tag(request: HttpRequest, run_id: str) -> HttpResponse:
    """Add or change a tag given as `key=value` or `key`; or remove the one named `remove`."""
    run, by = get_run(request.workspace, run_id), request.principal.name
    if removed := request.POST.get("remove"):
        services.delete_tag(run=run, key=removed, by=by)
    else:
        key, value = read_tag(request.POST.get("tag", ""))
        services.set_tags(run=run, tags={key: value}, by=by)
    where = {"workspace": request.workspace.slug, "run_id": run.run_id}
    context = {
        "tags": without_client_tags(list_tags(run)),
        "tags_address": reverse("run_tag", kwargs=where),
    }
    return render(request, "components/_tag_editor.html", context)


@page(Action.RUN_WRITE, methods=("POST",))
def mark(request: HttpRequest, run_id: str) -> HttpResponse:
    """Say how a run has ended: `status` is Completed, Failed or Canceled."""
    run = get_run(request.workspace, run_id)
    status = next((one for one in MARKS if one == request.POST.get("status")), None)
    if status is None:
        raise InvalidValue(f"`status` is one of {', '.join(MARKS)}.")
    by, ended_ms = request.principal.name, run.ended_ms
    if not may_change(Status(run.status), status):
        # An ended run may end otherwise, by way of Running, as its history then says.
        services.update_run(run=run, status=Status.RUNNING, by=by)
    services.update_run(
        run=run, status=status, ended_ms=ended_ms, by=by, reason=f"Marked by {by}" if by else ""
    )
    return page_events.done(f"{run.name} is marked as {status.lower()}.")


def marks_of(run: Run) -> list[Status]:
    """Return the ends that a run may be marked with. One that a cluster runs is canceled
    instead."""
    if run.lifecycle != Lifecycle.ACTIVE or (run.target and not Status(run.status).is_final):
        return []
    return [status for status in MARKS if status != run.status]


@page(Action.RUN_WRITE, methods=("POST",))
def lifecycle(request: HttpRequest, run_id: str) -> HttpResponse:
    """Archive, delete, or bring back; the answer offers the way back."""
    run = get_run(request.workspace, run_id)
    before, after = run.lifecycle, request.POST.get("to", "")
    if after not in MOVES:
        raise InvalidValue("`to` must be active, archived or deleted.")
    MOVES[after](runs=[run])
    undo = page_events.Undo(request.path, {"to": before}) if after != Lifecycle.ACTIVE else None
    return page_events.done(f"{run.name} {WORDS[Lifecycle(after)]}", undo)
