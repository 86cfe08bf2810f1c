"""The names of experiments, for menus that offer them."""

from django.http import HttpRequest, HttpResponse

from runs.http.query import read_flag
from runs.table.experiment_list import ExperimentSearch, list_matching
from runs.tracking.experiment_search import order_of_name
from runs.tracking.models import Lifecycle
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.workspaces.permissions import Action

MOST_NAMES = 100
OFFERED = (Lifecycle.ACTIVE, Lifecycle.ARCHIVED)


@page(Action.RUN_READ)
def choices(request: HttpRequest) -> HttpResponse:
    """`?search=resnet`: the first names that hold the text, in any case, and how many do.

    `&recent=1`: those with the newest runs first, archived ones at the end; else by name.
    """
    text, is_recent = request.GET.get("search", "").strip(), read_flag(request.GET, "recent")
    names = [name for lifecycle in OFFERED for name in names_of(request, text, lifecycle)]
    shown = names if is_recent else sorted(names, key=order_of_name)
    return as_json({"names": shown[:MOST_NAMES], "total": len(names)})


def names_of(request: HttpRequest, text: str, lifecycle: str) -> list[str]:
    """The names in a lifecycle, those with the newest runs first."""
    search = ExperimentSearch(text=text, lifecycle=lifecycle, sort="activity")
    return [row.name for row in list_matching(request.workspace, search)]
