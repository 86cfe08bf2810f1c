"""The run table in Chromium by keyboard alone, also while answers come late."""

import itertools
from contextlib import contextmanager

import pytest

from runs.table.names import PAGE_NAMES
from tests.factories import make_run
from tests.web.browser import answered, until
from tests.web.run_table import (
    DRAWN,
    NAMES,
    READY,
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


def go_to(tab, selector, key="Tab"):
    """Wait for what `selector` names; press Tab until the focus is on it, which it so can reach."""
    tab.locator(selector).first.wait_for(state="attached")
    for _ in range(90):
        if tab.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        tab.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {selector}")


def test_the_whole_way_by_keyboard(tab, runs, kept_second, open_kept):
    open_table(tab)
    filter_by_keyboard(tab)
    choose_best_by_keyboard(tab)
    edit_columns_by_keyboard(tab)
    sort_by_keyboard(tab)
    add_chart_by_keyboard(tab)
    group_by_keyboard(tab)
    save_view_by_keyboard(tab)
    shown = row_names(tab)
    tab.reload()
    until(tab, READY)
    until(tab, f"{DRAWN} === 3")
    assert row_names(tab) == shown

    with open_kept(kept_second) as other:
        other.goto(tab.url)
        until(other, READY)
        until(other, f"{DRAWN} === 3")
        assert row_names(other) == shown
        until(other, "document.querySelectorAll('.card').length === 4")


def filter_by_keyboard(tab):
    """Type a filter and take a completion on the way."""
    tab.keyboard.press("f")
    tab.keyboard.type("params.l")
    until(tab, "document.querySelector('#completions').textContent === 'lrparams'")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    tab.keyboard.type("= 0.1")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Enter")
    until(tab, f"{DRAWN} === 6")


def choose_best_by_keyboard(tab):
    """Say by which metric a step of a run is best."""
    go_to(tab, "[data-goal-menu] summary")
    tab.keyboard.press("Enter")
    go_to(tab, "[data-goal] [name=key]")
    tab.keyboard.type("val/loss")
    tab.keyboard.press("Enter")
    until(tab, "new URLSearchParams(location.search).get('goal') === 'min:val/loss'")
    assert query_of(tab)["sort"] == "metrics.val/loss.min"
    assert tab.inner_text("[data-goal-menu] summary") == "Best by: lowest val/loss"
    until(tab, f"{NAMES}[0] === 'run 00'")


def edit_columns_by_keyboard(tab):
    """Add the greatest value of one metric, beside the least one; move it up."""
    tab.keyboard.press("e")
    # At once: on a slow machine half a pattern would be asked for, and refused.
    tab.keyboard.insert_text("^(val|train)/loss")
    until(tab, "document.querySelectorAll('[data-offered] .offer').length === 2")
    go_to(tab, "[data-add='metrics.val/loss.max']")
    tab.keyboard.press("Enter")
    until(tab, "location.search.includes('val%2Floss.min%2Cmetrics.val%2Floss.max')")
    go_to(tab, "[data-chosen] [data-id='metrics.val/loss.max']")
    tab.keyboard.press("Alt+ArrowUp")
    until(tab, "location.search.includes('val%2Floss.max%2Cmetrics.val%2Floss.min')")
    tab.keyboard.press("Escape")
    until(tab, "!document.querySelector('.columns-panel').open")


def sort_by_keyboard(tab):
    """Sort by the new column from its header, with the arrows of the grid."""
    go_to(tab, ".rt-grid [tabindex='0']")
    tab.keyboard.press("Control+Home")
    tab.keyboard.press("ArrowUp")
    header = ".rt-headrow [data-column='metrics.val/loss.min']"
    go_to(tab, header, key="ArrowRight")
    tab.keyboard.press("Enter")
    until(tab, "new URLSearchParams(location.search).get('sort') === '-metrics.val/loss.min'")
    until(tab, f"{NAMES}[0] === 'run 10'")


def add_chart_by_keyboard(tab):
    """A chart with a metric on its x axis."""
    tab.keyboard.press("a")
    go_to(tab, ".chart-builder [name=y]")
    tab.keyboard.type("train/loss, val/loss")
    go_to(tab, ".chart-builder [name=x]")
    tab.keyboard.press("Control+a")
    tab.keyboard.type("metrics.epoch")
    until(tab, "document.querySelectorAll('.preview .js-plotly-plot').length === 1")
    tab.keyboard.press("Enter")
    until(tab, "location.search.includes('metrics.epoch')")


def group_by_keyboard(tab):
    """Group the rows, which the charts follow."""
    tab.keyboard.press("b")
    # At once: the answer to half a word, if it came late, would take the focus from what is found.
    tab.keyboard.insert_text("bat")
    until(tab, "document.querySelectorAll('[data-fields] input').length === 1")
    go_to(tab, "[data-fields] input")
    tab.keyboard.press("Space")
    until(tab, f"{DRAWN} === 3")
    tab.keyboard.press("Escape")
    assert row_names(tab) == ["batch = 64", "batch = 128", "batch = 32"]
    until(tab, "document.querySelector('.card-note').textContent === 'by batch'")


def save_view_by_keyboard(tab):
    """Save everything as a view of the reader's own."""
    tab.keyboard.press("v")
    go_to(tab, "[role=menuitem]:first-of-type", key="ArrowDown")
    assert tab.evaluate("document.activeElement.textContent") == "Save as…"
    tab.keyboard.press("Enter")
    tab.keyboard.type("Best by val/loss")
    tab.keyboard.press("Enter")
    until(tab, "document.querySelector('[data-views]').textContent.includes('Best by val/loss')")


def test_arrows_move_in_the_grid_and_x_selects(tab, runs):
    open_rows(tab)
    tab.locator(".rt-body [data-column='run.name']").first.focus()

    tab.keyboard.press("j")
    tab.keyboard.press("x")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    tab.keyboard.press("X")

    assert tab.inner_text("[data-count]") == "3 runs selected"


def search_anew(tab, text):
    """Change what the menu Group looks for while the keyboard is in its list, as after a word
    whose answer comes late; return when the list has that answer."""
    with answered(tab), asked_for_groups(tab, times=1):
        tab.evaluate(
            """(text) => {
              const menu = document.querySelector('[data-fields]').closest('details');
              const search = menu.querySelector('input');
              search.value = text;
              search.dispatchEvent(new Event('input'));
            }""",
            text,
        )


@contextmanager
def asked_for_groups(tab, times):
    """Wait at the end of the block until the menu Group has asked so many times."""
    count = itertools.count(1)
    with tab.expect_request(lambda one: "kind=tags" in one.url and next(count) == times):
        yield


def go_into_groups(tab):
    """Look for "ba" in the menu Group, and go to the only field found."""
    # It asks when it opens, and when the words in it have changed.
    with answered(tab), asked_for_groups(tab, times=2):
        tab.keyboard.press("b")
        tab.keyboard.insert_text("ba")
    until(tab, "document.querySelectorAll('[data-fields] input').length === 1")
    go_to(tab, "[data-fields] input")
    tab.evaluate("window.before = document.activeElement")


def test_an_answer_that_comes_late_leaves_the_keyboard_in_the_list_of_groups(tab, runs):
    open_rows(tab)
    go_into_groups(tab)

    search_anew(tab, "")

    until(tab, "!window.before.isConnected")
    tab.keyboard.press("Space")
    until(tab, f"{DRAWN} === 3")


def test_a_key_that_is_down_while_an_answer_comes_chooses_the_group(tab, runs):
    open_rows(tab)
    go_into_groups(tab)

    tab.keyboard.down("Space")
    search_anew(tab, "ba")
    tab.keyboard.up("Space")

    until(tab, f"{DRAWN} === 3")


def test_an_answer_that_comes_late_leaves_the_keyboard_among_the_offered_columns(tab, runs):
    open_rows(tab)
    tab.keyboard.press("e")
    tab.keyboard.insert_text("lr")
    until(tab, "document.querySelectorAll('[data-offered] .offer').length === 1")
    go_to(tab, "[data-add='params.lr']")

    tab.evaluate(
        """() => {
          const search = document.querySelector('.columns-panel [data-search]');
          search.value = '';
          search.dispatchEvent(new Event('input'));
        }"""
    )

    until(tab, "document.querySelectorAll('[data-offered] .offer').length > 1")
    assert tab.evaluate("document.activeElement.dataset.add") == "params.lr"


def test_the_keyboard_goes_on_among_the_columns_that_more_has_brought(tab, db):
    make_run(run_id="wide", params={f"p{i:03}": str(i) for i in range(PAGE_NAMES + 2)})
    open_rows(tab)
    tab.keyboard.press("e")
    more = "[data-offered] [data-more=params]"
    tab.focus(more)

    tab.keyboard.press("Enter")

    until(tab, f"!document.querySelector('{more}')")
    assert tab.evaluate("document.activeElement.dataset.add") == f"params.p{PAGE_NAMES:03}"
