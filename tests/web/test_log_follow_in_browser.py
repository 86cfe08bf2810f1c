"""A log in Chromium that grows, a search kept in the address, the chosen file, two logs at once."""

import pytest

from runs.artifacts.logs import appending
from runs.artifacts.logs.appending import append_log, finish_log
from runs.artifacts.services import save_file
from runs.tracking.services import update_run
from tests.factories import make_run
from tests.web.browser import until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
OUTPUTS = "/w/default/runs/kept/outputs"
LOG = "user_logs/std_log.txt"
PILL = "document.querySelector('[data-new-lines]')"
FOLLOW = "document.querySelector('[data-toggle-follow]').ariaPressed"
SEEN = """([...document.querySelectorAll('.pane')].map(pane => {
    const log = pane.querySelector('[data-log]'), { top } = log.getBoundingClientRect();
    const line = [...log.children].find(one => one.getBoundingClientRect().bottom > top + 4);
    return line?.querySelector('.log-text').textContent;
}))"""
MINUTES = f"{SEEN}.map(text => Number(text?.split(' ')[2]))"


@pytest.fixture
def run(db):
    return make_run(run_id="kept", name="kept")


def lines(count, word="line"):
    return "".join(f"{word} {i}\n" for i in range(1, count + 1)).encode()


def save(run, path, data):
    save_file(owner=run, path=path, chunks=[data])


def grow(run, path, data):
    file = run.files.get(path=path)
    append_log(run=run, path=path, offset=file.size_bytes, data=data)


# -- new lines -------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [200, 20_000])
def test_new_lines_are_counted_while_one_reads_above_and_a_click_follows_again(tab, run, before):
    append_log(run=run, path=LOG, offset=0, data=lines(before))
    tab.goto(OUTPUTS)
    until(tab, f"{FOLLOW} === 'true'")
    tab.click("[data-start]") if before > 1000 else tab.locator("[data-log]").hover()
    tab.mouse.wheel(0, -1500)
    until(tab, f"{FOLLOW} === 'false'")
    grow(run, LOG, lines(12, "late"))
    until(tab, f"!{PILL}.hidden && {PILL}.innerText.trim() === '12 new lines'")
    tab.click("[data-new-lines]")
    until(tab, f"{PILL}.hidden && {FOLLOW} === 'true'")
    grow(run, LOG, b"last\n")
    until(tab, "[...document.querySelectorAll('.log-text')].at(-1).textContent === 'last'")


def test_new_lines_of_a_log_that_ended_meanwhile_are_a_click_away(tab, run):
    append_log(run=run, path=LOG, offset=0, data=lines(200))
    tab.goto(OUTPUTS)
    until(tab, f"{FOLLOW} === 'true'")
    tab.locator("[data-log]").hover()
    tab.mouse.wheel(0, -1500)
    until(tab, f"{FOLLOW} === 'false'")
    grow(run, LOG, b"the end\n")
    finish_log(run=run, path=LOG)
    update_run(run=run, status="Completed")
    until(tab, f"{PILL}.innerText.trim() === '1 new line'")
    tab.click("[data-new-lines]")
    until(tab, f"{PILL}.hidden && {FOLLOW} === 'false'")


@pytest.mark.parametrize("tab_of_run", ["outputs", "images", "metrics"])
def test_no_light_is_on_when_the_run_has_ended(tab, run, tab_of_run):
    append_log(run=run, path=LOG, offset=0, data=lines(20))
    tab.goto(f"{OUTPUTS.rpartition('/')[0]}/{tab_of_run}")
    until(tab, "!document.querySelector('#live').hidden")
    finish_log(run=run, path=LOG)
    update_run(run=run, status="Completed")
    until(tab, "document.querySelector('#live').hidden && !document.querySelector('.live-dot')")


# -- the search in the address ---------------------------------------------------------------------


def test_a_search_and_its_current_match_come_back_with_the_address(tab, run):
    found = [b"needle" if i % 1000 == 0 else b"hay" for i in range(1, 5001)]
    save(run, "a.log", b"\n".join(found) + b"\n")
    tab.goto(OUTPUTS)
    tab.fill("[name=find]", "needle")
    until(tab, "document.querySelector('[data-search] [data-hits]').textContent === '5'")
    for _ in range(3):
        tab.keyboard.press("Enter")
    until(tab, "location.search.includes('find=needle&hit=3')")
    tab.reload()
    until(tab, "document.querySelector('[data-search] [data-hits]').textContent === '3 of 5'")
    until(tab, "document.querySelector('.log-line.at')?.dataset.no === '3000'")
    tab.check("[name=only]")
    assert "only=1" in tab.url
    tab.reload()
    until(tab, "document.querySelectorAll('[data-matches] mark').length === 5")


def test_both_panes_keep_what_they_show(tab, run):
    save(run, "a.log", lines(50, "of a"))
    save(run, "b.log", lines(50, "of b"))
    tab.goto(f"{OUTPUTS}?path=a.log&second=b.log")
    until(tab, "document.querySelectorAll('.log-text').length === 100")
    tab.locator("[name=find]").last.fill("of b 4")
    until(tab, "location.search.includes('second_find=of+b+4')")
    tab.reload()
    until(tab, "document.querySelectorAll('[data-search] [data-hits]')[1].textContent === '11'")
    assert tab.locator("[name=find]").first.input_value() == ""


# -- the tree --------------------------------------------------------------------------------------


def test_the_tree_scrolls_to_the_chosen_file_and_opens_its_folder(tab, run):
    for i in range(80):
        save(run, f"many/{i:02}.txt", b"text\n")
    save(run, "other/one.txt", b"one\n")
    tab.goto(f"{OUTPUTS}?path=many/79.txt&second=other/one.txt")
    shown = """(path => {
        const item = document.querySelector(`[role=treeitem][data-path="${path}"]`);
        const box = item?.closest('[role=tree]').getBoundingClientRect();
        const { top, bottom } = item?.getBoundingClientRect() ?? {};
        return Boolean(item) && top >= box.top - 1 && bottom <= box.bottom + 1;
    })"""
    until(tab, f"{shown}('other/one.txt')")
    tab.goto(f"{OUTPUTS}?path=many/79.txt")
    until(tab, f"{shown}('many/79.txt')")
    assert tab.evaluate("scrollY") == 0


# -- two logs at the same time ---------------------------------------------------------------------

START = 1_780_000_000_000


@pytest.fixture
def append_by_the_minute(run, monkeypatch):
    """Make logs with so many lines a minute."""

    def append(minutes, **lines_a_minute):
        for minute in range(minutes):
            monkeypatch.setattr(appending, "now_ms", lambda ms=START + minute * 60_000: ms)
            for name, count in lines_a_minute.items():
                path = f"{name}.log"
                text = f"{path} at {minute}\n".encode() * count
                file = run.files.filter(path=path).first()
                append_log(run=run, path=path, offset=file.size_bytes if file else 0, data=text)
        for name in lines_a_minute:
            finish_log(run=run, path=f"{name}.log")

    return append


def test_two_logs_scroll_together_by_time(tab, append_by_the_minute):
    append_by_the_minute(100, slow=1, fast=100)
    tab.goto(f"{OUTPUTS}?path=slow.log&second=fast.log")
    until(tab, f"{SEEN}.every(Boolean)")
    tab.click("[data-toggle-sync]:visible")
    minutes = [tab.evaluate(MINUTES)[0]]
    for log, lines_up in ((0, 30), (1, 500)):
        tab.locator("[data-log]").nth(log).hover()
        tab.mouse.wheel(0, -19 * lines_up)
        until(tab, f"(([a, b]) => a === b && a < {minutes[-1]})({MINUTES})")
        minutes.append(tab.evaluate(MINUTES)[0])
    assert minutes[-1] > 5
    assert "together=1" in tab.url


def test_a_log_without_times_says_why_it_cannot_scroll_along(tab, run, append_by_the_minute):
    append_by_the_minute(3, slow=1)
    save(run, "whole.log", lines(10))
    tab.goto(f"{OUTPUTS}?path=slow.log&second=whole.log")
    until(tab, "document.querySelector('[data-sync-words]').innerText.includes('whole.log')")
    assert tab.locator("[data-sync-words]:visible").inner_text() == "No timestamps in whole.log"
    assert tab.locator("[data-toggle-sync]:visible").is_disabled()
