"""What a page leaves out of a long list is said on the screen, and where the rest is."""

import json

import pytest

from runs.charts import environments
from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import Table
from runs.metrics.services import RunRef, log_batch
from runs.table import run_list
from runs.web.compare import logs
from tests.factories import default_workspace, make_experiment, make_run
from tests.web.browser import until
from tests.web.kept_files import save
from tests.web.run_table import make_like, open_rows

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_group_says_how_many_of_its_runs_are_shown_and_shows_the_others(tab, db):
    make_like(make_run(make_experiment("many")), 509)
    open_rows(tab, "?group=run.experiment")
    tab.click(".rt-twig")
    until(tab, "document.querySelector('.rt-grid').ariaRowCount === '503'")

    tab.evaluate("document.querySelector('.rt-grid').scrollTop = 1e6")
    tab.get_by_role("button", name="First 500 of 510: show more").click()

    until(tab, "document.querySelector('.rt-grid').ariaRowCount === '512'")
    assert tab.locator(".rt-more").count() == 0


def test_the_foot_says_that_there_are_more_groups(tab, db, monkeypatch):
    monkeypatch.setattr(run_list, "MOST_GROUPS", 3)
    experiment = make_experiment("many")
    for number in range(4):
        make_run(experiment, params={"seed": str(number)})

    open_rows(tab, "?group=params.seed")

    assert tab.inner_text("[data-foot]") == "First 3 groups. Filter to see others."


def test_completions_say_that_there_are_more(tab, db):
    run = make_run()
    points = [(f"metric_{number:02}", 0, 1, 1.0) for number in range(31)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)
    open_rows(tab)
    rest = tab.locator(".query .rest")

    tab.locator("[data-query] > input").press_sequentially("metrics.")
    rest.wait_for()
    assert tab.locator(".query [role=option]").count() == 30
    tab.locator("[data-query] > input").press_sequentially("metric_0")

    until(tab, "document.querySelectorAll('.query [role=option]').length === 10")
    assert rest.count() == 0


def test_a_preview_says_how_many_entries_it_shows(tab, db, files_dir):
    run = make_run(run_id="kept")
    save(run, "long.json", json.dumps(list(range(1200))))

    tab.goto("/w/default/runs/kept/outputs?path=long.json")

    tab.get_by_text("First 1,000 of 1,200").wait_for()


def test_compare_says_that_environment_files_are_not_read(tab, db, files_dir, monkeypatch):
    monkeypatch.setattr(environments, "MOST_FILES", 2)
    run = make_run(run_id="kept")
    for folder in "abcd":
        save(run, f"{folder}/requirements.txt", "torch==2.7.0\n")

    tab.goto("/w/default/compare?runs=kept&tab=environment&diff=0")

    cut = "2 environment files of 1 run not read: of each run the first 2, each of up to 1 MB."
    assert " ".join(tab.inner_text(".cut").split()) == cut
    assert tab.get_by_text("c/requirements.txt, d/requirements.txt").is_visible()


def test_compare_says_which_logs_and_columns_it_leaves_out(tab, db, files_dir, monkeypatch):
    monkeypatch.setattr(logs, "MOST_LOGS", 2)
    run = make_run(run_id="kept")
    for number in range(3):
        save(run, f"logs/{number}.txt", "a line\n")
    columns = {f"c{number}": [0.0, 1.0] for number in range(9)}
    table = Table(name="rates", value=columns)
    log_metrics(workspace=default_workspace(), run_id="kept", values=[table])

    tab.goto("/w/default/compare?runs=kept&tab=logs")
    assert "First 2 of 3 logs" in tab.locator("select[name=base_log]").inner_text()
    tab.goto("/w/default/compare?runs=kept&tab=curves")

    assert tab.inner_text(".cut") == "rates: the first 6 of 8 columns are drawn."
