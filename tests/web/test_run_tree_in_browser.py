"""Parents and children in the run table, in every sort and filter, in Chromium."""

import pytest

from runs.metrics.services import RunRef, log_batch
from tests.factories import make_experiment, make_run
from tests.web.browser import until
from tests.web.run_table import DRAWN, NAMES, READY, open_rows, open_table, row_names

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LINES = "document.querySelector('.card .plot')?.data?.length"
SHADES = "[...document.querySelectorAll('.rt-body .rt-row')].map(r => r.matches('.dimmed'))"


@pytest.fixture
def sweep(db):
    """Two parents without metrics; children with losses 0 … 3, of each parent two."""
    experiment = make_experiment("sweep")
    for name, losses in (("A", (0, 3)), ("B", (1, 2))):
        parent = make_run(experiment, name=name)
        for loss in losses:
            child = make_run(experiment, parent=parent, name=f"{name}{loss}")
            points = [("loss", step, 1, float(loss + 1 / (step + 1))) for step in range(5)]
            log_batch(run=RunRef(child.id, experiment.id), points=points, params=None, tags=None)
    make_run(experiment, name="alone")


def test_children_stand_under_their_parents_in_every_sort(tab, sweep):
    open_rows(tab, "?children=1&sort=metrics.loss")
    assert row_names(tab) == ["A", "A0", "A3", "B", "B1", "B2", "alone"]

    tab.click(".rt-headrow [data-column='metrics.loss'] .rt-label")

    until(tab, f"{NAMES}.join() === 'A,A3,A0,B,B2,B1,alone'")
    assert not any(tab.evaluate(SHADES))


def test_a_parent_that_only_a_child_matches_is_dimmed(tab, sweep):
    open_rows(tab, "?q=metrics.loss.min < 1.5&sort=name")

    assert row_names(tab) == ["A", "A0", "B", "B1"]
    assert tab.evaluate(SHADES) == [True, False, True, False]
    until(tab, "document.querySelector('[data-counts]').textContent.includes('2 of 4 child runs')")
    assert tab.inner_text("[data-counts]").startswith("0 of 3 runs")


@pytest.mark.both_databases
def test_a_parent_that_stands_on_a_later_page_is_not_dimmed(studio, sweep):
    def shades(**asked):
        page = studio.get("/w/default/run-rows", {"children": "1", "limit": "2", **asked}).json()
        return {row["name"]: row["dimmed"] for row in page["above"]}

    assert shades(sort="-metrics.loss") == {"A": False, "B": False}
    assert shades(sort="-metrics.loss", q="run.name ~ '[0-9]'") == {"A": True, "B": True}


def test_open_parents_stay_open_when_the_table_is_sorted(tab, sweep):
    open_rows(tab, "?children=0&sort=run.name")
    assert row_names(tab) == ["A", "alone", "B"]
    tab.click(".rt-twig >> nth=1")
    until(tab, f"{DRAWN} === 5")

    tab.click(".rt-headrow [data-column='run.name'] .rt-label")

    until(tab, f"{NAMES}[4] === 'A'")
    assert set(row_names(tab)[:3]) == {"B", "B1", "B2"}


def test_a_parent_is_closed_and_opened_in_the_tree(tab, sweep):
    open_rows(tab, "?children=1&sort=metrics.loss")
    tab.click(".rt-twig >> nth=0")
    until(tab, f"{NAMES}.join() === 'A,B,B1,B2,alone'")

    tab.click(".rt-twig >> nth=0")

    until(tab, f"{NAMES}[1] === 'A0'")


def test_the_first_screen_of_a_sweep_is_its_children(tab, sweep):
    tab.goto("/w/default/experiments/sweep")
    until(tab, READY)

    until(tab, f"{DRAWN} === 7")
    assert tab.locator(".rt-headrow [data-column='metrics.loss']").count() == 1
    until(tab, f"{LINES} === 4")
    counts = "3 runs · 4 child runs · 7 running, 4 of them child runs"
    until(tab, f"document.querySelector('[data-counts]').textContent === '{counts}'")
    tab.click("[data-show-menu] summary")
    assert tab.is_checked("[data-switch=children]")
    tab.uncheck("[data-switch=children]")
    until(tab, f"{DRAWN} === 3")


def test_charts_draw_the_children_once_these_are_included(tab, sweep):
    open_table(tab, "?children=0")
    tab.click("[data-show-menu] summary")

    tab.check("[data-switch=children]")

    until(tab, f"{DRAWN} === 7")
    until(tab, f"{LINES} === 4")
