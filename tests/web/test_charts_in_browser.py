"""What the charts over a run table draw, measured in Chromium on the drawing itself."""

import math
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from runs.tracking.models import Run
from tests.factories import make_experiment, make_run
from tests.web.browser import until
from tests.web.chart_cards import DRAWN, SIX, charts, from_menu, log, make_named, see_all
from tests.web.run_table import make_like, make_runs, open_table, query_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
COLORS = """[...document.querySelectorAll('.card .plot')].map(plot =>
  plot.data.map(({line, marker}) => [line.color, line.dash, marker?.symbol ?? ''].join(' ')))"""
NOTE = "document.querySelector('.card .card-foot').textContent"


@pytest.fixture
def runs(db):
    return make_runs()


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


def test_a_run_that_diverged_leaves_both_axes_of_a_scatter(tab, db):
    experiment = make_experiment("scattered")
    for i in range(12):
        run = make_run(experiment, run_id=f"s{i}")
        log(run, "loss", [1e12 if i == 7 else 1 + i / 10])
        log(run, "acc", [0.5 + i / 100])
    open_table(tab, charts({"t": "scatter", "y": ["acc"], "x": "metrics.loss"}))

    until(tab, f"{NOTE}.includes('1 run beyond the axis')")
    assert tab.evaluate("document.querySelector('.card .plot').layout.xaxis.range[1]") < 3
    tab.get_by_role("button", name="show all").click()
    until(tab, "document.querySelector('.card .plot')._fullLayout.xaxis.range[1] > 1e11")


def test_the_titles_of_parallel_axes_are_whole(tab, runs):
    open_table(tab, charts({"t": "parallel", "y": ["val/loss"], "r": ["params.lr"]}))
    until(tab, "document.querySelectorAll('.parallel-title').length === 2")

    plot = tab.locator(".card .plot").bounding_box()
    for title in tab.locator(".parallel-title").all():
        box = title.bounding_box()
        assert box["y"] + box["height"] <= plot["y"] + plot["height"]


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


def test_a_summary_takes_all_runs_of_the_table(tab, db):
    make_named(*(f"r{i}" for i in range(120)), values=[1.0])
    counts = {
        "bar": "card.querySelector('.plot').data[0].y.length",
        "box": "card.querySelector('.plot').data[0].y.length",
        "histogram": "card.querySelector('.plot').data[0].y.reduce((a, b) => a + b)",
        "parallel": "card.querySelectorAll('.parallel-run').length",
    }
    open_table(tab, charts(*({"t": kind, "y": ["loss"], "r": []} for kind in counts)))
    see_all(tab, len(counts))
    for number, count in enumerate(counts.values()):
        card = tab.locator(".card").nth(number)
        assert card.evaluate(f"card => {count}") == 120
        assert "120 runs" in card.locator(".card-foot").text_content()


def test_a_summary_says_how_many_of_too_many_runs_it_draws(tab, db):
    first = make_run(name="first")
    log(first, "loss", [1.0])
    others = make_like(first, 5059)
    log(others[-1], "loss", [2.0])

    open_table(tab, charts({"t": "bar", "y": ["loss"]}))

    until(tab, f"{NOTE}.includes('the first 5,000 of 5,060 runs')")


def test_charts_draw_the_first_runs_that_have_data(tab, db):
    make_named(*(f"old-{i}" for i in range(12)))
    experiment = Run.objects.first().experiment
    for number in range(12):
        make_run(experiment, run_id=f"new-{number}", name=f"new-{number}")
    drawn = "document.querySelector('.card .plot').data?.length"
    open_table(tab, charts({"y": ["loss"]}))
    until(tab, f"{drawn} === 10")
    until(tab, f"{NOTE}.startsWith('10 of 24 runs, the first with data')")
    colors = tab.evaluate(f"{COLORS}[0].map(one => one.split(' ')[0])")
    assert len(set(colors)) == 8, "their colours are the first ones, whatever stands above them"
    grey = "[...document.querySelectorAll('.rt-row')].filter(row => row.textContent.includes('%s'))"
    assert tab.evaluate(f"{grey % 'new-'}.length") == 12

    log(Run.objects.get(run_id="new-3"), "loss", [0.9, 0.4])
    names = "document.querySelector('.card .plot').data?.map(({name}) => name).join()"
    until(tab, f"({names} ?? '').includes('new-3')")
    assert tab.evaluate(drawn) == 10
    tab.click(".card-foot >> text=show more")
    until(tab, f"{drawn} === 13")
    until(tab, f"{NOTE} === '11 runs without data'")


def test_few_runs_with_data_are_found_among_the_first_hundred(tab, db):
    make_named("old")
    experiment = Run.objects.first().experiment
    for number in range(100):
        make_run(experiment, run_id=f"new-{number}", name=f"new-{number}", started_ms=number + 1)
    Run.objects.filter(run_id="named-0").update(started_ms=50)
    open_table(tab, charts({"y": ["loss"]}, {"y": ["none"]}))
    until(tab, f"{NOTE} === '1 of the first 100 runs has data'")
    tab.locator(".card >> nth=1 >> text=No data for these runs.").wait_for()
    tab.locator(".card >> nth=1 >> text=0 of the first 100 runs have data").wait_for()


def test_a_chart_without_data_says_so_instead_of_axes(tab, runs):
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
    assert tab.evaluate(NOTE).startswith("1 of 12 runs has data · ")


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


@pytest.mark.parametrize("clip", [True, False])
def test_every_chart_draws_runs_at_the_edge_of_all_numbers(tab, db, clip):
    experiment = make_experiment("edge")
    for i, value in enumerate([1e308, -1e308, 9.7e11, 1e-300, 0.1, 5.0]):
        run = make_run(experiment, run_id=f"e{i}", params={"lr": "0.1"})
        log(run, "val/loss", [value / 2, value])
        log(run, "train/loss", [value, value / 2])
    over_each_other = [
        {"y": ["val/loss"], "x": "metrics.train/loss"},
        {"y": ["val/loss", "train/loss"]},
    ]
    specs = [{**spec, "o": clip} for spec in (*SIX, *over_each_other)]

    open_table(tab, charts(*specs))

    see_all(tab, len(specs))
    drawn = "[...document.querySelectorAll('.plot path, .plot polyline')].map(one => one.outerHTML)"
    assert not [one for one in tab.evaluate(drawn) if "NaN" in one or "e+" in one]


def test_the_curves_of_deleted_runs_go(tab, runs):
    open_table(tab, charts({"y": ["val/loss"]}))
    lines = "(document.querySelector('.card .plot').data?.length ?? 0)"
    until(tab, f"{lines} === 10")

    Run.objects.filter(run_id__in=["run-0", "run-11", "run-5"]).update(lifecycle="deleted")

    until(tab, f"{lines} === 9")
    Run.objects.all().update(lifecycle="deleted")
    until(tab, "document.querySelector('.card .plot-empty') !== null")
