"""Searching in tests."""

from runs.search import Search, search_runs
from runs.tracking.filters import parse
from runs.tracking.models import Run
from tests.factories import default_workspace


def found(text: str = "", **search) -> list[str]:
    """The names of the runs found, in order."""
    search.setdefault("workspace", default_workspace())
    paging = {name: search.pop(name) for name in ("limit", "after") if name in search}
    page = search_runs(Search(filter=parse(text), **search), **paging)
    names = dict(Run.objects.filter(id__in=page.run_ids).values_list("id", "name"))
    return [names[run_id] for run_id in page.run_ids]
