"""What people do with the charts over a run table: zoom, fold, legends, building one."""

import json
from urllib.parse import quote

import pytest

from tests.factories import make_experiment, make_run
from tests.web.browser import until
from tests.web.chart_cards import DRAWN, LISTED, charts, from_menu, make_named
from tests.web.run_table import READY, make_runs, open_table, query_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
# The two losses of the runs, which a new chart begins with.
CHIPS = ["val/loss", "train/loss"]


@pytest.fixture
def runs(db):
    return make_runs()


def test_zoom_scale_and_smoothing_are_in_the_address(tab, runs):
    open_table(tab, charts({"y": ["train/loss"]}, {"y": ["val/loss"]}))
    until(tab, f"{DRAWN} === 2")
    box = tab.locator(".card .nsewdrag").first.bounding_box()
    tab.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 40, steps=5)
    tab.mouse.up()
    until(tab, "location.search.includes('zoom=')")
    tab.get_by_role("button", name="Logarithmic scale of val/loss").click()
    tab.locator(".card-smooth").first.fill("0.5")
    until(tab, "location.search.includes('smooth=0.5')")

    tab.reload()
    until(tab, f"{DRAWN} === 2")
    ranges = "[...document.querySelectorAll('.plot')].map(plot => plot.layout.xaxis.range)"
    for low, high in tab.evaluate(ranges):
        assert 8 < low < 12
        assert 17 < high < 22
    types = tab.evaluate("[...document.querySelectorAll('.plot')].map(p => p.layout.yaxis.type)")
    assert types == ["linear", "log"]
    assert tab.evaluate("document.querySelectorAll('.plot')[1].data.length") == 20
    from_menu(tab, "Reset zoom")
    until(tab, "!location.search.includes('zoom=')")
    until(tab, f"{ranges}.every(([low, high]) => low === 0 && high === 39)")


def test_the_charts_fold_and_their_height_is_dragged(tab, runs):
    open_table(tab)
    until(tab, f"{DRAWN} === 3")
    grip = tab.locator(".charts-grip").bounding_box()
    tab.mouse.move(grip["x"] + 200, grip["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(grip["x"] + 200, grip["y"] - 72, steps=4)
    tab.mouse.up()
    assert abs(tab.locator(".charts-grip").bounding_box()["y"] - grip["y"] + 80) < 6

    tab.get_by_role("button", name="Fold charts").click()
    assert tab.is_hidden("[data-cards]")
    tab.reload()
    until(tab, "document.querySelector('.charts.folded') !== null")
    tab.get_by_role("button", name="Show charts").click()
    until(tab, f"{DRAWN} === 3")


def test_ticks_are_short(tab, db):
    make_named("long", values=[36_800.0, 5_000.0, 20_000.0])
    open_table(tab, charts({"y": ["loss"]}, {"y": ["loss"], "ys": "log"}))
    until(tab, f"{DRAWN} === 2")
    ticks = "[...document.querySelectorAll('.ytick text')].map(text => text.textContent)"
    shown = tab.evaluate(ticks)
    assert {"10k", "20k"} <= set(shown)
    assert not [text for text in shown if "\u00d7" in text]


def test_no_tick_stands_between_two_steps(tab, db):
    make_named("short", values=[3.0, 2.0, 1.0])
    open_table(tab, charts({"y": ["loss"]}))
    until(tab, f"{DRAWN} === 1")
    ticks = "[...document.querySelectorAll('.xtick text')].map(text => text.textContent)"
    assert tab.evaluate(ticks) == ["0", "1", "2"]


def test_the_legend_folds_for_all_charts(tab, runs):
    names = quote("run.name in ['run 08', 'run 09', 'run 10', 'run 11']")
    query = charts({"y": ["val/loss"]}, {"y": ["train/loss", "val/loss"]})
    open_table(tab, f"{query}&q={names}")
    until(tab, f"{DRAWN} === 2")
    until(tab, f"{LISTED} === '[0,8]'")
    legend = tab.get_by_role("button", name="Legend of val/loss", exact=True)
    legend.click()
    until(tab, f"{LISTED} === '[4,8]'")
    assert tab.inner_text(".card-legend li >> nth=0") == "run 11"
    legend.click()
    until(tab, f"{LISTED} === '[0,0]'")


def test_a_long_legend_is_listed_when_asked_for(tab, runs):
    open_table(tab, charts({"y": ["val/loss"]}, {"y": ["train/loss", "val/loss"]}))
    lines = "JSON.stringify([...document.querySelectorAll('.card .plot')].map(p => p.data?.length))"
    until(tab, f"{DRAWN} === 2 && {lines} === '[10,20]'")
    buttons = "[...document.querySelectorAll('.card [aria-label^=\"Legend of\"]')]"
    until(tab, f"{buttons}.filter(b => !b.hidden && b.ariaExpanded === 'false').length === 2")
    assert tab.evaluate(LISTED) == "[0,0]"
    tab.get_by_role("button", name="Legend of val/loss", exact=True).click()
    until(tab, f"{LISTED} === '[10,20]'")
    assert tab.inner_text(".card-legend li >> nth=0") == "run 11"


def test_a_chart_is_built_from_lists_with_a_preview_and_no_early_error(tab, runs):
    open_table(tab, "?charts=[]")
    tab.click("[data-add-chart]")
    until(tab, "document.querySelector('.preview .plot')?.data?.length === 20")
    assert tab.locator(".chart-builder .picker .chip").all_inner_texts() == CHIPS
    for name in CHIPS:
        tab.get_by_role("button", name=f"Remove {name}").click()
    until(tab, "document.querySelector('.preview .plot-empty') !== null")
    assert tab.inner_text(".preview .plot-empty") == "Choose a metric to see the chart."
    assert tab.inner_text(".chart-builder .refused") == ""

    tab.click(".chart-builder [name=y]")
    tab.get_by_role("option", name="train/loss").click()
    tab.keyboard.type("val")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('.preview .plot')?.data?.length === 20")
    assert tab.locator(".chart-builder .picker .chip").all_inner_texts() == [
        "train/loss",
        "val/loss",
    ]
    tab.click(".chart-builder [name=x]")
    tab.keyboard.press("Control+a")
    tab.keyboard.type("epo")
    tab.get_by_role("option", name="epoch").click()
    assert tab.input_value(".chart-builder [name=x]") == "epoch"
    tab.get_by_role("button", name="Remove train/loss").click()
    tab.click(".chart-builder [data-submit]")

    until(tab, "document.querySelector('.card .plot')?.data?.length === 10")
    assert json.loads(query_of(tab)["charts"]) == [{"y": ["val/loss"], "x": "metrics.epoch"}]


def test_the_first_choice_takes_the_place_of_what_was_suggested(tab, runs):
    open_table(tab)
    tab.click("[data-add-chart]")
    chips = tab.locator(".chart-builder .picker .chip")
    assert chips.all_inner_texts() == CHIPS

    tab.click(".chart-builder [name=y]")
    tab.get_by_role("option", name="epoch").click()
    assert chips.all_inner_texts() == ["epoch"]
    tab.get_by_role("option", name="val/loss").click()
    assert chips.all_inner_texts() == ["epoch", "val/loss"]


def test_the_panel_offers_every_parameter_of_an_experiment_and_of_no_other(tab, runs):
    make_run(runs[0].experiment, params={f"setting_{i:03}": "1" for i in range(120)})
    make_run(make_experiment("other"), params={"setting_999": "1"})
    tab.goto("/w/default/experiments/vision/resnet")
    until(tab, READY)

    with tab.expect_response("**/columns?*kind=params*"):
        tab.click("[data-add-chart]")
    tab.click(".chart-builder [name=group]")
    tab.keyboard.type("_119")
    tab.get_by_role("option", name="setting_119").wait_for()
    tab.keyboard.press("Control+a")
    tab.keyboard.type("setting_9")

    options = tab.locator(".chart-builder [role=listbox]:visible [role=option]")
    assert options.all_inner_texts() == []


def test_names_that_come_while_one_types_are_offered(tab, runs):
    held = []
    tab.route("**/columns?*kind=params*", lambda route: held.append(route))
    open_table(tab, "?charts=[]")
    with tab.expect_request("**/columns?*kind=params*"):
        tab.click("[data-add-chart]")
    tab.click(".chart-builder [name=group]")
    tab.keyboard.type("batc")

    for route in held:
        route.continue_()

    tab.get_by_role("option", name="batch").wait_for()
    assert tab.input_value(".chart-builder [name=group]") == "batc"


def test_every_numeric_axis_can_be_logarithmic(tab, runs):
    axes = {"scatter": "xy", "histogram": "xy", "bar": "x", "box": "y"}
    both = {"y": ["val/loss"], "x": "metrics.train/loss", "xs": "log", "ys": "log"}
    open_table(tab, charts(*({"t": kind, **both} for kind in axes)))
    until(tab, f"{DRAWN} === 4")

    for number, (kind, wanted) in enumerate(axes.items()):
        layout = tab.locator(".card .plot").nth(number).evaluate("plot => plot.layout")
        for axis in wanted:
            assert layout[f"{axis}axis"]["type"] == "log", kind


def test_enter_chooses_what_the_typed_text_finds_first(tab, runs):
    open_table(tab, "?charts=[]")
    tab.click("[data-add-chart]")
    until(tab, "document.querySelector('.preview .plot')?.data?.length === 20")

    tab.click(".chart-builder [name=y]")
    tab.keyboard.type("epo")
    tab.keyboard.press("Enter")

    assert tab.locator(".chart-builder .picker .chip").all_inner_texts() == ["epoch"]
    tab.click(".chart-builder [name=x]")
    tab.keyboard.press("Control+a")
    tab.keyboard.type("val/l")
    tab.keyboard.press("Enter")
    assert tab.input_value(".chart-builder [name=x]") == "val/loss"
    assert tab.is_visible(".chart-builder")
