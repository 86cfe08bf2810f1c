"""Where things are: addresses of experiments and runs, as pages and scripts need them."""

from collections.abc import Sequence
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse

from runs.http.cursors import write_cursor
from runs.workspaces.models import Workspace

SEGMENTS_BROWSERS_DROP = {"", ".", ".."}


def experiment_address(slug: str, name: str, number: int) -> str:
    """The page of an experiment: by its name, or by its number where a browser would not keep
    the name as it is (`a//b`, `../c`)."""
    if SEGMENTS_BROWSERS_DROP & set(name.split("/")):
        return reverse("experiment_by_number", kwargs={"workspace": slug, "number": number})
    return f"/w/{slug}/experiments/{quote(name, safe='/')}"


def run_address(slug: str, run_id: str, tab: str = "") -> str:
    return f"/w/{slug}/runs/{quote(run_id, safe='')}" + (f"/{tab}" if tab else "")


def tracking_uri(request: HttpRequest, workspace: Workspace) -> str:
    """What a reader sets as MLFLOW_TRACKING_URI, by the address they see the studio under."""
    root = request.build_absolute_uri("/").rstrip("/")
    return root if workspace.slug == "default" else f"{root}/w/{workspace.slug}"


def next_address(request: HttpRequest, place: Sequence[int] | None) -> str:
    """Return the address of the following page of a list; "" where this page is the last."""
    if place is None:
        return ""
    query = request.GET.copy()
    query.pop("since", None)
    query["after"] = write_cursor(place)
    return f"{request.path}?{query.urlencode()}"
