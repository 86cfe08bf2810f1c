"""The Compute pages: the clusters of a workspace, and one cluster with its runs and nodes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from runs.compute.attempts import cancel
from runs.compute.clusters import (
    create_cluster,
    delete_cluster,
    find_or_create_local,
    get_cluster,
    update_cluster,
)
from runs.compute.models import Cluster
from runs.compute.nodes import LEASE_MS, get_node, make_node_token, set_draining
from runs.compute.queries import count_finished, list_clusters, list_nodes, read_queue
from runs.compute.submitting import get_job, move_job
from runs.compute.sweeping import sweep_if_due
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue, NotFound
from runs.tracking.queries import get_run, runs_named
from runs.web import live, page_events
from runs.web.gate import page
from runs.workspaces.permissions import Action, is_allowed

TABS = (("runs", "Runs"), ("nodes", "Nodes"), ("details", "Details"))
LIST = (live.Part("clusters", "compute/_clusters.html"),)
HEAD = live.Part("cluster-head", "compute/_head.html")
PARTS = {
    "runs": live.Part("cluster-runs", "compute/_runs.html"),
    "nodes": live.Part("cluster-nodes", "compute/_nodes.html"),
    "details": live.Part("cluster-details", "compute/_details.html"),
}
MOST_BULK = 1000


@page(Action.CLUSTER_READ)
def clusters(request: HttpRequest) -> HttpResponse:
    """All clusters. Every workspace has one called `local`."""
    find_or_create_local(request.workspace)
    context = frame(request) | {"clusters": list_clusters(request.workspace)}
    return live.answer(request, "compute/clusters.html", LIST, context)


@page(Action.CLUSTER_READ)
def cluster(request: HttpRequest, name: str, tab: str = "runs") -> HttpResponse:
    """One cluster: what runs and waits, its nodes, its settings."""
    if tab not in PARTS:
        raise NotFound(f"A cluster has no tab '{tab}'.")
    found = get_cluster(request.workspace, name)
    sweep_if_due()
    counts = next(one for one in list_clusters(request.workspace) if one.cluster.pk == found.pk)
    context = frame(request, found) | {"cluster": found, "counts": counts, "tab": tab, "tabs": TABS}
    context |= {"nodes": list_nodes(found), "lost_before_ms": now_ms() - LEASE_MS}
    if tab == "runs":
        context |= {"queue": read_queue(found), "finished": count_finished(found)}
    return live.answer(request, "compute/cluster.html", (HEAD, PARTS[tab]), context)


def frame(request: HttpRequest, cluster: Cluster | None = None) -> dict[str, Any]:
    """What every page of Compute needs."""
    crumb = {"label": "Compute"}
    if cluster is not None:
        where = {"workspace": request.workspace.slug}
        crumb["href"] = reverse("clusters", kwargs=where)
    return {
        "place": "compute/clusters",
        "crumbs": [crumb, *([{"label": cluster.name}] if cluster else [])],
        "may_manage": is_allowed(request.role, Action.CLUSTER_MANAGE),
        "may_submit": is_allowed(request.role, Action.RUN_SUBMIT),
        "origin": request.build_absolute_uri("/").rstrip("/"),
    }


@page(Action.CLUSTER_MANAGE, ("POST",))
def create(request: HttpRequest) -> HttpResponse:
    """Make a cluster called `name`, and go to its page."""
    made = create_cluster(workspace=request.workspace, name=request.POST.get("name", "").strip())
    return page_events.go(address_of(request, made.name, "nodes"))


@page(Action.CLUSTER_MANAGE, ("POST",))
def change(request: HttpRequest, name: str) -> HttpResponse:
    """Pause, drain or activate a cluster (`state`), or limit the time of its runs."""
    found = get_cluster(request.workspace, name)
    minutes = request.POST.get("minutes")
    limit_s = None if minutes is None else read_minutes(minutes)
    update_cluster(cluster=found, state=request.POST.get("state"), max_seconds=limit_s)
    return page_events.done("Saved.")


def read_minutes(text: str) -> int:
    """Return a time limit in seconds, 0 for an empty text. Raises InvalidValue."""
    text = text.strip()
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**7):
        raise InvalidValue("A time limit is a whole number of minutes.")
    return int(text) * 60


@page(Action.CLUSTER_MANAGE, ("POST",))
def remove(request: HttpRequest, name: str) -> HttpResponse:
    """Remove a cluster that nothing uses. Raises ClusterInUse."""
    delete_cluster(cluster=get_cluster(request.workspace, name))
    return page_events.go(reverse("clusters", kwargs={"workspace": request.workspace.slug}))


@page(Action.CLUSTER_MANAGE, ("POST",))
def node_command(request: HttpRequest, name: str) -> HttpResponse:
    """The command that starts a node on another machine, with a fresh token."""
    found = get_cluster(request.workspace, name)
    context = frame(request, found) | {"cluster": found, "token": make_node_token(found)}
    return render(request, "compute/_node_command.html", context)


@page(Action.CLUSTER_MANAGE, ("POST",))
def change_node(request: HttpRequest, name: str, incarnation: str) -> HttpResponse:
    """Let a node take nothing new (`drain` 1), or go on (0)."""
    node = get_node(get_cluster(request.workspace, name), incarnation)
    drains = request.POST.get("drain") == "1"
    set_draining(node=node, is_draining=drains)
    return page_events.done(f"{node.name} {'takes no new runs' if drains else 'takes runs again'}.")


@page(Action.RUN_SUBMIT, ("POST",))
def move(request: HttpRequest, name: str) -> HttpResponse:
    """Move waiting runs (`run`, many times) `to` another place of the queue."""
    runs = chosen(request)
    to = request.POST.get("to", "")
    # The first of several comes out first, whichever way they are moved.
    for run in reversed(runs) if to in ("top", "down") else runs:
        move_job(job=get_job(run), to=to)
    return page_events.done("Moved.")


@page(Action.RUN_CANCEL, ("POST",))
def cancel_runs(request: HttpRequest) -> HttpResponse:
    """Cancel runs (`run`, many times)."""
    runs = chosen(request)
    for run in runs:
        cancel(run=run, by=request.principal.name)
    words = f"{runs[0].name} is" if len(runs) == 1 else f"{len(runs)} runs are"
    return page_events.done(f"{words} being canceled.")


def chosen(request: HttpRequest) -> list[Any]:
    """The runs that the form names, in its order. Raises InvalidValue for none, NotFound."""
    run_ids = list(dict.fromkeys(request.POST.getlist("run")))[:MOST_BULK]
    if not run_ids:
        raise InvalidValue("Choose the runs first.")
    found = {run.run_id: run for run in runs_named(request.workspace, run_ids)}
    return [found.get(one) or get_run(request.workspace, one) for one in run_ids]


def address_of(request: HttpRequest, name: str, tab: str) -> str:
    """Return the address of a tab of a cluster's page."""
    where = {"workspace": request.workspace.slug, "name": name, "tab": tab}
    return reverse("cluster", kwargs=where)
