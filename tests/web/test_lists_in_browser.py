"""What the lists of experiments and runs look like: nothing is cut, covered or out of line."""

import pytest

from runs.metrics.services import RunRef, log_batch
from runs.tracking.models import Run
from runs.tracking.statuses import Status
from tests.factories import make_experiment, make_run
from tests.web.browser import PHONE, until
from tests.web.run_table import READY, make_runs, open_rows, open_table

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

EXPERIMENTS = "/w/default/experiments"
LONG = "finetune-very-long-experiment-name-with-many-words-2026-11"
# What of a text its box, or a box around it, hides: pixels on the right.
HIDDEN = """(name) => [...document.querySelectorAll(name)].map((place) => {
    const range = document.createRange();
    range.selectNodeContents(place);
    let end = Infinity;
    for (let box = place; box !== document.body; box = box.parentElement)
        if (getComputedStyle(box).overflowX !== 'visible')
            end = Math.min(end, box.getBoundingClientRect().right);
    return Math.max(0, range.getBoundingClientRect().right - end);
})"""
# Which texts lie over others.
COVERED = """(name) => {
    const texts = [...document.querySelectorAll(name)].map((place) => {
        const range = document.createRange();
        range.selectNodeContents(place);
        return [place.textContent.trim(), range.getBoundingClientRect()];
    }).filter(([, box]) => box.width);
    const meet = (one, two) => one.left < two.right && two.left < one.right
        && one.top < two.bottom && two.top < one.bottom;
    return texts.filter(([, box], i) => i && meet(box, texts[i - 1][1])).map(([text]) => text);
}"""
MIDDLES = """(names) => names.map((name) => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector(name));
    const { top, bottom } = range.getBoundingClientRect();
    return (top + bottom) / 2;
})"""
BOX = """(name) => {
    const { left, top, right, bottom, height } =
        document.querySelector(name).getBoundingClientRect();
    return { left, top, right, bottom, height };
}"""


def test_a_phone_shows_every_status_and_the_ends_of_names_in_the_list_of_experiments(phone, db):
    for status in Status.values:
        make_run(make_experiment(f"nlp/bert/{status}/{LONG}"), status=status)
        make_experiment(f"nlp/bert/{status}")
    phone.goto(EXPERIMENTS)

    assert max(phone.evaluate(HIDDEN, ".experiments .status")) == 0
    assert max(phone.evaluate(HIDDEN, ".experiments .name .middle-cut > :last-child")) == 0
    assert phone.evaluate(COVERED, ".experiments tbody td") == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("name", ["run-1", "a-run-with-quite-a-long-name-s39"])
def test_the_last_run_stands_in_one_line_with_its_status(tab, db, name):
    make_run(make_experiment("vision"), name=name)
    tab.goto(EXPERIMENTS)

    places = [".last .status", ".last .middle-cut > :last-child"]
    status, name = tab.evaluate(MIDDLES, places)
    assert abs(status - name) <= 1


def test_an_experiment_counts_its_runs_as_its_page_does(tab, db):
    experiment = make_experiment("sweeps")
    parent = make_run(experiment)
    for _ in range(3):
        make_run(experiment, parent=parent)

    tab.goto(EXPERIMENTS)
    row = tab.locator(".experiments tbody tr", has_text="sweeps")
    assert row.locator(".runs").inner_text() == "1"
    assert row.locator(".runs").get_attribute("title") == "1 run · 3 child runs"
    assert row.locator(".active").inner_text() == "1"
    going_on = row.locator(".active span").get_attribute("title")
    assert going_on == "1 run and 3 child runs that have not ended"
    assert "4 running, 3 of them child runs" in tab.inner_text(".counts")

    tab.goto(f"{EXPERIMENTS}/sweeps")
    until(tab, "document.querySelector('[data-counts]').textContent.startsWith('1 run ·')")


@pytest.mark.parametrize("opener", [".experiments [data-experiment]", "[data-views]"])
def test_a_menu_at_the_right_edge_is_whole(tab, db, opener):
    make_run(make_experiment("vision"))
    tab.goto(EXPERIMENTS if "experiment" in opener else "/w/default/runs")
    until(tab, "document.querySelector('.experiments, [data-ready]') !== null")
    tab.locator(opener).last.click()
    tab.wait_for_selector(".sheet.popup")

    menu = tab.evaluate(BOX, ".sheet.popup")
    # Nothing is drawn where the page keeps room for its scroll bar.
    assert menu["right"] <= tab.evaluate("document.body.getBoundingClientRect().right") - 8


def test_the_caret_of_a_header_does_not_cover_its_label(tab, db):
    make_run()
    open_rows(tab)
    header = ".rt-headrow [data-column='run.duration']"
    tab.hover(header)

    label, caret = (tab.evaluate(BOX, f"{header} {part}") for part in (".rt-label", ".rt-caret"))
    assert caret["right"] <= label["left"] or caret["left"] >= label["right"]


def test_headers_show_the_names_of_metrics_and_the_ends_of_long_ones(tab, db):
    run = make_run()
    points = [("accuracy", 0, 1, 1.0), (f"layers/{'x' * 60}/norm", 0, 1, 1.0)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)
    columns = ",".join(f"metrics.{key}" for key, *_ in points)
    open_rows(tab, f"?cols=run.name,{columns}")

    assert max(tab.evaluate(HIDDEN, "[data-column='metrics.accuracy'] .rt-label > *")) == 0
    long = f"[data-column='metrics.{points[1][0]}'] .rt-label > :last-child"
    assert tab.inner_text(long).endswith("norm")
    assert max(tab.evaluate(HIDDEN, long)) == 0


def test_a_short_table_ends_with_its_rows(tab, db):
    make_run()
    open_rows(tab)
    frame, row = tab.evaluate(BOX, ".rt-frame"), tab.evaluate(BOX, ".rt-body .rt-row")

    assert 0 <= frame["bottom"] - row["bottom"] <= 20


def test_a_long_table_fills_the_screen(tab, db):
    experiment = make_experiment()
    Run.objects.bulk_create(
        Run(workspace=experiment.workspace, experiment=experiment, run_id=f"r{i}", name=f"r{i}",
            number=i + 1, status="Completed", created_ms=i, updated_ms=i)
        for i in range(60)
    )  # fmt: skip
    open_rows(tab)

    assert tab.evaluate("innerHeight") - tab.evaluate(BOX, ".rt-frame")["bottom"] < 80


def test_an_experiment_without_runs_shows_how_to_log_one_and_nothing_to_filter(tab, db):
    experiment = make_experiment("new")
    tab.goto(f"{EXPERIMENTS}/new")
    until(tab, READY)
    head, told = tab.evaluate(BOX, ".head"), tab.evaluate(BOX, ".nothing h2")
    assert told["top"] - head["bottom"] < 32
    assert tab.is_hidden(".controls")

    make_run(experiment, name="first")
    tab.get_by_role("link", name="first").wait_for()
    assert tab.is_visible(".controls")


def test_that_no_run_matches_is_said_right_below_the_filter(tab, db):
    make_run()
    tab.goto("/w/default/runs?q=nothing")
    until(tab, READY)

    bar, told = tab.evaluate(BOX, ".controls"), tab.evaluate(BOX, "[data-none]")
    assert told["top"] - bar["bottom"] < 16


def test_every_clause_of_a_filter_is_seen(tab, db):
    make_run(name="resnet", params={"lr": "0.1"})
    clauses = ["metrics.val/loss.min IS NULL", "params.lr IN (0.1, 0.01)", "status != Failed"]
    tab.goto(f"/w/default/runs?q={' and '.join(clauses)}")
    until(tab, "document.querySelectorAll('.filter-chips .chip').length === 3")

    assert max(tab.evaluate(HIDDEN, ".filter-chips .chip .btn")) == 0


def test_the_bar_of_selected_runs_leaves_the_table_to_a_phone(phone, db):
    make_runs()
    open_rows(phone)
    phone.locator(".rt-pick").first.tap()

    bar = phone.evaluate(BOX, "[data-bulk-bar]")
    assert bar["height"] < 110
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert phone.is_hidden("[data-bulk=restore]")
    assert phone.get_by_role("button", name="Delete").is_visible()


def test_the_icons_of_the_top_bar_stand_together_on_a_phone(phone, db):
    phone.goto(EXPERIMENTS)

    search, user = phone.evaluate(BOX, ".search > .icon"), phone.evaluate(BOX, ".top .menu")
    assert user["left"] - search["right"] < 60


def test_a_phone_shows_whole_statuses_and_names_below_the_search_box(phone, db):
    for status in Status.values:
        make_run(name=f"otter-{status}", status=status)
    phone.goto(EXPERIMENTS)
    for status in ("NotResponding", "CancelRequested"):
        phone.locator("#search").fill(f"otter-{status}")
        until(phone, f"document.querySelector('.found .name')?.textContent.includes('{status}')")

        assert max(phone.evaluate(HIDDEN, ".found .status")) == 0
        status_box, name_box = (
            phone.evaluate(BOX, f".found {one}") for one in (".status", ".name")
        )
        assert name_box["bottom"] <= status_box["top"] + 1


def test_the_button_of_the_tools_stays_where_it_is_on_a_phone(phone, db):
    make_run()
    open_table(phone)
    before = phone.evaluate(BOX, "[data-tools]")
    phone.tap("[data-tools]")
    assert phone.is_visible("[data-goal-menu]")

    assert phone.evaluate(BOX, "[data-tools]") == before


def test_a_menu_is_no_wider_than_a_narrow_page(tab, db):
    make_run(make_experiment("nlp/" + "long-name-" * 12))
    tab.set_viewport_size(PHONE)
    open_rows(tab)
    tab.click("[data-experiments] summary")
    tab.wait_for_selector("[data-experiments] label")

    menu = tab.evaluate(BOX, "[data-experiments] .sheet")
    assert menu["left"] >= 8
    assert menu["right"] <= tab.evaluate("document.body.getBoundingClientRect().right") - 8
