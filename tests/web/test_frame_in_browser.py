"""What every page can do: theme, keys, search, menus, messages."""

import pytest

from runs.tracking.clock import now_ms
from runs.tracking.models import Run
from tests.factories import make_experiment, make_run
from tests.web.browser import PHONE, press_in_turn, until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

EXPERIMENTS = "/w/default/experiments"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"
WHITE, NIGHT = "rgb(255, 255, 255)", "rgb(20, 23, 27)"


def test_the_theme_follows_the_choice_at_once_and_after_a_reload(tab):
    tab.goto(EXPERIMENTS)
    assert tab.evaluate(BACKGROUND) == WHITE

    tab.click(".top details.menu summary")
    tab.click("[data-theme-choice=dark]")
    assert tab.evaluate(BACKGROUND) == NIGHT

    tab.reload()
    assert tab.evaluate(BACKGROUND) == NIGHT
    assert tab.get_attribute("[data-theme-choice=dark]", "aria-pressed") == "true"


def test_without_a_choice_the_theme_is_the_systems(tab):
    tab.emulate_media(color_scheme="dark")
    tab.goto(EXPERIMENTS)
    assert tab.evaluate(BACKGROUND) == NIGHT
    tab.emulate_media(color_scheme="light")
    assert tab.evaluate(BACKGROUND) == WHITE


def test_the_search_box_finds_a_run_from_the_keyboard(tab):
    make_run(run_id="run-1", name="bright-otter")
    tab.goto(EXPERIMENTS)

    tab.keyboard.press("/")
    tab.keyboard.type("otter")
    tab.click("#found a:has-text('bright-otter')")

    tab.wait_for_url("**/runs/run-1")


def test_a_key_after_g_goes_to_a_place(tab):
    run = make_run()
    tab.goto(f"/w/default/runs/{run.run_id}")

    press_in_turn(tab, "g", "e")

    tab.wait_for_url(f"**{EXPERIMENTS}")


def test_keys_typed_into_a_field_are_text(tab):
    make_run()
    tab.goto(EXPERIMENTS)

    tab.fill("#experiment-search", "g")
    tab.keyboard.press("e")
    tab.keyboard.press("?")

    assert tab.input_value("#experiment-search") == "ge?"
    assert not tab.is_visible("#shortcuts")


def test_the_list_of_keys_opens_and_closes(tab):
    tab.goto(EXPERIMENTS)

    tab.keyboard.press("?")
    assert tab.is_visible("#shortcuts")
    tab.keyboard.press("Escape")
    assert not tab.is_visible("#shortcuts")


def test_the_rail_counts_and_folds(tab):
    make_run()
    tab.goto(EXPERIMENTS)
    until(tab, "document.getElementById('count-runs').textContent === '1'")

    tab.click("[data-fold-rail]")
    tab.reload()

    assert tab.locator(".rail").bounding_box()["width"] == 48


def test_times_are_relative_and_exact_on_hover(tab):
    make_run(make_experiment("vision"))
    Run.objects.update(updated_ms=now_ms() - 90 * 60_000)
    tab.goto(EXPERIMENTS)

    time = tab.locator("tr:has-text('vision') time").first

    assert time.inner_text() == "1 h ago"
    assert "UTC" in time.get_attribute("title")


def test_a_refusal_is_told_in_the_page(tab):
    make_run(make_experiment("taken"))
    make_experiment("other")
    tab.goto(EXPERIMENTS)
    tab.click("[aria-label='Actions of other']")
    tab.click("text=Rename, describe, tag…")

    tab.fill("#experiment-panel [name=name]", "taken")
    tab.click("#experiment-panel button:has-text('Save')")

    tab.wait_for_selector("#experiment-panel [data-refused]:has-text('already exists')")
    assert tab.input_value("#experiment-panel [name=name]") == "taken"
    tab.troubles[:] = [trouble for trouble in tab.troubles if "409" not in trouble]


def test_a_link_that_an_mlflow_client_prints_leads_to_the_run(tab, db):
    run = make_run(run_id="abc123", name="bright-otter")

    tab.goto(f"/#/experiments/{run.experiment.number}/runs/abc123")

    until(tab, "location.pathname === '/w/default/runs/abc123'")


def test_a_page_asks_for_four_scripts_of_its_own(tab):
    make_run()
    tab.goto("/w/default/runs")
    until(tab, "document.querySelector('[data-ready]') !== null")
    names = tab.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    own = {name.partition("/static/js/")[2] for name in names if "/static/js/" in name}
    assert own == {"before_paint.js", "frame.js", "modules.js", "pages/run_table.js"}


@pytest.mark.parametrize("place", ["experiments", "runs", "models", "compute/clusters"])
def test_every_place_has_one_line_at_the_foot_of_a_phone(tab, place):
    tab.set_viewport_size(PHONE)
    tab.goto(f"/w/default/{place}")

    boxes = [one.bounding_box() for one in tab.locator(".rail a").all()]
    words = [one.bounding_box() for one in tab.locator(".rail a .word").all()]
    assert {word["height"] for word in words} == {words[0]["height"]}
    assert words[0]["height"] < 16
    assert all(word["x"] >= 0 and word["x"] + word["width"] <= PHONE["width"] for word in words)
    ends = [box["x"] + box["width"] for box in boxes]
    assert all(word["x"] >= end for word, end in zip(words[1:], ends, strict=False))
