"""The tab Snapshot in Chromium: the tree, the files, and what differs."""

import pytest

from runs.artifacts.snapshots.services import save_snapshot
from tests.artifacts.zips import make_zip
from tests.factories import make_experiment, make_run
from tests.web.accessibility import faults_of
from tests.web.browser import PHONE, open_tab, until

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TRAIN = "".join(f"step({number})\n" for number in range(1, 31))
BEFORE = {
    "train.py": TRAIN,
    "src/old.py": "gone = 1\n",
    "README.md": "# Digits\n",
    "a.bin": b"\0\1",
}
AFTER = BEFORE | {"train.py": TRAIN.replace("step(10)\n", "step(11)\nmore = '<b>'\n")}
AFTER |= {"src/new.py": "here = 1\n", "a.bin": b"\0\2"}
AFTER.pop("src/old.py")

TREE = "[...document.querySelectorAll('.tree-item')].map(i => i.dataset.path)"
ROWS = "[...document.querySelectorAll('.diff tr:is(.added, .removed)')].map(r => r.innerText)"


@pytest.fixture(autouse=True)
def runs(db):
    experiment = make_experiment("digits")
    for run_id, name, files in (("run-1", "calm-heron", BEFORE), ("run-2", "bright-otter", AFTER)):
        run = make_run(experiment, run_id=run_id, name=name, source={"name": "/home/ana/train.py"})
        save_snapshot(run=run, chunks=[make_zip(files)])


def lines(tab) -> list[str]:
    return tab.locator(".pane:visible .log-text").all_inner_texts()


def test_the_script_of_the_run_is_open_and_a_click_opens_another(tab):
    tab.goto("/w/default/runs/run-2/snapshot")
    tab.wait_for_selector(".log-line")
    assert lines(tab)[0] == "step(1)"
    assert tab.evaluate(TREE) == ["src", "src/new.py", "README.md", "a.bin", "train.py"]

    tab.click(".tree-item[data-path='src/new.py']")
    tab.wait_for_selector(".pane:visible .log-text:has-text('here = 1')")
    tab.reload()

    tab.wait_for_selector(".pane:visible .log-text:has-text('here = 1')")
    assert "path=src%2Fnew.py" in tab.url


def test_a_line_is_linked_and_files_are_found(tab):
    tab.goto("/w/default/runs/run-2/snapshot?path=train.py&line=20")
    tab.wait_for_selector(".log-line.selected[data-no='20']")

    tab.fill("[data-filter]", "new")

    until(tab, f'JSON.stringify({TREE}) === \'["src","src/new.py"]\'')


def test_a_run_is_chosen_and_what_differs_is_shown(tab):
    tab.goto("/w/default/runs/run-2/snapshot")
    tab.fill("[name=with]", "heron")
    tab.locator("[role=option]", has_text="calm-heron").click()

    tab.wait_for_selector(".diff")
    assert tab.inner_text("[data-counts]") == "2 changed, 1 added, 1 removed, 1 the same"
    marks = tab.locator(".tree-item .mark").all_inner_texts()
    assert (tab.evaluate(TREE)[1:], marks) == (
        ["src/new.py", "src/old.py", "a.bin", "train.py"],
        ["+", "\u2212", "±", "±"],
    )
    assert "with=run-1" in tab.url


def test_a_changed_file_shows_both_line_numbers_and_the_whole_on_request(tab):
    tab.goto("/w/default/runs/run-2/snapshot?with=run-1&path=train.py")
    tab.wait_for_selector(".diff")
    assert [row.split("\t") for row in tab.evaluate(ROWS)] == [
        ["10", "", "\u2212", "step(10)"],
        ["", "10", "+", "step(11)"],
        ["", "11", "+", "more = '<b>'"],
    ]

    tab.click("[data-diff-pane] [data-whole]")
    tab.wait_for_selector(".pane:visible .log-text:has-text('step(30)')")
    assert "view=file" in tab.url
    tab.click(".pane:visible [data-whole]")

    tab.wait_for_selector(".diff:visible")


def test_added_removed_and_binary_files_are_shown_for_what_they_are(tab):
    tab.goto("/w/default/runs/run-2/snapshot?with=run-1&path=src/old.py")
    tab.wait_for_selector(".pane:visible .log-text:has-text('gone = 1')")
    assert tab.inner_text(".only:visible") == "Only in calm-heron"
    assert "/run-1/" in tab.get_attribute(".pane:visible [data-download]", "href")

    tab.click(".tree-item[data-path='src/new.py']")
    tab.wait_for_selector(".pane:visible .log-text:has-text('here = 1')")
    tab.click(".tree-item[data-path='a.bin']")

    tab.wait_for_selector(".diff-body:visible:has-text('This is not text')")


def test_equal_snapshots_say_so(tab):
    run = make_run(run_id="run-3")
    save_snapshot(run=run, chunks=[make_zip(AFTER)])
    tab.goto("/w/default/runs/run-3/snapshot?with=run-2")
    tab.wait_for_selector("text=Both snapshots contain the same files.")


def test_what_differs_reads_well_to_machines_and_fits_a_phone(chromium, live_server, open_studio):
    with open_tab(chromium, live_server.url, viewport=PHONE, is_mobile=True) as tab:
        tab.goto("/w/default/runs/run-2/snapshot?with=run-1&path=src/new.py")
        tab.wait_for_selector(".pane:visible .log-line")
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        tab.click(".tree-item[data-path='train.py']")
        tab.wait_for_selector(".diff")
        found = []
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += faults_of(tab, context="main")
        assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    serious = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in serious] == []


def test_a_run_of_another_experiment_is_found_by_its_name_and_by_its_id(tab):
    other = make_run(make_experiment("letters"), run_id="run-9", name="far-away")
    save_snapshot(run=other, chunks=[make_zip(BEFORE)])
    tab.goto("/w/default/runs/run-2/snapshot")
    tab.fill("[name=with]", "far")
    option = tab.locator("[role=option]")
    option.wait_for()
    assert "letters" in option.inner_text()
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".diff")
    assert "with=run-9" in tab.url

    tab.goto("/w/default/runs/run-2/snapshot")
    tab.fill("[name=with]", "run-9")
    tab.wait_for_selector("[role=listbox]:has-text('No other run')")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".diff")
