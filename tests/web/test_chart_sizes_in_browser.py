"""Charts over a run table fill their places, measured in Chromium."""

import math

import pytest

from tests.web.browser import until
from tests.web.chart_cards import DRAWN, SIX, charts, from_menu, log, see_all
from tests.web.run_table import make_runs, open_table

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

# Of each card, how far its drawing is from filling its place, in pixels.
MISFIT = """Math.max(...[...document.querySelectorAll('.card .plot')].map(plot => {
  const drawing = (plot.querySelector('.main-svg, .parallel')).getBoundingClientRect();
  return Math.abs(drawing.width - plot.clientWidth) + Math.abs(drawing.height - plot.clientHeight);
})) < 1"""


@pytest.fixture
def runs(db):
    return make_runs()


def test_every_chart_fills_its_place_whatever_changes_it(tab, runs):
    open_table(tab, charts(*SIX))
    see_all(tab, 6)
    until(tab, MISFIT)

    tab.set_viewport_size({"width": 1800, "height": 1000})
    until(tab, MISFIT)
    tab.click("[data-fold-rail]")
    until(tab, MISFIT)
    for card in range(6):
        before = tab.locator(".card .plot").nth(card).bounding_box()
        from_menu(tab, "Full screen", card)
        until(tab, MISFIT)
        full = tab.locator(".card .plot").nth(card).bounding_box()
        assert full["width"] > 2 * before["width"]
        assert full["height"] > 2 * before["height"]
        tab.keyboard.press("Escape")
        from_menu(tab, "Taller", card)
        from_menu(tab, "Wider", card)
        until(tab, MISFIT)
        after = tab.locator(".card .plot").nth(card).bounding_box()
        assert after["height"] >= 400
        assert after["width"] > 1.5 * before["width"]


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}])
def test_the_axes_of_a_row_are_of_one_height_however_long_a_foot_is(tab, runs, size):
    for run in runs:
        log(run, "long", [1.0, math.nan, math.inf, 0.5] if run.run_id != "run-3" else [1e9] * 4)
    tab.set_viewport_size(size)
    open_table(tab, charts({"y": ["val/loss"]}, {"y": ["long", "val/loss"]}, {"y": ["long"]}))
    for card in tab.locator(".card").all():
        card.scroll_into_view_if_needed()
    until(tab, f"{DRAWN} >= 3")
    feet = tab.evaluate("[...document.querySelectorAll('.card-foot')].map(one => one.innerText)")
    heights = """[...document.querySelectorAll('.card')].map(card => ['.card-foot', '.nsewdrag']
      .map(part => card.querySelector(part).getBoundingClientRect().height))"""
    until(tab, f"new Set({heights}.map(([, axes]) => Math.round(axes))).size === 1")
    assert len({round(foot) for foot, _ in tab.evaluate(heights)}) == 1, feet
    assert max(len(foot) for foot in feet) > 60 > min(len(foot) for foot in feet)


def test_a_card_of_a_run_page_fills_its_place_too(tab, runs):
    tab.goto("/w/default/runs/run-1/metrics?m=train/loss,val/loss")
    until(tab, f"{DRAWN} >= 2")
    drawing = tab.locator(".card", has_text="train/loss").locator(".main-svg").first
    before = drawing.bounding_box()["width"]

    tab.get_by_role("button", name="Wider: train/loss").click()

    until(tab, MISFIT)
    assert drawing.bounding_box()["width"] > 1.5 * before


def test_the_room_below_an_axis_is_enough_at_once(tab, runs):
    """Where it is not, Plotly draws the whole chart a second time."""
    open_table(tab, charts(*SIX[:5]))
    until(tab, f"{DRAWN} === 5")

    rooms = """[...document.querySelectorAll('.card .plot')].map(plot =>
      [plot.layout.margin.b, plot._fullLayout._size.b])"""
    assert [asked for asked, taken in tab.evaluate(rooms) if asked < taken] == []
