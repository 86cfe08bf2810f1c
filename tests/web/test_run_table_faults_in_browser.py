"""What the run table says when something is cut, hidden, refused or out of reach, in Chromium."""

import pytest

from runs.tracking.models import Run
from tests.factories import make_experiment, make_run
from tests.web.browser import PHONE, answered, until
from tests.web.run_table import (
    NAMES,
    READY,
    make_like,
    make_runs,
    open_rows,
    query_of,
    row_names,
)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

NOTE = "document.querySelector('[data-note]').textContent"


@pytest.fixture
def runs(db):
    return make_runs()


def test_what_was_asked_for_while_offline_comes_when_the_studio_answers_again(tab, runs):
    open_rows(tab)
    before = row_names(tab)
    tab.context.set_offline(True)
    tab.click(".rt-headrow [data-column='run.name'] .rt-label")
    until(tab, "!document.querySelector('[data-no-answer]').hidden")
    assert row_names(tab) == before
    assert tab.is_hidden("[data-query] [data-problem]")
    header = ".rt-headrow [data-column='run.name']"
    assert tab.get_attribute(header, "aria-sort") == "none"

    tab.context.set_offline(False)

    until(tab, f"{NAMES}[0] === 'run 00'")
    assert query_of(tab)["sort"] == "run.name"
    assert tab.get_attribute(header, "aria-sort") == "ascending"
    until(tab, "document.querySelector('[data-no-answer]').hidden")
    tab.troubles[:] = [one for one in tab.troubles if "ERR_INTERNET_DISCONNECTED" not in one]


def test_the_error_of_a_filter_is_seen_also_beside_completions(tab, runs):
    open_rows(tab)
    tab.fill("[data-query] input", "metrics.val/loss >> 1")
    tab.keyboard.press("Enter")
    until(tab, "!document.querySelector('[data-query] [data-problem]').hidden")

    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowDown")
    tab.locator(".query [role=option]").first.wait_for()

    problem = tab.locator("[data-query] [data-problem]")
    assert problem.is_visible()
    box = problem.bounding_box()
    middle = [box["x"] + 20, box["y"] + box["height"] / 2]
    assert tab.evaluate("([x, y]) => document.elementFromPoint(x, y).matches('.refused')", middle)
    tab.troubles[:] = [one for one in tab.troubles if "400" not in one]


def test_a_bad_pattern_is_told_in_the_panel_of_columns(tab, runs):
    open_rows(tab)
    tab.keyboard.press("e")
    tab.keyboard.type("val/(")

    problem = "document.querySelector('.columns-panel [data-problem]').textContent"
    until(tab, f"{problem}.includes('regular expression')")
    tab.troubles[:] = [one for one in tab.troubles if "400" not in one]


def test_an_empty_experiment_says_how_to_log_its_first_run(tab, runs):
    experiment = make_experiment("nothing")
    tab.goto("/w/default/experiments/nothing")
    until(tab, READY)
    until(tab, "!document.querySelector('[data-none]').hidden")

    text = tab.inner_text("[data-none]")
    assert "No runs match" not in text
    assert f"MLFLOW_EXPERIMENT_ID={experiment.number}" in text
    assert tab.is_hidden(".charts-fold")


def test_the_head_of_an_experiment_counts_its_runs_once(tab, runs):
    tab.goto("/w/default/experiments/vision/resnet")
    until(tab, READY)

    until(tab, "document.querySelector('h1 ~ .counts').innerText.startsWith('12 runs · ')")
    assert tab.inner_text("main").count(" running") == 1
    with answered(tab):
        tab.evaluate("document.dispatchEvent(new CustomEvent('studio:refresh'))")
    assert tab.inner_text("h1 ~ .counts").startswith("12 runs · ")


def test_the_selection_is_in_the_address(tab, runs):
    open_rows(tab)
    tab.click(".rt-pick >> nth=0")
    tab.click(".rt-pick >> nth=2")
    assert query_of(tab)["sel"] == "run-11,run-9"

    tab.reload()
    until(tab, READY)

    until(tab, "document.querySelectorAll('.rt-row.selected').length === 2")
    assert tab.inner_text("[data-count]") == "2 runs selected"


def test_selected_runs_that_the_filter_hides_are_told_and_asked_about(tab, runs):
    open_rows(tab, "?sel=run-11,run-10,run-8&q=params.lr = 0.1")
    until(tab, f"{NOTE}.includes('hidden by the filter')")
    hidden = int(tab.inner_text("[data-note]").split()[0])

    tab.click("[data-bulk=archive]")
    dialog = tab.locator("dialog[data-ask=hidden]")
    assert f"hides {hidden} of the 3" in dialog.inner_text()
    dialog.get_by_role("button", name=f"Only the {3 - hidden} shown").click()

    until(tab, "document.querySelector('.toast') !== null")
    assert Run.objects.filter(lifecycle="archived").count() == 3 - hidden
    word = "run" if 3 - hidden == 1 else "runs"
    assert tab.inner_text(".toast").startswith(f"{3 - hidden} {word} archived.")


def test_that_only_the_first_hundred_are_compared_is_said(tab, db):
    make_like(make_run(), 119)
    open_rows(tab)
    tab.click(".rt-pick >> nth=0")
    tab.click("[data-bulk=selectAll]")
    assert tab.inner_text("[data-count]") == "120 runs selected"
    assert query_of(tab)["sel"] == "all"
    assert tab.inner_text("[data-bulk=compare]") == "Compare the first 100"

    tab.click("[data-bulk=compare]")

    tab.wait_for_url("**/compare?*")
    assert len(query_of(tab)["runs"].split(",")) == 100


def test_the_menu_of_experiments_finds_those_it_does_not_list(tab, runs):
    for number in range(110):
        make_experiment(f"experiment {number:03}")
    open_rows(tab)
    tab.click("[data-experiments] summary")
    until(tab, "document.querySelectorAll('[data-experiments] label').length === 100")
    assert "more. Search to find them." in tab.inner_text("[data-experiments] .scroll")

    tab.fill("[data-experiments] [data-filter]", "resnet")

    until(tab, "document.querySelectorAll('[data-experiments] label').length === 1")
    tab.get_by_label("vision/resnet").check()
    until(tab, "location.search.includes('exp=vision')")


def test_j_and_x_work_from_anywhere_and_escape_leaves_the_box(tab, runs):
    open_rows(tab)
    tab.keyboard.press("f")
    assert tab.evaluate("document.activeElement.matches('[data-query] input')")
    tab.keyboard.press("Escape")
    assert not tab.evaluate("document.activeElement.matches('input')")

    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("x")

    assert tab.inner_text("[data-count]") == "1 run selected"
    assert query_of(tab)["sel"] == "run-10"


def test_all_controls_stand_in_one_line_and_the_filter_once(tab, runs):
    open_rows(tab, "?q=params.lr = 0.1")
    until(tab, "document.querySelectorAll('[data-chips] li').length === 1")
    assert tab.evaluate("document.querySelector('.controls').offsetHeight") <= 36
    box, chips = tab.locator("[data-query]").bounding_box(), tab.locator("[data-chips]")
    assert chips.bounding_box()["y"] >= box["y"]
    assert tab.evaluate("document.querySelector('.controls').scrollWidth") <= 1200

    tab.focus("[data-query] input")

    assert chips.is_hidden()


def test_every_menu_is_whole_on_a_phone(phone, runs):
    make_run(params={"a_parameter_with_quite_a_long_name": "1"})
    open_rows(phone)
    phone.tap("[data-tools]")
    for menu in ("statuses", "show-menu", "group-menu", "goal-menu"):
        with answered(phone):
            phone.tap(f"[data-{menu}] summary")
        box = phone.locator(f"[data-{menu}] .sheet").bounding_box()
        assert box["x"] >= 0, menu
        assert box["x"] + box["width"] <= PHONE["width"], menu
        assert box["y"] + box["height"] <= PHONE["height"], menu
        phone.keyboard.press("Escape")


def test_the_rail_counts_runs_as_they_come_and_no_children(tab, runs):
    make_run(runs[0].experiment, parent=runs[0])
    open_rows(tab)
    until(tab, "document.querySelector('#count-runs').textContent.trim() === '12'")

    make_run(runs[0].experiment, name="new")
    tab.evaluate("document.dispatchEvent(new CustomEvent('studio:refresh'))")

    until(tab, "document.querySelector('#count-runs').textContent.trim() === '13'")
