"""The names of experiments, for menus that offer them."""

from django.http import HttpRequest, JsonResponse

from runs.tracking.experiment_search import order_of_name
from runs.tracking.models import Experiment, Lifecycle
from runs.web.gate import page
from runs.workspaces.permissions import Action

MOST_NAMES = 100


@page(Action.RUN_READ)
def choices(request: HttpRequest) -> JsonResponse:
    """`?search=resnet`: the first names that hold the text, in any case, and how many do."""
    found = Experiment.objects.filter(workspace=request.workspace)
    found = found.exclude(lifecycle=Lifecycle.DELETED)
    if text := request.GET.get("search", "").strip():
        found = found.filter(name__icontains=text)
    names = sorted(found.values_list("name", flat=True), key=order_of_name)
    return JsonResponse({"names": names[:MOST_NAMES], "total": len(names)})
