"""Compare in Chromium: legend, table, code, logs and curves as a person sees them."""

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from runs.artifacts.services import save_file
from runs.artifacts.snapshots.services import save_snapshot
from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import ConfusionMatrix, Table
from runs.metrics.services import RunRef, log_batch
from runs.tracking.models import Run
from tests.artifacts.zips import make_zip
from tests.charts.test_compared_curves import MATRIX
from tests.factories import default_workspace, make_experiment, make_run
from tests.web.accessibility import faults_of
from tests.web.browser import PHONE, until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LONG = "resnet50-imagenet-cosine-schedule-of-many-words-lr0.1-batch256-s"
COMPARED = "/w/default/compare?runs=run-2,run-0"
LEGEND = "[...document.querySelectorAll('[data-legend] li')].map(one => one.dataset.run)"
COLOURS = """[...document.querySelectorAll('[data-legend] li .legend-dot')]
    .map(dot => getComputedStyle(dot).backgroundColor)"""
LINES = "[...document.querySelectorAll('.plot .scatterlayer .js-line')]"


# The controls that stand on each other.
OVERLAPS = """(() => {
  const boxes = [...document.querySelectorAll('main :is(select, input, .btn)')]
    .filter((one) => one.checkVisibility() && one.type !== 'hidden')
    .map((one) => [one, one.closest('.check:has([type=checkbox])') ?? one])
    .map(([one, whole]) => [one, whole.getBoundingClientRect()]);
  return boxes.flatMap(([a, one], i) => boxes.slice(i + 1)
    .filter(([b, two]) => !a.contains(b) && !b.contains(a) && one.left < two.right - 1
      && two.left < one.right - 1 && one.top < two.bottom - 1 && two.top < one.bottom - 1)
    .map(([b]) => [a.name || a.className, b.name || b.className]));
})()"""


@pytest.fixture(autouse=True)
def runs(db):
    experiment = make_experiment("vision")
    for i in range(3):
        run = make_run(experiment, run_id=f"run-{i}", name=f"{LONG}{i}", params={"lr": f"0.{i}"})
        points = [("val/loss", step, 1000, 1 / (step + i + 1)) for step in range(5)]
        log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)
        save_file(owner=run, path="logs/train.log", chunks=[f"line of {i}\n".encode()])
        save_snapshot(run=run, chunks=[make_zip({"train.py": f"seed = {i}\n"})])
        roc = Table(name="roc", value={"fpr": [0, 0.5, 1], "tpr": [0, 0.6 + i / 10, 1]})
        matrix = ConfusionMatrix(name="validation", value=MATRIX)
        log_metrics(workspace=default_workspace(), run_id=run.run_id, values=[roc, matrix])


def test_the_best_value_is_bold_and_names_its_direction(tab):
    tab.goto(f"{COMPARED}&tab=table")
    row = tab.locator("tr", has_text="val/loss min")
    weights = row.locator("td").evaluate_all(
        "all => all.map(td => getComputedStyle(td).fontWeight)"
    )
    assert weights == ["700", "400"]
    assert row.locator(".goal").get_attribute("title") == "Lower is better"


def test_the_baseline_select_is_narrow_and_choosing_keeps_the_rest(tab):
    tab.goto(f"{COMPARED}&tab=table&diff=0")
    select = tab.locator("select[name=base]")
    assert select.bounding_box()["width"] <= 260
    select.select_option("run-0")
    tab.wait_for_url("**base=run-0**")
    assert tab.inner_text("thead th:nth-child(3) small") == "Baseline"
    assert not tab.is_checked("input[type=checkbox][name=diff]")
    assert tab.evaluate(LEGEND) == ["run-2", "run-0"]


def test_the_choice_of_a_run_shows_the_end_of_its_name(tab):
    tab.goto(f"{COMPARED}&tab=table")
    select = tab.locator("select[name=base]")
    chosen = select.evaluate("e => e.selectedOptions[0].textContent")
    needed = select.evaluate("""e => {
      const pen = document.createElement("canvas").getContext("2d");
      pen.font = getComputedStyle(e).font;
      return pen.measureText(e.selectedOptions[0].textContent).width;
    }""")

    assert chosen.startswith("resnet50") and "-s2 #" in chosen
    assert needed <= select.bounding_box()["width"] - 46


def test_a_length_of_time_is_written_as_in_the_run_table(tab):
    for i, seconds in enumerate((600, 603, 4205)):
        Run.objects.filter(run_id=f"run-{i}").update(
            status="Completed", started_ms=0, ended_ms=seconds * 1000
        )
    tab.goto("/w/default/compare?runs=run-0,run-1,run-2&tab=table")
    cells = tab.locator("tr", has_text="Duration").locator("td").all_inner_texts()

    assert [cell.split() for cell in cells] == [
        ["00:10:00"],
        ["00:10:03", "+3", "s"],
        ["01:10:05", "+60", "min"],
    ]


def test_long_names_keep_their_ends(tab):
    tab.goto(f"{COMPARED}&tab=table")
    tail = tab.locator("thead .middle-cut > :last-child").first
    head = tab.locator("thead .middle-cut > :first-child").first
    assert tail.inner_text().endswith("-s2")
    assert tail.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert head.evaluate("e => e.scrollWidth > e.clientWidth")


def test_a_run_is_found_by_its_name_and_added(tab):
    tab.goto(f"{COMPARED}&tab=table")
    tab.fill("[name=add]", "s1")
    tab.wait_for_selector("[role=option]")
    assert tab.locator("[role=option]").count() == 1
    tab.press("[name=add]", "ArrowDown")
    tab.press("[name=add]", "Enter")
    tab.wait_for_url("**runs=run-2,run-0,run-1**")
    assert tab.evaluate(LEGEND) == ["run-2", "run-0", "run-1"]
    tab.click("[data-run=run-2] .remove")
    until(tab, f'JSON.stringify({LEGEND}) === \'["run-0","run-1"]\'')


def test_runs_that_the_legend_has_no_room_for_are_one_click_away(tab):
    more = [make_run(run_id=f"more-{i}", name=f"{LONG}{i}").run_id for i in range(20)]
    tab.goto(f"{COMPARED},{','.join(more)}&tab=table")
    whole = """(list => list.scrollHeight <= list.clientHeight + 1)(
        document.querySelector('[data-legend] ul'))"""
    assert not tab.evaluate(whole)

    tab.get_by_role("button", name="Show all 22").click()

    assert tab.evaluate(whole)
    tab.get_by_role("button", name="Show fewer").click()
    assert not tab.evaluate(whole)


def test_a_word_that_a_chart_measures_has_nothing_else_styled_anew(tab):
    """Plotly puts each word of an axis at the end of the page to measure it."""
    tab.goto(COMPARED)
    until(tab, "document.querySelectorAll('.card .js-plotly-plot').length > 0")

    with styled_elements(tab) as counts:
        tab.evaluate("""() => {
          for (let word = 0; word < 20; word++) {
            const added = document.body.appendChild(document.createElement("span"));
            added.getBoundingClientRect();
            added.remove();
          }
        }""")

    assert len(counts) >= 20
    assert statistics.median(counts) < 50


@contextmanager
def styled_elements(tab: Any) -> Iterator[list[int]]:
    """Yield a list. At the end it says of each time that elements were styled how many were."""
    devtools = tab.context.new_cdp_session(tab)
    events: list[dict[str, Any]] = []
    devtools.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    asked = {"includedCategories": ["devtools.timeline"]}
    devtools.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": asked})
    counts: list[int] = []
    yield counts
    ended: list[Any] = []
    devtools.once("Tracing.tracingComplete", lambda told: ended.append(told))
    devtools.send("Tracing.end")
    while not ended:
        tab.wait_for_timeout(10)
    devtools.detach()
    found = [event["args"].get("elementCount") for event in events]
    counts.extend(count for count in found if count is not None)


@pytest.mark.parametrize("view", ["table", "environment", "logs"])
def test_what_scrolls_in_a_tab_ends_above_the_edge_of_the_screen(tab, view):
    more = [make_run(run_id=f"more-{i}", name=f"{LONG}{i}").run_id for i in range(20)]
    tab.goto(f"{COMPARED},{','.join(more)}&tab={view}&diff=0")
    bottom = "Math.max(...[...document.querySelectorAll('.log-side, .compare')].map(one =>"
    assert tab.evaluate(f"{bottom} one.getBoundingClientRect().bottom)) <= innerHeight")
    assert tab.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_a_phone_shows_two_runs_beside_each_other(tab):
    tab.set_viewport_size(PHONE)
    tab.goto(f"{COMPARED}&tab=table")
    cells = tab.locator("tr:has([title=lr]) td")
    boxes = [cells.nth(i).bounding_box() for i in range(2)]

    assert all(box["x"] + box["width"] <= PHONE["width"] - 8 for box in boxes)


def test_all_matrices_show_what_is_chosen_once(tab):
    tab.goto(f"{COMPARED}&tab=curves")
    numbers = "document.querySelectorAll('.matrices .plot .hm').length >= 4"
    until(tab, numbers)
    choice = tab.get_by_label("What is shown of validation")
    assert choice.count() == 1

    choice.select_option("normalised")

    plots = "[...document.querySelectorAll('.matrices .plot')]"
    until(tab, f"{plots}.every(plot => /0\\.\\d\\d/.test(plot.textContent))")


def test_code_shows_what_differs_between_two_snapshots(tab):
    tab.goto(f"{COMPARED}&tab=code")
    tab.wait_for_selector(".diff tr.added")
    changed = tab.locator(".diff tr:is(.added, .removed)").all_inner_texts()
    assert ["seed = 2" in changed[0], "seed = 0" in changed[1]] == [True, True]
    assert tab.url.count("runs=") == 1
    assert "tab=code" in tab.url
    tab.reload()
    tab.wait_for_selector(".diff tr.added")


def test_what_stands_side_by_side_begins_at_one_height(tab):
    tops = "all => [...new Set(all.map(one => Math.round(one.getBoundingClientRect().top)))]"
    tab.goto(f"{COMPARED}&tab=table")
    assert len(tab.locator("thead .run-head").evaluate_all(tops)) == 1
    tab.goto(f"{COMPARED}&tab=logs")
    until(tab, "document.querySelectorAll('.log-side .pane-body .log > *').length > 1")
    assert len(tab.locator(".log-side .pane-body").evaluate_all(tops)) == 1


def test_two_logs_stand_side_by_side(tab):
    tab.goto(f"{COMPARED}&tab=logs")
    until(tab, "document.querySelectorAll('.log-line').length === 2")
    assert tab.locator(".log-text").all_inner_texts() == ["line of 2", "line of 0"]
    left, right = (tab.locator(".log-side").nth(i).bounding_box() for i in (0, 1))
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]


def test_curves_lie_over_each_other_in_the_colours_of_the_legend(tab):
    tab.goto(f"{COMPARED}&tab=curves")
    until(tab, f"{LINES}.length === 2")
    drawn = tab.evaluate(f"{LINES}.map(line => getComputedStyle(line).stroke)")
    assert sorted(drawn) == sorted(tab.evaluate(COLOURS))
    width = tab.evaluate("document.querySelector('.plot .main-svg').getBoundingClientRect().width")
    assert width == pytest.approx(tab.locator(".plot").first.bounding_box()["width"], abs=4)
    until(tab, "document.querySelectorAll('.matrices .plot .heatmaplayer:has(.hm)').length === 2")


@pytest.mark.parametrize("name", ["table", "code", "environment", "logs", "curves"])
def test_every_tab_is_accessible_and_fits_a_phone(tab, name):
    tab.set_viewport_size(PHONE)
    tab.goto(f"{COMPARED}&tab={name}", wait_until="networkidle")
    assert faults_of(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert tab.evaluate(OVERLAPS) == []
    assert tab.locator("[name=add]").bounding_box()["height"] >= 30
