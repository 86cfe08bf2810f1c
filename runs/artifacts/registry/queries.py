"""Reading registered models. Versions of deleted runs are hidden until the run is restored."""

from dataclasses import dataclass

from django.db.models import Max, QuerySet

from runs.artifacts.errors import UnknownModel
from runs.artifacts.registry.models import ModelVersion
from runs.tracking.models import GONE, Run
from runs.workspaces.models import Workspace


@dataclass(frozen=True)
class VersionPage:
    """Versions, the newest first; go on behind the key `after`."""

    items: list[ModelVersion]
    after: int | None


def list_versions(
    workspace: Workspace,
    *,
    name: str = "",
    run_id: str = "",
    is_latest: bool = False,
    limit: int = 100,
    after: int | None = None,
) -> VersionPage:
    """Return a page of versions: of a model, of a run, or the latest of each model. One query."""
    found = shown(workspace)
    if name:
        found = found.filter(model__name=name)
    if run_id:
        found = found.filter(run__run_id=run_id)
    if is_latest:
        found = found.filter(pk__in=latest_keys(workspace))
    if after is not None:
        found = found.filter(pk__lt=after)
    rows = list(found.order_by("-pk")[: limit + 1])
    more = len(rows) > limit
    return VersionPage(rows[:limit], rows[limit - 1].pk if more else None)


def get_version(workspace: Workspace, name: str, version: int) -> ModelVersion:
    """Return a version with its run. One query. Raises UnknownModel."""
    found = shown(workspace).filter(model__name=name, version=version).first()
    if found is None:
        raise UnknownModel(f"There is no version {version} of a model {name!r}.")
    return found


def versions_of_run(run: Run) -> list[ModelVersion]:
    """Return the versions that name files of a run, the newest first. One query."""
    return list(ModelVersion.objects.select_related("model").filter(run=run).order_by("-pk"))


def shown(workspace: Workspace) -> QuerySet[ModelVersion]:
    """Return the versions of a workspace whose runs are not deleted."""
    found = ModelVersion.objects.select_related("model", "run", "run__experiment")
    return found.filter(model__workspace=workspace).exclude(run__lifecycle__in=GONE)


def latest_keys(workspace: Workspace) -> QuerySet:
    """Return the key of the latest version of each model: a later one has a higher key."""
    alive = ModelVersion.objects.filter(model__workspace=workspace)
    alive = alive.exclude(run__lifecycle__in=GONE).order_by()
    return alive.values("model").annotate(latest=Max("pk")).values("latest")
