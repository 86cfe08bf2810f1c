"""The run table and its charts in Chromium."""

import pytest

from runs.metrics.services import RunRef, log_batch
from tests.factories import make_run
from tests.web.browser import PHONE, open_tab, until
from tests.web.chart_cards import charts
from tests.web.run_table import (
    DRAWN,
    NAMES,
    READY,
    make_like,
    make_runs,
    open_rows,
    open_table,
    query_of,
    row_names,
)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def runs(db):
    return make_runs()


def test_a_group_opens_to_its_members(tab, runs):
    open_rows(tab, "?group=params.lr")
    assert row_names(tab) == ["lr = 0.01", "lr = 0.1"]

    tab.click(".rt-twig >> nth=0")

    until(tab, f"{DRAWN} === 8")
    assert row_names(tab)[1] == "run 11"


def test_a_cell_filters_by_its_value(tab, runs):
    open_rows(tab, "?cols=run.name,params.lr")

    tab.locator(".rt-body [data-column='params.lr']").first.click(button="right")
    tab.get_by_role("menuitem", name="Filter by this value").click()

    until(tab, f"{DRAWN} === 6")
    assert query_of(tab)["q"] == "params.lr = '0.01'"


def test_runs_are_archived_and_brought_back(tab, runs):
    open_rows(tab)
    tab.click(".rt-pick >> nth=0")

    tab.click("[data-bulk=archive]")
    until(tab, f"{DRAWN} === 11")
    tab.get_by_role("button", name="Undo").click()

    until(tab, f"{DRAWN} === 12")


def test_back_takes_the_last_step_back(tab, runs):
    open_rows(tab)
    tab.click(".rt-headrow [data-column='metrics.val/loss'] .rt-label")
    until(tab, "location.search.includes('sort=')")

    tab.go_back()

    until(tab, f"{NAMES}[0] === 'run 11'")
    assert "sort" not in query_of(tab)


def test_only_the_rows_and_columns_in_sight_are_drawn(tab, db):
    run = make_like(make_run(), 149)[-1]
    points = [(f"metric-{i:04}", 0, 1, float(i)) for i in range(1000)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)
    wanted = ",".join(f"metrics.metric-{i:04}" for i in range(200))
    open_rows(tab, f"?cols=run.name,{wanted}")

    assert tab.evaluate("document.querySelectorAll('.rt-cell').length") < 1500
    tab.evaluate("document.querySelector('.rt-grid').scrollTop = 1e6")
    until(tab, "document.querySelector('.rt-grid').getAttribute('aria-rowcount') === '151'")
    tab.evaluate("document.querySelector('.rt-grid').scrollLeft = 1e6")
    until(tab, "document.querySelector('[data-column=\"metrics.metric-0199\"]') !== null")


def test_new_points_arrive_without_losing_the_selection(tab, runs):
    open_rows(tab)
    tab.click(".rt-pick >> nth=0")
    run = runs.last()

    log_batch(
        run=RunRef(run.id, run.experiment_id),
        points=[("val/loss", 100, 9000, 123.5)],
        params=None,
        tags=None,
    )

    until(tab, "document.querySelector('.rt-body').textContent.includes('123.5')")
    assert tab.inner_text("[data-count]") == "1 run selected"


def test_a_chart_is_duplicated_removed_and_seen_as_a_table(tab, runs):
    open_table(tab)
    cards = "document.querySelectorAll('.card').length"
    until(tab, f"{cards} === 3")
    until(tab, "document.querySelectorAll('.card .js-plotly-plot').length >= 1")

    tab.locator(".card").first.get_by_role("button", name="Menu of").click()
    tab.get_by_role("menuitem", name="View as table").click()
    assert tab.locator(".card-table tbody tr").count() == 10
    tab.locator(".card").first.get_by_role("button", name="Menu of").click()
    tab.get_by_role("menuitem", name="Duplicate").click()

    until(tab, f"{cards} === 4")
    tab.locator(".card").first.focus()
    tab.keyboard.press("Delete")
    until(tab, f"{cards} === 3")


def test_a_card_is_resized_by_its_grip(tab, runs):
    open_table(tab, '?charts=[{"y":["val/loss"]}]')
    until(tab, "document.querySelector('.card .plot')?.data?.length === 10")
    card = tab.locator(".card").bounding_box()
    tab.mouse.move(card["x"] + card["width"] - 7, card["y"] + card["height"] - 7)
    tab.mouse.down()
    tab.mouse.move(card["x"] + card["width"] * 2, card["y"] + card["height"] + 190, steps=8)
    tab.mouse.up()
    until(tab, f"document.querySelector('.card').offsetWidth > {card['width'] * 1.8}")
    assert '"w":2,"h":2' in query_of(tab)["charts"]


def test_a_spike_stays_in_sight_and_zoom_asks_for_more(tab, db):
    run = make_run(run_id="long", name="long")
    values = [0.0] * 20_000
    values[12_345] = 9.0
    points = [("loss", step, 1000 + step, value) for step, value in enumerate(values)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)
    open_table(tab)
    data = "document.querySelector('.card .plot').data[0]"
    until(tab, f"document.querySelector('.card .plot').data && Math.max(...{data}.y) === 9")

    box = tab.locator(".card .nsewdrag").first.bounding_box()
    with tab.expect_response(lambda answer: "range=" in answer.url):
        tab.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 40)
        tab.mouse.down()
        tab.mouse.move(box["x"] + box["width"] * 0.65, box["y"] + 40, steps=5)
        tab.mouse.up()

    until(tab, f"Math.max(...{data}.y) === 9 && {data}.x.length > 100 && {data}.x[0] > 11000")


def test_each_type_of_chart_draws(tab, runs):
    kinds = ["bar", "scatter", "box", "histogram", "parallel"]
    own = {"scatter": {"x": "params.lr"}, "parallel": {"r": ["params.lr"]}}
    specs = [{"t": kind, "y": ["val/loss"], **own.get(kind, {})} for kind in kinds]
    open_table(tab, charts(*specs))
    for number, kind in enumerate(kinds):
        card = tab.locator(".card").nth(number)
        card.scroll_into_view_if_needed()
        card.locator(".plot svg").first.wait_for()
        assert card.locator(".card-foot").text_content() != "undefined", kind


def test_group_curves_have_a_mean_and_a_band(tab, runs):
    open_table(tab, '?charts=[{"y":["val/loss"],"g":"params.lr"}]')
    until(tab, "(document.querySelector('.card .plot').data ?? []).length === 6")


def test_sections_of_metrics_load_when_they_are_opened(tab, runs):
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    open_table(tab, "?charts=[]")
    assert not [url for url in asked if "/w/default/series" in url]
    bar = tab.locator("[data-section-bar] button")
    assert bar.all_inner_texts() == ["train/\n1", "val/\n1", "other metrics\n1"]

    bar.nth(1).click()
    until(tab, "document.querySelector('.chart-section .plot')?.data?.length === 10")
    assert query_of(tab)["open"] == "val/"
    curves = [url for url in asked if "/w/default/series" in url]
    assert [url for url in curves if "val%2Floss" in url]
    assert not [url for url in curves if "train%2Floss" in url]

    tab.locator(".chart-section .card").focus()
    tab.keyboard.press("e")
    until(tab, "document.querySelectorAll('[data-cards] .card').length === 1")
    tab.reload()
    until(tab, "document.querySelectorAll('.chart-section .card').length === 1")
    tab.locator("[data-section-bar] button").nth(1).click()
    until(tab, "document.querySelector('.chart-section') === null")
    assert "open" not in query_of(tab)


def test_a_phone_shows_the_table_too(tab, runs):
    tab.set_viewport_size(PHONE)
    open_table(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_phone_shows_two_results_beside_the_names(chromium, live_server, settings, runs):
    settings.STUDIO_OPEN = True
    inside = """[...document.querySelectorAll('.rt-headrow .rt-cell')].filter(cell =>
      cell.getBoundingClientRect().right <= document.querySelector('.rt-grid')
        .getBoundingClientRect().right).map(cell => cell.dataset.column).join()"""
    cut = """[...document.querySelectorAll('.rt-headrow .rt-label')].slice(0, 3)
      .some(label => label.scrollWidth > label.clientWidth)"""
    with open_tab(chromium, live_server.url, viewport=PHONE, is_mobile=True) as tab:
        open_rows(tab)
        assert tab.evaluate(inside) == "run.name,metrics.val/loss,metrics.val/loss.min"
        assert not tab.evaluate(cut)
        assert tab.locator(".rt-headrow .rt-cell").first.bounding_box()["width"] >= 140
        tab.set_viewport_size({"width": 1440, "height": 900})
        until(tab, f"{inside}.startsWith('run.name,run.experiment,run.status')")
        tab.set_viewport_size(PHONE)
        open_rows(tab, "?cols=run.name,run.status,metrics.val/loss")
        assert tab.evaluate(inside).startswith("run.name,run.status"), "as somebody has chosen"


def test_runs_stand_side_by_side(tab, runs):
    tab.goto("/w/default/compare?runs=run-0,run-1&tab=table")
    assert "2 runs" in tab.inner_text(".counts")
    tab.goto("/w/default/compare?runs=run-0,run-1")
    until(tab, READY)
    until(tab, f"{DRAWN} === 2")
