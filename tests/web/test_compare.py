"""The page that shows runs side by side."""

import re
from html import unescape

import pytest

from runs.tracking.models import Run
from runs.web.compare.chosen import choose_slots
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db
ADDRESS = "/w/default/compare"
TABS = ("charts", "table", "images", "code", "environment", "logs", "curves")


@pytest.fixture
def runs(files_dir):
    experiment = make_experiment("vision")
    return [
        make_run(experiment, run_id=f"run-{i}", name=f"<b>run {i}", params={"lr": str(i), "a": "1"})
        for i in range(3)
    ]


def text_of(studio, **query):
    answer = studio.get(ADDRESS, query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_lists_its_runs_in_the_order_of_the_address(studio, runs, tab):
    text = studio.get(ADDRESS, {"runs": "run-2,nobody,run-0", "tab": tab}).content.decode()
    assert re.findall(r'<li data-run="([^"]+)"', text) == ["run-2", "run-0"]
    assert "<b>run" not in text


@pytest.mark.parametrize("tab", TABS)
def test_one_run_alone_is_shown_too(studio, runs, tab):
    assert "1 run<" in text_of(studio, runs="run-1", tab=tab)


def test_the_page_says_how_many_of_the_selected_runs_it_compares(studio, runs):
    assert "2 of 3,000 selected runs" in text_of(studio, runs="run-0,run-1", of="3000")


def test_a_tab_that_shows_the_first_runs_alone_says_so(studio, runs):
    experiment = runs[0].experiment
    names = [make_run(experiment, run_id=f"more-{i}").run_id for i in range(21)]
    text = text_of(studio, runs=",".join(names), tab="curves")
    assert "This view shows the first 20 of 21 runs." in text


@pytest.mark.parametrize("tab", ["table", "code"])
def test_a_commit_is_shown_by_its_first_signs_as_on_the_page_of_a_run(studio, runs, tab):
    commit = "4f1c9a7be2d8836350aa7d4ab3b1b42c9c7c1a01"
    make_run(run_id="made", source={"git": {"commit": commit}}, params={"Commit": commit})

    text = text_of(studio, runs="made,run-1", tab=tab)

    assert re.search(rf'title="{commit}"\s*>{commit[:10]}\s*</td>', text)
    assert len(re.findall(rf">{commit}\s*<", text)) == (1 if tab == "table" else 0)


@pytest.mark.both_databases
def test_a_run_is_removed_and_added_by_a_link(studio, runs):
    text = text_of(studio, runs="run-0,run-1", tab="table", base="run-1")
    assert 'href="?runs=run-1&tab=table&base=run-1" aria-label="Remove <b>run 0"' in text
    answer = studio.get(ADDRESS, {"runs": "run-0,run-1", "tab": "table", "add": "run-2"})
    assert answer["Location"] == "?runs=run-0,run-1,run-2&tab=table"


def test_without_a_run_there_is_nothing_to_compare(studio, runs):
    assert studio.get(ADDRESS)["Location"] == "/w/default/runs"
    assert studio.get(ADDRESS, {"runs": "nobody"})["Location"] == "/w/default/runs"


def test_only_differences_are_shown_until_one_asks_for_all(studio, runs):
    rows = r'<span class="key" title="(\w+)">'
    text = text_of(studio, runs="run-0,run-1", tab="table")
    assert set(re.findall(rows, text)) - {"Duration"} == {"lr"}
    text = text_of(studio, runs="run-0,run-1", tab="table", diff="0")
    assert {"a", "lr", "Experiment"} <= set(re.findall(rows, text))


def test_a_form_that_keeps_only_differences_sends_the_last_word(studio, runs):
    text = studio.get(f"{ADDRESS}?runs=run-0,run-1&tab=table&diff=0&diff=1").content.decode()
    assert re.search(r'name="diff" value="1"[^>]*checked', text)


def test_colours_are_distinct_among_eight_runs_and_repeat_with_another_mark():
    runs = [Run(id=pk) for pk in (8, 16, 1, 24, 2, 3, 4, 5, 6)]
    slots = choose_slots(runs)
    assert slots == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert choose_slots([Run(id=5), Run(id=13)]) == [5, 0]


def test_code_without_a_snapshot_says_whose_is_missing(studio, runs):
    text = text_of(studio, runs="run-0,run-1", tab="code", base="run-1")
    assert "No snapshot to compare" in text
