"""Deleted runs chosen, restored and erased in Chromium."""

import pytest

from runs.housekeeping.purging import asking, working
from runs.tracking.erasing import Erased
from runs.tracking.models import Lifecycle, Run
from runs.tracking.services import delete_runs
from tests.factories import make_experiment, make_run
from tests.web.browser import until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

PAGE = "/w/default/system/deleted"


@pytest.fixture
def deleted() -> list[Run]:
    experiment = make_experiment("vision")
    runs = [make_run(experiment, name=f"gone {number}") for number in range(4)]
    delete_runs(runs=runs)
    return runs


def choose(tab, *names: str) -> None:
    for name in names:
        tab.check(f"[aria-label='Select {name}']")


@pytest.mark.both_databases
def test_chosen_runs_are_restored_and_erased_for_good(tab, deleted):
    tab.goto(PAGE)
    assert tab.is_disabled("button:has-text('Restore')")

    choose(tab, "gone 0")
    tab.click("button:has-text('Restore')")
    tab.wait_for_selector("tr:has-text('gone 0')", state="detached")
    choose(tab, "gone 1", "gone 2")
    assert tab.inner_text("[data-picked]") == "2 runs selected"
    tab.click("button:has-text('Erase permanently…')")
    tab.fill("#erase-panel [name=typed]", "3")
    tab.click("#erase-panel button:has-text('Erase permanently')")
    assert tab.evaluate("document.querySelector('#erase-panel :invalid') !== null")
    tab.fill("#erase-panel [name=typed]", "2")
    tab.click("#erase-panel button:has-text('Erase permanently')")

    tab.wait_for_selector("text=Last erased")
    until(tab, "document.querySelectorAll('#deleted-runs tbody tr').length === 1")
    assert not tab.is_visible("#erase-panel")
    left = dict(Run.objects.values_list("name", "lifecycle"))
    assert left == {"gone 0": Lifecycle.ACTIVE, "gone 3": Lifecycle.DELETED}


def test_all_of_the_page_are_chosen_at_once(tab, deleted):
    tab.goto(PAGE)
    tab.check("[data-pick-all]")
    assert tab.inner_text("[data-picked]") == "4 runs selected"
    tab.uncheck("[aria-label='Select gone 1']")
    assert tab.evaluate("document.querySelector('[data-pick-all]').indeterminate")


def test_a_long_purge_is_followed_to_its_end(tab, deleted, monkeypatch):
    monkeypatch.setattr(asking, "MOST_AT_ONCE", Erased())
    tab.goto(PAGE)
    tab.click("button:has-text('Erase all 4…')")
    tab.fill("#erase-panel [name=typed]", "4")
    tab.click("#erase-panel button:has-text('Erase permanently')")
    tab.wait_for_selector("text=0 of 4 runs")

    working.resume_purges()

    tab.wait_for_selector("text=Last erased")
    tab.wait_for_selector("text=No deleted runs")
    assert not Run.objects.exists()
