"""Making, changing and removing clusters."""

import re
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from runs.compute.errors import ClusterInUse, UnknownCluster
from runs.compute.models import (
    Cluster,
    ClusterKind,
    ClusterState,
    FormerClusterName,
    Job,
    JobState,
    Node,
)
from runs.compute.nodes import LEASE_MS, check_node_scope
from runs.compute.slurm_options import check_options
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue, NameTaken
from runs.tracking.models import Run
from runs.tracking.texts import check_choice, check_json
from runs.workspaces.models import Workspace
from runs.workspaces.scopes import NodeScope, Scope

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}")
LOCAL = "local"


def create_cluster(
    *,
    workspace: Workspace,
    name: str,
    kind: str = ClusterKind.NODES,
    settings: dict[str, Any] | None = None,
    labels: dict[str, Any] | None = None,
    max_seconds: int | None = None,
) -> Cluster:
    """Make a cluster. Raises InvalidValue, NameTaken."""
    kind = check_choice(ClusterKind, kind, "kind of a cluster")
    cluster = Cluster(
        workspace=workspace,
        name=check_cluster_name(name),
        kind=kind,
        settings=check_options(kind, settings or {}, "settings"),
        labels=check_json(labels or {}, "labels"),
        max_seconds=check_seconds(max_seconds),
        created_ms=now_ms(),
    )
    _save(cluster)
    return cluster


def find_or_create_local(workspace: Workspace) -> Cluster:
    """Return the cluster `local` of a workspace, made on first use."""
    try:
        return get_cluster(workspace, LOCAL)
    except UnknownCluster:
        try:
            return create_cluster(workspace=workspace, name=LOCAL)
        except NameTaken:
            return get_cluster(workspace, LOCAL)


def get_cluster(workspace: Workspace, name: str) -> Cluster:
    """Return a cluster by its name, or by the name it had before. Raises UnknownCluster.

    One query, two where no cluster has this name now.
    """
    clusters = Cluster.objects.filter(workspace=workspace)
    found = clusters.filter(name=name).first()
    found = found or clusters.filter(former_names__name=name).order_by("-former_names__pk").first()
    if found is None:
        raise UnknownCluster(f"There is no cluster {name!r} in this workspace.")
    return found


def read_renamed(workspace: Workspace, names: Collection[str] | None = None) -> dict[str, str]:
    """Return former names that no cluster has now, each with the name of today of the cluster that
    had it last; of `names`, or all there are. One query."""
    taken = Cluster.objects.filter(workspace=workspace, name=OuterRef("name"))
    former = FormerClusterName.objects.filter(cluster__workspace=workspace).exclude(Exists(taken))
    former = former if names is None else former.filter(name__in=names)
    return dict(former.order_by("pk").values_list("name", "cluster__name"))


def get_cluster_of_node(workspace: Workspace, name: str, scope: Scope | None) -> Cluster:
    """Return the cluster that a node names, which may be a name of before; where another cluster
    has taken that, the token of the node decides. Raises UnknownCluster, NotAllowed."""
    if isinstance(scope, NodeScope):
        own = Cluster.objects.filter(workspace=workspace, pk=scope.cluster)
        named = own.filter(Q(name=name) | Q(former_names__name=name)).first()
        if named is not None:
            check_node_scope(named, scope)
            return named
    found = get_cluster(workspace, name)
    check_node_scope(found, scope)
    return found


def update_cluster(
    *,
    cluster: Cluster,
    name: str | None = None,
    state: str | None = None,
    settings: dict[str, Any] | None = None,
    labels: dict[str, Any] | None = None,
    max_seconds: int | None = None,
) -> Cluster:
    """Change what is given. `max_seconds` 0 takes the limit away.

    Under another name a cluster keeps its runs, and answers to the name of before too. Raises
    InvalidValue, NameTaken.
    """
    former = cluster.name
    if name is not None:
        cluster.name = check_cluster_name(name)
    if state is not None:
        cluster.state = check_choice(ClusterState, state, "state of a cluster")
    if settings is not None:
        cluster.settings = check_options(cluster.kind, settings, "settings")
    if labels is not None:
        cluster.labels = check_json(labels, "labels")
    if max_seconds is not None:
        cluster.max_seconds = check_seconds(max_seconds or None)
    with transaction.atomic():
        _save(cluster)
        if cluster.name != former:
            _follow_name(cluster, former)
    return cluster


def _follow_name(cluster: Cluster, former: str) -> None:
    """Note the name of before, and write the new one on the runs of a cluster."""
    FormerClusterName.objects.get_or_create(cluster=cluster, name=former)
    runs = Run.objects.filter(workspace=cluster.workspace_id, target=former)
    runs.filter(Q(job__cluster=cluster) | Q(sweep__isnull=False)).update(target=cluster.name)


def delete_cluster(*, cluster: Cluster) -> None:
    """Remove a cluster that nothing uses. Raises ClusterInUse, which says what does."""
    with transaction.atomic():
        jobs = Job.objects.filter(cluster=cluster)
        open_jobs = jobs.exclude(state=JobState.ENDED).count()
        nodes = Node.objects.filter(cluster=cluster, seen_ms__gt=now_ms() - LEASE_MS).count()
        if open_jobs or nodes:
            raise ClusterInUse(
                f"The cluster {cluster.name!r} has {open_jobs} queued or running runs and {nodes} "
                "nodes. Cancel or move the runs and stop the nodes first."
            )
        jobs.delete()
        cluster.delete()


def check_cluster_name(name: str) -> str:
    """Return `name`, or raise InvalidValue: a letter or digit, then up to 63 of `A-Za-z0-9_.-`."""
    if not isinstance(name, str) or NAME.fullmatch(name) is None:
        raise InvalidValue(
            "The name of a cluster starts with a letter or digit and holds at most 64 letters, "
            "digits, '_', '.' and '-'."
        )
    return name


def check_seconds(seconds: int | None) -> int | None:
    """Return a time limit in seconds, None for no limit. Raises InvalidValue."""
    if seconds is not None and not 1 <= seconds <= 10**9:
        raise InvalidValue("A time limit is between 1 and 1000000000 seconds.")
    return seconds


def _save(cluster: Cluster) -> None:
    try:
        with transaction.atomic():
            cluster.save()
    except IntegrityError as error:
        raise NameTaken(f"There is a cluster {cluster.name!r} already.") from error
