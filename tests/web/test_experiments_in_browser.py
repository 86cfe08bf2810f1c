"""The list of experiments, live and edited in Chromium."""

import pytest

from runs.tracking.models import Experiment
from tests.factories import make_experiment, make_run
from tests.web.browser import PHONE, WIDE

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

EXPERIMENTS = "/w/default/experiments"


def choose(tab, name: str, item: str) -> None:
    tab.click(f"[aria-label='Actions of {name}']")
    tab.click(f"[role=menu] :text('{item}')")


def test_the_empty_page_turns_into_the_list_by_itself(tab):
    tab.goto(EXPERIMENTS)
    assert tab.is_visible("text=Waiting for the first run")

    make_run(make_experiment("first"))

    tab.wait_for_selector("tr:has-text('first')")
    assert tab.is_visible("#filters")


@pytest.mark.both_databases
def test_a_run_that_ends_shows_without_a_reload(tab):
    from runs.tracking import services

    run = make_run(make_experiment("vision"))
    tab.goto(EXPERIMENTS)
    tab.wait_for_selector("tr:has-text('vision') .status:has-text('Running')")

    services.update_run(run=run, status="Completed")

    tab.wait_for_selector("tr:has-text('vision') .status:has-text('Completed')")


def test_typing_searches_and_keeps_the_field_and_the_address(tab):
    make_run(make_experiment("vision"))
    make_experiment("text")
    tab.goto(EXPERIMENTS)

    tab.locator("#experiment-search").press_sequentially("visi")
    tab.wait_for_selector("tr:has-text('text')", state="detached")

    assert tab.evaluate("document.activeElement.id") == "experiment-search"
    assert "q=visi" in tab.url


def test_a_folded_folder_stays_folded_through_updates(tab):
    make_run(make_experiment("vision/a"))
    make_experiment("vision/b")
    tab.goto(EXPERIMENTS)
    tab.click("[aria-label='Fold vision']")
    assert not tab.is_visible("tr[data-path='vision/a']")

    make_experiment("new")
    tab.wait_for_selector("tr[data-path=new]")

    assert not tab.is_visible("tr[data-path='vision/a']")


def test_an_experiment_is_renamed_and_tagged_in_the_side_panel(tab):
    make_run(make_experiment("old"))
    tab.goto(EXPERIMENTS)
    choose(tab, "old", "Rename")

    tab.fill("#new-tag", "team=blue")
    tab.press("#new-tag", "Enter")
    tab.wait_for_selector("#experiment-panel .chip:has-text('blue')")
    tab.fill("#experiment-panel [name=name]", "new")
    tab.click("#experiment-panel button:has-text('Save')")

    tab.wait_for_selector("tr:has-text('new') .chip:has-text('blue')")
    assert not tab.is_visible("#experiment-panel")


def test_deleting_can_be_undone(tab):
    make_run(make_experiment("gone"))
    tab.goto(EXPERIMENTS)

    choose(tab, "gone", "Delete")
    tab.wait_for_selector("tr:has-text('gone')", state="detached")
    tab.click(".toast button:has-text('Undo')")

    tab.wait_for_selector("tr:has-text('gone')")
    assert Experiment.objects.get(name="gone").lifecycle == "active"


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_the_menu_of_a_row_opens_beside_its_button(tab, viewport):
    for number in range(30):
        make_experiment(f"vision-{number:02}")
    tab.set_viewport_size(viewport)
    tab.goto(EXPERIMENTS)
    for name in ("vision-00", "vision-29"):
        tab.locator(f"[aria-label='Actions of {name}']").scroll_into_view_if_needed()
        tab.click(f"[aria-label='Actions of {name}']")
        button = tab.locator(f"[aria-label='Actions of {name}']").bounding_box()
        menu = tab.locator("[role=menu]").bounding_box()
        gap = max(
            menu["y"] - button["y"] - button["height"], button["y"] - menu["y"] - menu["height"]
        )
        assert 0 <= gap <= 4
        assert (
            menu["x"] <= button["x"] + button["width"] and button["x"] <= menu["x"] + menu["width"]
        )
        assert menu["x"] >= 0 and menu["x"] + menu["width"] <= viewport["width"]
        tab.keyboard.press("Escape")
