"""The Compute pages: the clusters of a workspace, and one cluster with its runs and nodes."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from runs.compute.board import read_board, read_tiles
from runs.compute.clusters import (
    create_cluster,
    delete_cluster,
    find_or_create_local,
    get_cluster,
    update_cluster,
)
from runs.compute.models import Cluster, ClusterKind
from runs.compute.nodes import (
    LEASE_MS,
    get_node,
    load_of,
    make_node_token,
    runs_on_nodes,
    set_draining,
)
from runs.compute.queries import ClusterCounts, count_finished, list_clusters, list_nodes
from runs.compute.sampling import SPANS
from runs.compute.sweeping import sweep_if_due
from runs.database.side_writes import beside_a_read
from runs.http.query import is_whole
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue, NotFound
from runs.web import live, page_events
from runs.web.cluster_charts import draw_tiles, find_span, read_charts
from runs.web.gate import page
from runs.workspaces.access import is_loopback
from runs.workspaces.permissions import Action, is_allowed

TABS = (
    ("runs", "Runs"),
    ("nodes", "Nodes"),
    ("details", "Details"),
    ("monitoring", "Monitoring"),
)
LIST = (live.LivePart("clusters", "compute/_clusters.html"),)
HEAD = live.LivePart("cluster-head", "compute/_head.html")
PARTS = {
    "runs": (
        live.LivePart("cluster-tiles", "compute/_tiles.html"),
        live.LivePart("cluster-runs", "compute/_runs.html"),
    ),
    "nodes": (live.LivePart("cluster-nodes", "compute/_nodes.html"),),
    "details": (live.LivePart("cluster-details", "compute/_details.html"),),
    "monitoring": (live.LivePart("cluster-monitoring", "compute/_monitoring.html"),),
}
KEYS = (
    {"key": "Alt ↑", "does": "Move the queued run in focus up"},
    {"key": "Alt ↓", "does": "Move the queued run in focus down"},
)


@page(Action.CLUSTER_READ)
def clusters(request: HttpRequest) -> HttpResponse:
    """All clusters. Every workspace has one called `local`."""
    find_or_create_local(request.workspace)
    found = list_clusters(request.workspace)
    sums = {
        "nodes": sum(one.busy_nodes + one.idle_nodes for one in found),
        "running": sum(one.running for one in found),
        "queued": sum(one.queued for one in found),
    }
    context = frame(request) | {"clusters": found, "sums": sums, "kinds": ClusterKind.choices}
    return live.answer(request, "compute/clusters.html", LIST, context)


@page(Action.CLUSTER_READ)
def cluster(request: HttpRequest, name: str, tab: str = "runs") -> HttpResponse:
    """One cluster: what runs and waits, its nodes, its settings, what went on."""
    if tab not in PARTS:
        raise NotFound(f"A cluster has no tab '{tab}'.")
    found = get_cluster(request.workspace, name)
    if found.name != name:
        query = request.META["QUERY_STRING"]
        return redirect(address_of(request, found.name, tab) + (f"?{query}" if query else ""))
    with beside_a_read():
        sweep_if_due()
    every = list_clusters(request.workspace)
    counts = next(one for one in every if one.cluster.pk == found.pk)
    context = frame(request, found) | {"cluster": found, "counts": counts, "tab": tab, "tabs": TABS}
    context["others"] = [one.cluster.name for one in every if one.cluster.pk != found.pk]
    context |= READS[tab](request, found, counts)
    return live.answer(request, "compute/cluster.html", (HEAD, *PARTS[tab]), context)


def read_runs(request: HttpRequest, cluster: Cluster, counts: ClusterCounts) -> dict[str, Any]:
    """What the tab Runs shows."""
    return {
        "board": read_board(cluster),
        "tiles": draw_tiles(read_tiles(cluster), counts),
        "finished": count_finished(cluster),
        "now_ms": now_ms(),
        "keys": KEYS,
    }


def read_nodes(request: HttpRequest, cluster: Cluster, counts: ClusterCounts) -> dict[str, Any]:
    """What the tab Nodes shows; `?new=1` with the command that starts one."""
    nodes = list_nodes(cluster)
    working = runs_on_nodes(nodes)
    return {
        "nodes": [(node, working.get(node.pk, []), load_of(node)) for node in nodes],
        "lost_before_ms": now_ms() - LEASE_MS,
        "is_new": "new" in request.GET,
    }


def read_details(request: HttpRequest, cluster: Cluster, counts: ClusterCounts) -> dict[str, Any]:
    """The tab Details shows the cluster itself."""
    return {}


def read_monitoring(
    request: HttpRequest, cluster: Cluster, counts: ClusterCounts
) -> dict[str, Any]:
    """What the tab Monitoring shows; `?span=1w`."""
    span = find_span(request.GET.get("span", ""))
    return {"charts": read_charts(cluster, span), "span": span, "spans": SPANS}


READS = {
    "runs": read_runs,
    "nodes": read_nodes,
    "details": read_details,
    "monitoring": read_monitoring,
}


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
    """Make a cluster called `name` of a `kind`, and go to its page."""
    made = create_cluster(
        workspace=request.workspace,
        name=request.POST.get("name", "").strip(),
        kind=request.POST.get("kind", ClusterKind.NODES),
    )
    return page_events.go(address_of(request, made.name, "nodes") + "?new=1")


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
    if not is_whole(text) or not 0 < int(text) < 10**7:
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
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    context = frame(request, found) | {"cluster": found, "token": make_node_token(found)}
    context["is_here_alone"] = host == "localhost" or is_loopback(host)
    return render(request, "compute/_node_command.html", context)


@page(Action.CLUSTER_MANAGE, ("POST",))
def change_node(request: HttpRequest, name: str, incarnation: str) -> HttpResponse:
    """Let a node take nothing new (`drain` 1), or go on (0)."""
    node = get_node(get_cluster(request.workspace, name), incarnation)
    drains = request.POST.get("drain") == "1"
    set_draining(node=node, is_draining=drains)
    return page_events.done(f"{node.name} {'takes no new runs' if drains else 'takes runs again'}.")


def address_of(request: HttpRequest, name: str, tab: str) -> str:
    """Return the address of a tab of a cluster's page."""
    where = {"workspace": request.workspace.slug, "name": name, "tab": tab}
    return reverse("cluster", kwargs=where)
