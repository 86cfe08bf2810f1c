"""Narrowing and grouping the run table with the mouse: chips, menus, and what the charts draw."""

import pytest

from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import Table
from runs.metrics.services import RunRef, log_batch
from tests.web.browser import PHONE, until
from tests.web.run_table import DRAWN, make_runs, open_rows, open_table, query_of, row_names

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

CHIPS = "[...document.querySelectorAll('[data-chips] li span')].map(chip => chip.textContent)"
LINES = "[...document.querySelector('.card .plot').data].filter(line => line.name)"


@pytest.fixture
def runs(db):
    return make_runs()


@pytest.mark.both_databases
def test_chips_and_text_are_the_same_filter(tab, runs):
    open_rows(tab, "?q=params.lr = 0.1 and params.batch = 64")
    until(tab, f"{CHIPS}.length === 2")
    assert tab.evaluate(CHIPS) == ["params.lr = 0.1", "params.batch = 64"]

    tab.get_by_role("button", name="Remove filter params.batch = 64").click()

    until(tab, f"{DRAWN} === 6")
    assert tab.input_value("[data-query] input") == "params.lr = 0.1"
    until(tab, f"{CHIPS}.join() === 'params.lr = 0.1'")


def test_a_filter_is_added_in_three_fields(tab, runs):
    open_rows(tab, "?q=params.lr = 0.1")
    tab.click("[data-add-filter] summary")
    until(tab, "document.querySelectorAll('#filter-fields option').length > 5")

    tab.fill("[data-add-filter] [name=field]", "metrics.val/loss.min")
    tab.select_option("[data-add-filter] [name=operator]", "<")
    tab.fill("[data-add-filter] [name=value]", "0.16")
    tab.keyboard.press("Enter")

    until(tab, f"{DRAWN} === 2")
    assert query_of(tab)["q"] == "params.lr = 0.1 and metrics.val/loss.min < 0.16"
    until(tab, f"{CHIPS}.length === 2")


def test_statuses_are_chosen_from_a_menu(tab, runs):
    runs.filter(run_id__in=["run-1", "run-2"]).update(status="Failed")
    open_rows(tab)

    tab.click("[data-statuses] summary")
    tab.get_by_label("Failed").check()

    until(tab, f"{DRAWN} === 2")
    assert query_of(tab)["status"] == "Failed"
    assert tab.inner_text("[data-statuses] summary") == "Status: Failed"


def test_the_charts_draw_the_groups_of_the_table_in_its_colours(tab, runs):
    open_table(tab, '?group=params.lr&charts=[{"y":["val/loss"]}]')
    until(tab, f"document.querySelector('.card .plot').data && {LINES}.length === 2")

    names = tab.evaluate(f"{LINES}.map(line => line.name)")
    assert names == ["0.01 (6)", "0.1 (6)"]
    colors = tab.evaluate(f"{LINES}.map(line => line.line.color)")
    dots = "[...document.querySelectorAll('.rt-dot')].map(d => getComputedStyle(d).backgroundColor)"
    assert sorted(colors) == sorted(tab.evaluate(dots))


def test_a_third_field_to_group_by_takes_the_place_of_the_second(tab, runs):
    open_rows(tab, "?group=params.lr")
    tab.click("[data-group-menu] summary")
    tab.get_by_label("batch").check()
    until(tab, f"{DRAWN} === 6")
    tab.get_by_label("Status", exact=True).check()
    until(tab, f"{DRAWN} === 2")
    assert query_of(tab)["group"] == "params.lr,run.status"

    tab.get_by_role("button", name="Stop grouping").click()

    until(tab, f"{DRAWN} === 12")


def test_a_group_cannot_be_selected_but_its_runs_can(tab, runs):
    open_rows(tab, "?group=params.lr")
    tab.locator(".rt-body .rt-cell").first.focus()
    tab.keyboard.press("x")
    assert tab.is_hidden("[data-bulk-bar]")

    tab.keyboard.press("Enter")
    until(tab, f"{DRAWN} === 8")
    tab.keyboard.press("j")
    tab.keyboard.press("x")

    assert tab.inner_text("[data-count]") == "1 run selected"
    assert row_names(tab)[1] == "run 11"


def test_two_columns_added_in_haste_both_stay(tab, runs):
    open_rows(tab)
    tab.click("[data-edit-columns]")
    until(tab, "document.querySelector('[data-add=\"metrics.epoch.min\"]') !== null")
    add = "document.querySelector('[data-add=\"metrics.epoch.{}\"]').click()"

    tab.evaluate(f"{add.format('min')}; {add.format('max')}")

    until(tab, "location.search.includes('epoch.min%2Cmetrics.epoch.max')")


def test_a_brushed_chart_keeps_its_runs(tab, runs):
    charts = '[{"t":"parallel","y":["val/loss"],"r":["params.lr"]},{"y":["val/loss"]}]'
    open_table(tab, f"?charts={charts}")
    until(tab, "document.querySelectorAll('.parallel-run').length === 12")
    box = tab.locator(".parallel-handle").nth(1).bounding_box()
    middle = box["x"] + box["width"] / 2

    tab.mouse.move(middle, box["y"] + box["height"] - 2)
    tab.mouse.down()
    tab.mouse.move(middle, box["y"] + box["height"] * 0.6, steps=4)
    tab.mouse.up()

    chosen = "document.querySelectorAll('.parallel-run:not(.outside)').length"
    until(tab, f"document.querySelectorAll('.card .plot')[1].data?.length === {chosen}")
    assert 0 < tab.evaluate(chosen) < 12
    assert tab.locator(".parallel-run").count() == 12
    assert float(tab.locator(".parallel-brush").nth(1).get_attribute("height")) > 10


def test_the_runs_that_are_exported_are_chosen(tab, runs):
    open_rows(tab)
    tab.click(".rt-pick >> nth=0")
    tab.click(".rt-pick >> nth=2")
    shown = tab.evaluate("JSON.parse(document.querySelector('.run-table script').textContent)")
    names = ["run.run_id", *(column["id"] for column in shown["columns"])]
    for rows, count in {"matching": 12, "selected": 2, "visible": 12}.items():
        tab.click("[data-export-options]")
        tab.check(f"[data-export-dialog] [value={rows}]")

        with tab.expect_download() as download:
            tab.get_by_role("button", name="Export", exact=True).last.click()

        lines = download.value.path().read_text().splitlines()
        assert len(lines) == count + 1, rows
        assert lines[0].split(",") == names, rows


def test_all_runs_may_be_exported_before_they_are_counted(tab, runs):
    held = []
    tab.route("**/run-counts?*", lambda route: held.append(route))
    open_rows(tab)
    tab.click("[data-export-options]")
    everything = tab.locator("label:has([value=matching])")
    assert everything.inner_text().strip() == "All that match the filter"
    assert everything.locator("input").is_enabled()

    for route in held:
        route.continue_()

    everything.filter(has_text="All that match the filter (12 runs)").wait_for()


def test_on_a_phone_the_tools_are_behind_one_button(phone, runs):
    open_rows(phone)
    assert phone.is_hidden("[data-group-menu]")

    phone.tap("[data-tools]")
    phone.tap("[data-group-menu] summary")
    phone.get_by_label("lr", exact=True).tap()

    until(phone, f"{DRAWN} === 2")
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_pointing_at_a_chart_tells_the_values_of_all_lines_and_marks_the_step_in_every_chart(
    tab, runs
):
    open_table(tab, '?charts=[{"y":["train/loss"]},{"y":["val/loss"]}]')
    until(tab, "[...document.querySelectorAll('.card .plot')].every(p => p.data?.length === 10)")
    box = tab.locator(".card .nsewdrag").first.bounding_box()

    tab.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 8)

    until(tab, "document.querySelectorAll('.chart-tip:not([hidden])').length === 1")
    assert tab.locator(".chart-crosshair:not([hidden])").count() == 2
    assert tab.inner_text(".chart-tip > b") == "Step 23"
    shown = [float(text) for text in tab.locator(".chart-tip >> nth=0 >> div b").all_inner_texts()]
    assert len(shown) == 10
    assert shown == sorted(shown, reverse=True)
    tab.mouse.move(5, 5)
    until(
        tab, "!document.querySelector('.chart-crosshair:not([hidden]), .chart-tip:not([hidden])')"
    )


def test_a_line_that_has_ended_tells_no_value(tab, runs):
    ended = runs.first()
    points = [("short", step, 1000 + step, 0.5) for step in range(10)]
    log_batch(run=RunRef(ended.id, ended.experiment_id), points=points, params=None, tags=None)
    open_table(tab, '?top=50&charts=[{"y":["short","val/loss"]}]')
    until(tab, "document.querySelector('.card .plot').data?.length === 13")
    box = tab.locator(".card .nsewdrag").first.bounding_box()

    tab.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 8)
    until(tab, "document.querySelectorAll('.chart-tip:not([hidden]) div').length === 12")
    tab.mouse.move(box["x"] + box["width"] * 0.1, box["y"] + 8)
    until(tab, "document.querySelectorAll('.chart-tip:not([hidden]) div').length === 13")


def test_a_page_that_opens_with_groups_has_its_charts(tab, runs):
    open_table(tab, "?group=params.lr,params.batch")

    until(tab, "document.querySelectorAll('.card').length === 3")
    until(tab, "document.querySelector('.card-note').textContent === 'by lr, batch'")
    until(tab, f"document.querySelector('.card .plot').data && {LINES}.length === 6")


def test_the_list_of_shortcuts_names_the_keys_of_the_table(tab, runs):
    open_rows(tab)
    tab.keyboard.press("?")
    assert "Group by" in tab.inner_text("#shortcuts")


def test_a_chart_is_asked_for_only_with_an_axis_that_there_is(tab, runs):
    open_rows(tab)
    tab.click("[data-add-chart]")
    tab.fill(".chart-builder [name=y]", "val/loss")

    tab.fill(".chart-builder [name=x]", "metr")

    until(tab, "document.querySelector('.chart-builder .refused').textContent.includes('x axis')")
    assert tab.locator(".preview .plot").count() == 0
    tab.fill(".chart-builder [name=x]", "metrics.epoch")
    until(tab, "document.querySelector('.preview .plot')?.data?.length === 10")
    assert tab.inner_text(".chart-builder .refused") == ""


def test_a_column_of_a_table_is_drawn_over_another_one(tab, runs):
    for shift, run in enumerate(runs[:3]):
        table = {"fpr": [0.0, 0.2, 0.2, 1.0], "tpr": [0.0, 0.3 + shift / 10, 0.8, 1.0]}
        log_metrics(
            workspace=run.workspace, run_id=run.run_id, values=[Table(name="roc", value=table)]
        )
    open_table(tab, "?top=50&charts=[]")
    tab.click("[data-add-chart]")
    tab.click(".chart-builder [name=x]")
    tab.keyboard.press("Control+a")
    tab.keyboard.type("roc")
    until(tab, "document.querySelector('[data-value=\"metrics.roc.fpr\"]') !== null")
    tab.click(".chart-builder [name=y]")
    until(tab, "document.querySelector('[data-value=\"roc.tpr\"]') !== null")

    tab.fill(".chart-builder [name=y]", "roc.tpr")
    tab.fill(".chart-builder [name=x]", "metrics.roc.fpr")
    until(tab, "document.querySelector('.preview .plot')?.data?.length === 3")
    tab.click(".chart-builder [data-submit]")

    until(tab, "document.querySelector('.card .plot')?.data?.length === 3")
    lines = tab.evaluate(
        "document.querySelector('.card .plot').data.map(({x, y}) => [[...x], [...y]])"
    )
    expected = [[[0.0, 0.2, 0.2, 1.0], [0.0, 0.3 + shift / 10, 0.8, 1.0]] for shift in range(3)]
    assert sorted(lines) == sorted(expected)
    assert tab.locator(".card .scatterlayer path.js-line").count() == 3
    assert "roc.fpr" in tab.inner_text(".card .card-note")

    tab.reload()
    until(tab, "document.querySelector('.card .plot')?.data?.length === 3")


def test_a_pattern_chooses_columns_too(tab, runs):
    run = runs.last()
    table = {"fpr": [0.0, 1.0], "tpr": [0.0, 1.0], "label": ["a", "b"]}
    log_metrics(workspace=run.workspace, run_id=run.run_id, values=[Table(name="roc", value=table)])
    open_table(tab, r'?charts=[{"m":"^roc\\.","x":"index"}]')
    until(tab, "document.querySelector('.card .plot')?.data?.length === 2")


def test_an_address_with_a_filter_that_cannot_be_read_says_why(tab, runs):
    open_rows(tab, "?q=metrics.val/loss.best > 0")
    until(tab, "document.querySelector('[data-problem]').textContent.includes('goal metric')")
    assert tab.get_attribute("[data-query] input", "aria-invalid") == "true"

    tab.fill("[data-query] input", "")
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('[data-problem]').hidden")
    until(tab, "document.querySelector('[data-counts]').textContent.includes('12 runs')")
