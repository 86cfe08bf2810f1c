"""What the charts over a run table draw, measured in Chromium on the drawing itself."""

import json
import math
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from runs.metrics.services import RunRef, log_batch
from runs.tracking.models import Run
from tests.factories import make_experiment, make_run
from tests.web.browser import until
from tests.web.run_table import make_runs, open_table, query_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SIX = [
    {"y": ["val/loss"]},
    {"t": "bar", "y": ["val/loss"]},
    {"t": "scatter", "y": ["val/loss"], "x": "metrics.train/loss"},
    {"t": "box", "y": ["val/loss"]},
    {"t": "histogram", "y": ["val/loss"]},
    {"t": "parallel", "y": ["val/loss"], "r": ["params.lr"]},
]
DRAWN = "document.querySelectorAll('.card .plot > svg, .card .main-svg:first-child').length"
# Of each card, how far its drawing is from filling its place, in pixels.
MISFIT = """Math.max(...[...document.querySelectorAll('.card .plot')].map(plot => {
  const drawing = (plot.querySelector('.main-svg, .parallel')).getBoundingClientRect();
  return Math.abs(drawing.width - plot.clientWidth) + Math.abs(drawing.height - plot.clientHeight);
})) < 1"""
COLORS = """[...document.querySelectorAll('.card .plot')].map(plot =>
  plot.data.map(({line, marker}) => [line.color, line.dash, marker?.symbol ?? ''].join(' ')))"""
# Of each card, how many lines its legend lists; 0 for a folded one.
LISTED = """JSON.stringify([...document.querySelectorAll('.card-legend')].map(list =>
  list.hidden ? 0 : list.children.length))"""
NOTE = "document.querySelector('.card .card-foot').textContent"


def charts(*specs):
    return f"?charts={quote(json.dumps(specs))}"


def log(run, key, values):
    points = [(key, step, 1000 + step, value) for step, value in enumerate(values)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)


def make_named(*names, key="loss", values=(1.0, 0.5)):
    """Runs with these names, each with one metric."""
    experiment = make_experiment("named")
    runs = [make_run(experiment, run_id=f"named-{i}", name=name) for i, name in enumerate(names)]
    for run in runs:
        log(run, key, values)
    return runs


def from_menu(tab, item, card=0):
    tab.locator(".card").nth(card).get_by_role("button", name="Menu of").click()
    tab.get_by_role("menuitem", name=item, exact=True).click()


@pytest.fixture
def runs(db):
    return make_runs()


def test_every_chart_fills_its_place_whatever_changes_it(tab, runs):
    open_table(tab, charts(*SIX))
    for card in range(6):
        tab.locator(".card").nth(card).scroll_into_view_if_needed()
        until(tab, f"{DRAWN} >= {card + 1}")
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


def test_a_card_of_a_run_page_fills_its_place_too(tab, runs):
    tab.goto("/w/default/runs/run-1/metrics?m=train/loss,val/loss")
    until(tab, f"{DRAWN} >= 2")
    before = tab.locator(".card .main-svg").first.bounding_box()["width"]

    tab.get_by_role("button", name="Wider: train/loss").click()

    until(tab, MISFIT)
    assert tab.locator(".card .main-svg").first.bounding_box()["width"] > 1.5 * before


def test_runs_shown_have_a_colour_of_their_own_in_every_chart_and_row(tab, db):
    make_named(*(f"r{i}" for i in range(40)))
    names = ", ".join(f"'r{i}'" for i in range(0, 40, 4))
    query = charts({"y": ["loss"]}, {"y": ["loss"], "x": "index"})
    open_table(tab, f"{query}&q={quote(f'run.name in [{names}]')}")
    until(tab, f"{DRAWN} === 2 && {COLORS}.every(chart => chart.length === 10)")

    first, second = tab.evaluate(COLORS)
    assert len(set(first)) == 10
    assert first == second
    hues = [look.split(") ")[0] + ")" for look in first]
    assert len(set(hues)) == 8
    dots = tab.evaluate(
        "[...document.querySelectorAll('.rt-body .rt-dot')].map(d => d.style.background)"
    )
    assert len(set(dots)) == 10
    tab.reload()
    until(tab, f"{DRAWN} === 2 && {COLORS}.every(chart => chart.length === 10)")
    assert tab.evaluate(COLORS)[0] == first


def test_two_metrics_of_many_runs_are_told_apart(tab, runs):
    open_table(tab, charts({"y": ["train/loss", "val/loss"]}))
    until(tab, f"{DRAWN} === 1 && {COLORS}[0].length === 20")
    assert len(set(tab.evaluate(COLORS)[0])) == 20


def test_a_run_keeps_its_colour_while_it_is_shown(tab, runs):
    open_table(tab, charts({"y": ["val/loss"]}))
    until(tab, f"{DRAWN} === 1 && {COLORS}[0].length === 10")
    named = "Object.fromEntries(document.querySelector('.plot').data.map(t => [t.name, t.line]))"
    before = tab.evaluate(named)

    tab.click(".rt-eye >> nth=0")

    until(tab, f"{COLORS}[0].length === 10 && !Object.keys({named}).includes('run 11')")
    after = tab.evaluate(named)
    assert all(after[name] == line for name, line in before.items() if name != "run 11")


HOSTILE = ["<a href=https://example.org>link</a>", "<b>bold</b>", "one<br>two", "&amp; %{x} $y$"]


def test_names_are_text_in_every_label_and_picture(tab, db):
    make_named(*HOSTILE)
    open_table(tab, charts({"t": "bar", "y": ["loss"]}, {"y": ["loss"], "n": "<i>title</i>"}))
    until(tab, f"{DRAWN} === 2")
    labels = "[...document.querySelectorAll('.ytick text')].map(text => text.textContent)"
    until(tab, f"{labels}.length >= 4")

    assert tab.locator(".card .plot a").count() == 0
    assert "&amp; %{x} $y$" in tab.evaluate(labels)
    assert "one<br>two" in tab.evaluate(labels)
    with tab.expect_download() as download:
        from_menu(tab, "Save as SVG", 1)
    picture = ElementTree.parse(download.value.path())
    tags = {element.tag.rpartition("}")[2] for element in picture.iter()}
    assert not tags & {"a", "b", "i", "br"}
    texts = [text for text in picture.getroot().itertext() if text.strip()]
    assert {"<i>title</i>", *HOSTILE} <= set(texts)


def test_the_tooltip_names_the_metric_nearest_line_first_and_a_click_keeps_it(tab, runs):
    open_table(tab, charts({"y": ["train/loss", "val/loss"]}))
    until(tab, f"{DRAWN} === 1")
    box = tab.locator(".card .nsewdrag").first.bounding_box()
    lines = "[...document.querySelectorAll('.chart-tip div')].map(e => e.textContent)"
    values = "[...document.querySelectorAll('.chart-tip div b')].map(e => Number(e.textContent))"

    tab.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] - 3)
    until(tab, f"{lines}.length === 16")
    assert all("train/loss" in line or "val/loss" in line for line in tab.evaluate(lines))
    low = tab.evaluate(values)
    assert low == sorted(low)
    until(tab, "document.querySelectorAll('.rt-row.lit').length === 1")
    until(tab, "document.querySelectorAll('.plot.has-lit .trace.lit').length > 0")

    tab.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] - 3)
    until(tab, f"{lines}.length === 20")
    tab.mouse.move(5, 5)
    assert tab.is_visible(".chart-tip.pinned")
    tab.get_by_role("button", name="Close the values").click()
    assert tab.is_hidden(".chart-tip")


def test_the_tooltip_keeps_the_ends_of_long_names(tab, db):
    long = "resnet50-imagenet-augmented-mixup-cutmix-label-smoothing-cosine-bs256"
    make_named(*[f"{long}-s{i}" for i in range(3)])
    open_table(tab, charts({"y": ["loss"]}))
    until(tab, f"{DRAWN} === 1")
    box = tab.locator(".card .nsewdrag").first.bounding_box()

    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    until(tab, "document.querySelectorAll('.chart-tip .middle-cut').length === 3")
    tip = tab.locator(".chart-tip").bounding_box()
    ends = tab.locator(".chart-tip .middle-cut > :last-child")
    assert {text[-3:] for text in ends.all_text_contents()} == {"-s0", "-s1", "-s2"}
    assert all(
        one.bounding_box()["x"] + one.bounding_box()["width"] < tip["x"] + tip["width"]
        for one in ends.all()
    )
    assert ends.first.evaluate(
        "end => end.previousSibling.scrollWidth > end.previousSibling.clientWidth"
    )


def test_a_row_lights_its_line(tab, runs):
    open_table(tab, charts({"y": ["val/loss"]}))
    until(tab, f"{DRAWN} === 1")

    tab.hover(".rt-row[data-index='2'] .rt-name")

    until(tab, "document.querySelectorAll('.plot.has-lit .trace.lit').length === 1")
    tab.hover("h1")
    until(tab, "document.querySelector('.has-lit') === null")


def test_one_diverged_run_leaves_the_axis_to_the_others(tab, db):
    experiment = make_experiment("diverged")
    for i in range(40):
        run = make_run(experiment, run_id=f"d{i}")
        log(
            run,
            "loss",
            [10 ** (12 * s / 50) if i == 7 else 2 / (1 + s / (i + 1)) for s in range(50)],
        )
    top = "document.querySelector('.card .plot').layout.yaxis.range?.[1]"
    open_table(tab, f"{charts({'y': ['loss']})}&top=50")
    until(tab, f"{DRAWN} === 1")

    until(tab, f"{NOTE}.includes('1 run beyond the axis')")
    assert tab.evaluate(top) < 3
    tab.get_by_role("button", name="show all").click()
    until(tab, f"!{NOTE}.includes('beyond') && !({top} < 1e11)")
    assert '"o":false' in query_of(tab)["charts"]


def test_bars_begin_at_zero_also_without_a_diverged_run(tab, db):
    experiment = make_experiment("bars")
    for i in range(12):
        log(make_run(experiment, run_id=f"b{i}"), "loss", [1e9 if i == 7 else 5 + i / 10])
    axis = "document.querySelector('.card .plot').layout.xaxis.range"

    open_table(tab, charts({"t": "bar", "y": ["loss"]}))

    until(tab, f"{NOTE}.includes('1 run beyond the axis')")
    assert tab.evaluate(axis)[0] == 0
    assert 6 < tab.evaluate(axis)[1] < 7


def test_a_metric_on_x_is_a_number_for_runs_that_have_one(tab, runs):
    bad = runs[0]
    log(bad, "val/loss", [math.nan])
    log(bad, "odd", [math.nan])
    for run in runs[1:]:
        log(run, "odd", [float(run.number), 0.0])
    open_table(tab, charts({"t": "scatter", "y": ["val/loss"], "x": "metrics.odd", "a": "max"}))
    until(tab, f"{DRAWN} === 1")

    axis = "document.querySelector('.card .plot').layout.xaxis"
    assert tab.evaluate(f"{axis}.type") == "linear"
    assert tab.evaluate(f"{axis}.title.text") == "odd (max)"
    x = tab.evaluate("document.querySelector('.card .plot').data[0].x")
    assert sorted(x) == sorted(float(run.number) for run in runs[1:])
    until(tab, f"{NOTE}.includes('1 without a number')")


@pytest.mark.parametrize("kind", ["bar", "box", "histogram", "parallel"])
def test_a_summary_takes_all_runs_of_the_table(tab, db, kind):
    make_named(*(f"r{i}" for i in range(120)), values=[1.0])
    open_table(tab, charts({"t": kind, "y": ["loss"], "r": []}))
    counted = {
        "parallel": "document.querySelectorAll('.parallel-run').length",
        "histogram": "document.querySelector('.plot').data[0].y.reduce((a, b) => a + b)",
    }.get(kind, "document.querySelector('.plot').data[0].y.length")
    until(tab, f"{DRAWN} === 1")
    assert tab.evaluate(counted) == 120
    assert "120 runs" in tab.evaluate(NOTE)


def test_a_chart_without_data_says_so_instead_of_axes(tab, runs):
    log(runs[0], "rare", [1.0, 2.0])
    log(runs[11], "nan", [math.nan, math.nan])
    open_table(tab, charts({"y": ["rare"]}, {"y": ["nan"]}, {"t": "bar", "y": ["none"]}))
    until(tab, "document.querySelectorAll('.plot-empty').length === 3")

    words = tab.locator(".plot-empty").all_inner_texts()
    assert words == [
        "No data for these runs.",
        "No numbers: 2 values are NaN or infinite.",
        "No data for these runs.",
    ]
    assert tab.locator(".main-svg").count() == 0


def test_a_point_between_nans_is_seen(tab, runs):
    log(runs[11], "gaps", [1.0, math.nan, 2.0, math.inf, 3.0, 4.0])
    open_table(tab, charts({"y": ["gaps"]}))
    until(tab, f"{DRAWN} === 1")

    assert tab.locator(".card .scatterlayer .point").count() == 2
    assert "2 values are NaN or infinite" in tab.evaluate(NOTE)
    assert "9 runs without data" in tab.evaluate(NOTE)


@pytest.mark.parametrize("text", ["nonsense", '[{"t":"pie"}]', '{"y":1}', "[1,null]"])
def test_charts_that_cannot_be_read_are_the_usual_ones(tab, runs, text):
    open_table(tab, f"?charts={quote(text)}")
    until(tab, "document.querySelectorAll('[data-cards] .card').length === 3")
    until(tab, "document.body.textContent.includes('cannot be read')")


def test_what_a_chart_cannot_mean_is_left_out(tab, runs):
    spec = {"y": ["val/loss"], "s": "magic", "a": "x", "ys": "cube", "x": "moon", "w": 9, "xr": [1]}
    open_table(tab, charts(spec))
    until(tab, f"{DRAWN} === 1")


def test_numbers_at_the_edge_of_all_are_drawn(tab, db):
    make_named("huge", values=[1e308, -1e308, 5.0, 1.7e308])
    open_table(
        tab, charts({"y": ["loss"]}, {"y": ["loss"], "ys": "symlog"}, {"t": "bar", "y": ["loss"]})
    )
    until(tab, f"{DRAWN} === 3")
    paths = "[...document.querySelectorAll('.plot path')].map(path => path.getAttribute('d'))"
    assert not [path for path in tab.evaluate(paths) if path and "NaN" in path]


def test_the_curves_of_deleted_runs_go(tab, runs):
    open_table(tab, charts({"y": ["val/loss"]}))
    lines = "(document.querySelector('.card .plot').data?.length ?? 0)"
    until(tab, f"{lines} === 10")

    Run.objects.filter(run_id__in=["run-0", "run-11", "run-5"]).update(lifecycle="deleted")

    until(tab, f"{lines} === 9", seconds=15)
    Run.objects.all().update(lifecycle="deleted")
    until(tab, "document.querySelector('.card .plot-empty') !== null", seconds=15)


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


@pytest.mark.parametrize("kind", ["scatter", "histogram", "bar", "box"])
def test_every_numeric_axis_can_be_logarithmic(tab, runs, kind):
    spec = {"t": kind, "y": ["val/loss"], "x": "metrics.train/loss", "xs": "log", "ys": "log"}
    open_table(tab, charts(spec))
    until(tab, f"{DRAWN} === 1")

    layout = tab.evaluate("document.querySelector('.card .plot').layout")
    wanted = {"scatter": "xy", "histogram": "xy", "bar": "x", "box": "y"}[kind]
    for axis in wanted:
        assert layout[f"{axis}axis"]["type"] == "log"
