"""What the search box of every page finds, and the counts beside the places of the rail."""

from dataclasses import dataclass

from django.db.models import Q

from runs.tracking.models import Experiment, Lifecycle, Run
from runs.tracking.texts import is_storable
from runs.workspaces.models import Workspace

MOST_EACH = 6


@dataclass(frozen=True)
class Found:
    """The best few of each kind; newest runs first."""

    experiments: list[Experiment]
    runs: list[Run]


def search_names(*, workspace: Workspace, text: str) -> Found:
    """Find experiments by a part of their name, runs by a part of their name or the beginning of
    their id. Two queries."""
    text = text.strip()
    if not text or not is_storable(text):
        return Found([], [])
    experiments = Experiment.objects.filter(
        workspace=workspace, name__icontains=text, lifecycle=Lifecycle.ACTIVE
    )
    runs = Run.objects.filter(
        Q(name__icontains=text) | Q(run_id__startswith=text),
        workspace=workspace,
        lifecycle=Lifecycle.ACTIVE,
    )
    return Found(
        list(experiments.order_by("name")[:MOST_EACH]),
        list(runs.select_related("experiment").order_by("-id")[:MOST_EACH]),
    )


def count_places(workspace: Workspace) -> dict[str, int]:
    """Active experiments and runs of a workspace, without child runs: as many as their pages list.
    Two queries, both over an index alone."""
    here = {"workspace": workspace, "lifecycle": Lifecycle.ACTIVE}
    return {
        "experiments": Experiment.objects.filter(**here).count(),
        "runs": Run.objects.filter(**here, parent=None).count(),
    }
