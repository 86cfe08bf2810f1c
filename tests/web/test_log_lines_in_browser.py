"""Lines of a log in Chromium: when they were received, and what is copied of them."""

import json

import pytest

from runs.artifacts.logs import appending
from runs.artifacts.logs.appending import append_log
from runs.tracking.services import update_run
from tests.factories import make_run
from tests.web.browser import open_tab, until
from tests.web.kept_files import save

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
OUTPUTS = "/w/default/runs/kept/outputs"
LINES = "[...document.querySelectorAll('[data-log] .log-text')].map(line => line.textContent)"


@pytest.fixture
def run(db):
    return make_run(run_id="kept", name="kept")


# -- times -----------------------------------------------------------------------------------------

TIMES = (
    "[...document.querySelectorAll('[data-log] .log-time')].filter(one => one.offsetWidth > 0)"
    ".map(one => one.innerText)"
)


@pytest.fixture
def timed(run, monkeypatch):
    """A log with lines of two days; the run started ten seconds before the first."""
    start = 1_780_000_000_000
    update_run(run=run, status="Running")
    type(run).objects.filter(pk=run.pk).update(started_ms=start - 10_000)
    for after_ms, data in ((0, b"one\n"), (61_000, b"two\n")):
        monkeypatch.setattr(appending, "now_ms", lambda ms=start + after_ms: ms)
        offset = 0 if after_ms == 0 else 4
        append_log(run=run, path="user_logs/std_log.txt", offset=offset, data=data)
    return run


def test_timestamps_are_shown_when_asked_for(chromium, live_server, open_studio, timed):
    with open_tab(chromium, live_server.url, timezone_id="Asia/Kolkata") as tab:
        tab.goto(OUTPUTS)
        until(tab, f"{LINES}.join() === 'one,two'")
        assert tab.evaluate(TIMES) == []
        tab.click("[data-toggle-times]")
        assert tab.evaluate(TIMES) == ["01:56:40", "01:57:41"]
        assert "times=1" in tab.url
        title = tab.locator(".log-time").last.get_attribute("title")
        assert title == ("Received 2026-05-29T01:57:41.000+05:30\n00:01:11 after the run started")
        tab.reload()
        until(tab, f"{TIMES}.length === 2")
        tab.keyboard.press("t")
        until(tab, f"{TIMES}.length === 0")


def test_a_log_of_several_days_shows_the_day_too(chromium, live_server, open_studio, timed):
    with open_tab(chromium, live_server.url, timezone_id="Pacific/Honolulu") as tab:
        tab.goto(f"{OUTPUTS}?times=1")
        until(tab, f"{LINES}.join() === 'one,two'")
        assert tab.evaluate(TIMES) == ["10:26:40", "10:27:41"]
        append_log(run=timed, path="user_logs/std_log.txt", offset=8, data=b"three\n")
        until(tab, f"{LINES}.length === 3")
    # The clock of the test stands still; a day later the log has two days.
    type(timed).objects.get(pk=timed.pk).files.update(updated_ms=1_780_000_000_000 + 86_400_000)
    with open_tab(chromium, live_server.url, timezone_id="Pacific/Honolulu") as tab:
        tab.goto(f"{OUTPUTS}?times=1")
        until(tab, f"{TIMES}[0] === '05-28 10:26:40'")


def test_a_file_without_times_says_so(tab, run):
    save(run, "a.log", "one\n")
    tab.goto(f"{OUTPUTS}?times=1")
    until(tab, f"{LINES}.join() === 'one'")
    toggle = tab.locator("[data-toggle-times]")
    assert toggle.is_disabled()
    assert toggle.get_attribute("title").startswith(
        "No timestamps: this file was uploaded as a whole"
    )
    assert tab.evaluate(TIMES) == []


# -- copies ----------------------------------------------------------------------------------------


@pytest.fixture
def copying(tab):
    """A tab that may use the clipboard; `copied` says what is in it."""
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.copied = lambda: tab.evaluate("navigator.clipboard.readText()")
    return tab


def copies(text):
    """Whether this is in the clipboard, for `until`."""
    return f"navigator.clipboard.readText().then(text => text === {json.dumps(text)})"


def toast_says(tab, words):
    said = "[...document.querySelectorAll('#toasts .toast')].map(one => one.innerText).join()"
    until(tab, f"{said}.includes({words!r})")


def test_marked_lines_are_copied_as_text_however_far_apart(copying, run):
    tab = copying
    lines = [f"line {i}" for i in range(1, 20_001)]
    lines[3] = "\x1b[31mred\x1b[0m 10%\r\x1b[32mgreen\x1b[0m 100%"
    save(run, "user_logs/std_log.txt", "\n".join(lines) + "\n")
    tab.goto(f"{OUTPUTS}?line=3-15000")
    until(tab, f"{LINES}.includes('line 3')")
    assert tab.evaluate(f"{LINES}.length") < 5000
    tab.click("[data-copy-lines]")
    toast_says(tab, "Copied text of lines 3 to 15,000")
    expected = ["line 3", "green 100%", *(f"line {i}" for i in range(5, 15_001))]
    assert tab.copied() == "\n".join(expected) + "\n"


def test_lines_are_marked_by_clicks_and_copied_by_a_key(copying, run):
    tab = copying
    save(run, "a.log", "".join(f"line {i}\n" for i in range(1, 11)))
    tab.goto(OUTPUTS)
    until(tab, f"{LINES}.length === 10")
    tab.click('[data-no="4"] .log-no')
    tab.click('[data-no="2"] .log-no', modifiers=["Shift"])
    assert "line=2-4" in tab.url
    assert tab.locator("[data-marked-words]").inner_text() == "Lines 2 to 4"
    tab.keyboard.press("c")
    toast_says(tab, "Copied text of lines 2 to 4")
    assert tab.copied() == "line 2\nline 3\nline 4\n"
    tab.click("[data-copy-link]")
    toast_says(tab, "Copied link to lines 2 to 4")
    assert tab.copied().endswith("/outputs?path=a.log&line=2-4")
    tab.click("[data-unmark]")
    assert tab.locator(".log-line.selected").count() == 0
    assert "line=" not in tab.url


def test_too_many_marked_lines_are_refused_with_the_limit(copying, run):
    tab = copying
    save(run, "a.log", ("x" * 99 + "\n") * 50_001)
    tab.goto(f"{OUTPUTS}?line=1-50001")
    until(tab, f"{LINES}.length > 0")
    tab.click("[data-copy-lines]")
    toast_says(tab, "These lines are 5.0 MB; at most 5 MB are copied at once.")
    # The browser notes every refusal in its console.
    assert all("413" in trouble for trouble in tab.troubles)
    tab.troubles.clear()


def test_a_selection_is_copied_without_numbers_and_times(copying, timed):
    tab = copying
    append_log(run=timed, path="user_logs/std_log.txt", offset=8, data=b"\n  \x1b[1mthree\x1b[0m\n")
    tab.goto(f"{OUTPUTS}?times=1")
    until(tab, f"{LINES}.length === 4")
    tab.evaluate("getSelection().selectAllChildren(document.querySelector('[data-log]'))")
    tab.keyboard.press("Control+c")
    until(tab, copies("one\ntwo\n\n  three"))
    tab.evaluate(
        "() => { const [one, two] = document.querySelectorAll('.log-text span');"
        "getSelection().setBaseAndExtent(one.firstChild, 1, two.firstChild, 2); }"
    )
    tab.keyboard.press("Control+c")
    until(tab, copies("ne\ntw"))
