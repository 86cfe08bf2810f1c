"""Changing an experiment: name, description, tags, archive and delete."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from runs.tracking import services
from runs.tracking.client_tags import without_client_tags
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Experiment, Lifecycle
from runs.tracking.people_texts import ChangedMeanwhile, merge_experiment_texts
from runs.tracking.queries import get_experiment
from runs.web import page_events
from runs.web.addresses import experiment_address
from runs.web.gate import page
from runs.web.tag_text import read_tag
from runs.web.text_edits import read_edit, refuse_edit
from runs.workspaces.permissions import Action

MOVES: dict[tuple[str, str], Callable[..., None]] = {
    (Lifecycle.ACTIVE, Lifecycle.ARCHIVED): services.archive_experiment,
    (Lifecycle.ACTIVE, Lifecycle.DELETED): services.delete_experiment,
    (Lifecycle.ARCHIVED, Lifecycle.ACTIVE): services.reactivate_experiment,
    (Lifecycle.ARCHIVED, Lifecycle.DELETED): services.delete_experiment,
    (Lifecycle.DELETED, Lifecycle.ACTIVE): services.restore_experiment,
}
WORDS = {
    Lifecycle.ACTIVE: "is restored.",
    Lifecycle.ARCHIVED: "is archived. Its runs are unchanged.",
    Lifecycle.DELETED: "and its runs are deleted.",
}


@page(Action.EXPERIMENT_WRITE)
def panel(request: HttpRequest, number: int) -> HttpResponse:
    """The side panel to change an experiment."""
    experiment = get_experiment(request.workspace, number)
    return render(request, "experiments/_panel.html", edit_context(request, experiment))


@page(Action.EXPERIMENT_WRITE, methods=("POST",))
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Write name and description, each where it was sent and edited. The page of an experiment
    that was renamed moves on to its new address."""
    experiment = get_experiment(request.workspace, number)
    before, edit = address_of(request, experiment), read_edit(request)
    try:
        merge_experiment_texts(experiment=experiment, texts=edit.texts, seen=edit.seen)
    except ChangedMeanwhile as changed:
        return refuse_edit(request, changed)
    after = address_of(request, experiment)
    if after != before and urlsplit(request.headers.get("HX-Current-URL", "")).path == before:
        return page_events.go(after)
    return page_events.done("Saved.")


@page(Action.EXPERIMENT_WRITE, methods=("POST",))
def tag(request: HttpRequest, number: int) -> HttpResponse:
    """Add or change a tag given as `key=value` or `key`; or remove the one named `remove`."""
    experiment = get_experiment(request.workspace, number)
    if removed := request.POST.get("remove"):
        services.delete_experiment_tag(experiment=experiment, key=removed)
    else:
        key, value = read_tag(request.POST.get("tag", ""))
        services.set_experiment_tag(experiment=experiment, key=key, value=value or "")
    answer = render(request, "components/_tag_editor.html", edit_context(request, experiment))
    return page_events.add_events(answer)


@page(Action.EXPERIMENT_WRITE, methods=("POST",))
def lifecycle(request: HttpRequest, number: int) -> HttpResponse:
    """Archive, delete, or bring back; the answer offers the way back."""
    experiment = get_experiment(request.workspace, number)
    before, after = experiment.lifecycle, request.POST.get("to", "")
    if after not in Lifecycle.values:
        raise InvalidValue("`to` must be active, archived or deleted.")
    if before == after:
        return page_events.done()
    move = MOVES.get((before, after))
    if move is None:
        raise InvalidValue("Restore the experiment before archiving it.")
    move(experiment=experiment)
    undo = page_events.Undo(request.path, {"to": before}) if after != Lifecycle.ACTIVE else None
    return page_events.done(f"{experiment.name} {WORDS[Lifecycle(after)]}", undo)


def edit_context(request: HttpRequest, experiment: Experiment) -> dict[str, object]:
    where = {"workspace": request.workspace.slug, "number": experiment.number}
    tags = experiment.tags.order_by("key").values_list("key", "value")
    return {
        "experiment": experiment,
        "tags": without_client_tags(tags),
        "tags_address": reverse("experiment_tag", kwargs=where),
    }


def address_of(request: HttpRequest, experiment: Experiment) -> str:
    return experiment_address(request.workspace.slug, experiment.name, experiment.number)
