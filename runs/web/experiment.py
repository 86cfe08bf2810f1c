"""The page of one experiment: what it is, and its runs."""

import json
import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from runs.compute.queries import count_targets
from runs.housekeeping.disk_use import read_experiment_use
from runs.table.saved_views import default_view
from runs.tracking.errors import NotFound
from runs.tracking.models import Experiment
from runs.tracking.queries import (
    find_renamed_experiment,
    get_experiment,
    get_experiment_by_name,
)
from runs.web import live
from runs.web.addresses import experiment_address, run_address, tracking_uri
from runs.web.experiment_edit import edit_context
from runs.web.gate import page
from runs.web.runs_table import with_view
from runs.web.table_page import make_table
from runs.workspaces.permissions import Action

PARTS = (live.LivePart("experiment", "experiments/_head.html"),)
OLD_RUN = re.compile(r"(?P<name>.+)/runs/(?P<run_id>[^/]+)/?")
OLD_NUMBER = re.compile(r"id/(?P<number>[0-9]{1,18})/?")


@page(Action.RUN_READ)
def by_name(request: HttpRequest, name: str) -> HttpResponse:
    """An experiment by its name; a former name, and an address as the Azure ML studio had it, go
    on to where the experiment or the run is now."""
    try:
        return show(request, get_experiment_by_name(request.workspace, name))
    except NotFound:
        moved = renamed_address(request, name) or azure_address(request.workspace.slug, name)
        if moved is None:
            raise
        return redirect(moved)


def renamed_address(request: HttpRequest, name: str) -> str | None:
    """Return the same address of the experiment that had this name before."""
    experiment = find_renamed_experiment(request.workspace, name)
    if experiment is None:
        return None
    address = experiment_address(request.workspace.slug, experiment.name, experiment.number)
    query = request.GET.urlencode()
    return f"{address}?{query}" if query else address


def azure_address(slug: str, path: str) -> str | None:
    """Return the address of what the Azure ML studio had at `/experiments/<path>`."""
    if match := OLD_RUN.fullmatch(path):
        return run_address(slug, match["run_id"])
    if match := OLD_NUMBER.fullmatch(path):
        return reverse("experiment_by_number", args=[slug, match["number"]])
    return None


@page(Action.RUN_READ)
def by_number(request: HttpRequest, number: int) -> HttpResponse:
    return show(request, get_experiment(request.workspace, number))


def show(request: HttpRequest, experiment: Experiment) -> HttpResponse:
    """The page; a bare address opens the experiment's default view where it has one."""
    if not request.GET:
        view = default_view(workspace=request.workspace, experiment=experiment)
        if view is not None:
            return redirect(f"{request.path}{with_view(view.query, view.id)}")
    context = {
        **edit_context(request, experiment),
        "place": "experiments",
        "crumbs": [
            {"label": "Experiments", "href": f"/w/{request.workspace.slug}/experiments"},
            {"label": experiment.name},
        ],
        "targets": count_targets(experiment),
        "usage": read_experiment_use(experiment),
        "tracking_uri": tracking_uri(request, request.workspace),
        "name_in_python": json.dumps(experiment.name, ensure_ascii=False),
    }
    if not live.is_part_request(request):
        fixed = {"exp": experiment.name}
        context["table"] = make_table(request, fixed=fixed, experiment=experiment)
    return live.answer(request, "experiments/experiment.html", PARTS, context)
