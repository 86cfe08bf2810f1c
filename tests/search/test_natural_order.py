"""Names are sorted as people sort them, on both databases alike."""

import pytest

from runs.search import Search, parse_sort, search_runs
from runs.tracking import services
from runs.tracking.models import Run
from tests.factories import default_workspace, make_run

ORDERED = ["1", "02", "10", "Trial-2", "trial-10", "trial-10b", "v1.9", "v1.10", "v1.10.1", "é"]
HUGE = ["x1", "x" + "9" * 19, "x1" + "0" * 25, "x2" + "0" * 25]


def names_by(sort: str, limit: int = 50) -> list[str]:
    """The names of all runs, page by page."""
    search = Search(workspace=default_workspace(), sort=parse_sort(sort))
    names, after = [], None
    while True:
        page = search_runs(search, limit=limit, after=after)
        by_id = Run.objects.in_bulk(page.run_ids)
        names += [by_id[one].name for one in page.run_ids]
        if not (after := page.next):
            return names


@pytest.mark.parametrize("ordered", [ORDERED, HUGE])
def test_numbers_in_names_sort_by_their_size(db, ordered):
    for name in ordered[::2] + ordered[1::2]:
        make_run(name=name)

    assert names_by("name") == ordered
    assert names_by("-name") == ordered[::-1]
    assert names_by("name", limit=2) == ordered


def test_a_new_name_has_its_own_place(db):
    for name in ("t2", "t10", "t3"):
        run = make_run(name=name)

    services.update_run(run=run, name="t11")

    assert names_by("name") == ["t2", "t10", "t11"]


def test_runs_without_a_name_come_last(db):
    for name in ("none", "b", "a"):
        make_run(name=name)
    Run.objects.filter(name="none").update(name="", name_order="")

    assert names_by("name") == ["a", "b", ""]
    assert names_by("-name") == ["b", "a", ""]
