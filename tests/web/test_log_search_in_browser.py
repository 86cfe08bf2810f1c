"""The search of a log in Chromium by a reader who is faster than the answers of the server."""

import re
from contextlib import contextmanager

import pytest

from tests.factories import make_run
from tests.web.browser import until
from tests.web.kept_files import save

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
OUTPUTS = "/w/default/runs/kept/outputs"
HITS = "document.querySelector('[data-search] [data-hits]').textContent"
CURRENT = "document.querySelector('.log-line.at')?.dataset.no"
MARKED = "[...document.querySelectorAll('[data-log] mark')].map(mark => mark.textContent)"
# Without a pause in which the page searches.
TYPE = """(texts) => {
  const field = document.querySelector("[name=find]");
  for (const text of texts) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""
FIRST_LINE = "document.querySelector('[data-log] .log-text')?.textContent"


@pytest.fixture
def run(db):
    run = make_run(run_id="kept", name="kept")
    save(run, "a.log", "".join(f"loss {'nan' if i % 1000 == 0 else i}\n" for i in range(1, 5001)))
    return run


@contextmanager
def late_answers(tab, address):
    """Keep back what the page asks of `address` in the block; at its end the answers arrive."""
    pattern = re.compile(address)
    held = []
    tab.route(pattern, lambda route: held.append(route))
    with tab.expect_request(pattern):
        yield
    with tab.expect_response(pattern) as answer:
        for route in held:
            route.continue_()
    tab.unroute(pattern)
    answer.value.finished()
    tab.evaluate("fetch('/readyz').then(answer => answer.status)")


def test_each_step_counts_while_the_file_is_being_opened(tab, run):
    with late_answers(tab, "/log-lines"):
        tab.goto(OUTPUTS)
        tab.fill("[name=find]", "nan")
        for _ in range(2):
            tab.keyboard.press("Enter")
        tab.click("[data-step='1']")
    until(tab, f"{HITS} === '3 of 5' && {CURRENT} === '3000'")
    assert "hit=3" in tab.url


def test_who_chooses_another_file_steps_in_that_one(tab, run):
    save(run, "b.log", "loss 1\nloss nan\n")
    tab.goto(OUTPUTS)
    until(tab, f"{FIRST_LINE}?.startsWith('loss')")
    with late_answers(tab, r"/preview.*b\.log"):
        tab.click("[role=treeitem][data-path='b.log']")
        tab.fill("[name=find]", "nan")
        tab.keyboard.press("Enter")
    until(tab, f"{HITS} === '1 of 1' && {CURRENT} === '2'")


def test_the_first_step_back_goes_to_the_last_match(tab, run):
    tab.goto(OUTPUTS)
    tab.fill("[name=find]", "nan")
    for place in ("5", "4"):
        tab.keyboard.press("Shift+Enter")
        until(tab, f"{HITS} === '{place} of 5' && {CURRENT} === '{place}000'")


def test_words_that_come_back_before_they_are_searched_keep_their_matches(tab, run):
    tab.goto(OUTPUTS)
    tab.fill("[name=find]", "nan")
    tab.keyboard.press("Enter")
    until(tab, f"{HITS} === '1 of 5'")
    tab.evaluate(TYPE, ["nana", "nan"])
    until(tab, f"{HITS} === '1 of 5'")


def test_the_late_answer_to_an_earlier_search_marks_nothing(tab, run):
    tab.goto(OUTPUTS)
    with late_answers(tab, "/log-hits.*q=loss"):
        with tab.expect_request("**/log-hits?*"):
            tab.fill("[name=find]", "loss")
        tab.fill("[name=find]", "nan")
        until(tab, f"{HITS} === '5' && {MARKED}.includes('nan')")
    assert tab.evaluate(HITS) == "5"
    assert "loss" not in tab.evaluate(MARKED)


def test_the_late_answer_of_another_file_does_not_replace_the_chosen_one(tab, run):
    save(run, "b.log", "chosen\n")
    save(run, "c.json", '{"lr": 0.1}')
    tab.goto(OUTPUTS)
    until(tab, f"{FIRST_LINE}?.startsWith('loss')")
    with late_answers(tab, r"/preview.*c\.json"):
        tab.click("[role=treeitem][data-path='c.json']")
        tab.click("[role=treeitem][data-path='b.log']")
        until(tab, f"{FIRST_LINE} === 'chosen'")
    assert tab.evaluate(FIRST_LINE) == "chosen"
    assert tab.is_visible("[data-log]")


def test_the_line_that_was_opened_stays_marked_when_a_search_begins(tab, run):
    tab.goto(f"{OUTPUTS}?path=a.log&line=2000")
    until(tab, f"{CURRENT} === '2000'")
    tab.fill("[name=find]", "nan")
    until(tab, f"{HITS} === '5' && {MARKED}.includes('nan')")
    assert tab.evaluate(CURRENT) == "2000"
