"""A run table that nobody has shaped: whose metrics it shows, and that they stay."""

import json
import re
from html import unescape

import pytest

from runs.metrics.services import RunRef, log_batch
from tests.factories import make_experiment, make_run
from tests.web.browser import until
from tests.web.run_table import open_rows

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
COLUMNS = "[...document.querySelectorAll('.rt-head [data-column]')].map(c => c.dataset.column)"


def log(experiment, run_id, *keys):
    run = make_run(experiment, run_id=run_id, name=run_id)
    points = [(key, step, 1000, 1 / (step + 1)) for key in keys for step in range(3)]
    log_batch(run=RunRef(run.id, experiment.id), points=points, params={"lr": "1"}, tags=None)
    return run


@pytest.fixture(autouse=True)
def runs(db):
    vision, other = make_experiment("vision"), make_experiment("other")
    log(vision, "run-a", "val/loss", "epoch")
    log(vision, "run-b", "val/loss")
    log(other, "run-c", "reward", "only/here")
    return vision


def told(studio, address, name):
    text = studio.get(address).content.decode()
    return json.loads(unescape(re.search(f'{name}="([^"]*)"', text)[1]))


def test_charts_and_their_names_are_those_of_the_runs_on_screen(studio):
    address = "/w/default/compare?runs=run-a,run-b"
    assert told(studio, address, "data-names") == ["epoch", "val/loss"]
    assert told(studio, address, "data-first") == ["val/loss", "epoch"]
    assert told(studio, "/w/default/runs?q=run.name='run-c'", "data-names") == [
        "only/here",
        "reward",
    ]


def test_first_charts_are_of_the_runs_that_are_drawn(studio, runs):
    for i in range(12):
        log(runs, f"older-{i}", "accuracy", "train/loss")
    for i in range(10):
        log(runs, f"newest-{i}", "reward")

    assert told(studio, "/w/default/runs", "data-first") == ["reward"]


def test_first_charts_are_of_later_runs_where_the_first_have_no_curves(studio, runs):
    for i in range(10):
        make_run(runs, run_id=f"queued-{i}")

    assert told(studio, "/w/default/runs", "data-first")[0] == "val/loss"


def test_the_library_of_charts_is_loaded_early_only_where_a_chart_is_drawn(studio, runs):
    make_run(make_experiment("bare"))
    chart = '[{"t":"bar","y":["loss"]}]'

    def is_preloaded(**query):
        return 'rel="preload"' in studio.get("/w/default/runs", query).content.decode()

    assert is_preloaded()
    assert is_preloaded(exp="bare", charts=chart)
    assert not is_preloaded(charts="[]")
    assert not is_preloaded(exp="bare")


@pytest.mark.both_databases
def test_names_and_completions_are_those_of_the_compared_runs(studio):
    asked = {"text": "metrics.", "cursor": "8", "runs": "run-a,run-b"}
    items = studio.get("/w/default/completions", asked).json()["items"]
    assert [item["label"] for item in items] == ["epoch", "val/loss"]
    sections = studio.get("/w/default/columns", {"runs": "run-c", "kind": "metrics"}).json()
    names = [one["label"] for one in sections["sections"][0]["names"]]
    assert names == ["only/here", "reward"]


@pytest.mark.both_databases
def test_runs_that_are_named_keep_their_order_until_one_sorts(studio):
    def rows(**query):
        page = studio.get("/w/default/run-rows", {"runs": "run-b,run-c,run-a", **query}).json()
        return [row["id"] for row in page["rows"]]

    assert rows() == ["run-b", "run-c", "run-a"]
    assert rows(sort="run.name") == ["run-a", "run-b", "run-c"]


def test_columns_stay_when_runs_come_and_when_a_filter_is_set(tab, runs):
    open_rows(tab, "?exp=vision")
    before = tab.evaluate(COLUMNS)
    assert "metrics.val/loss.min" in before
    for i in range(4):
        log(runs, f"new-{i}", "reward", "val/accuracy")

    tab.fill("[data-query] input", "run.name LIKE 'new-%'")
    tab.press("[data-query] input", "Enter")
    until(tab, "document.querySelectorAll('.rt-body .rt-row').length === 4")

    assert tab.evaluate(COLUMNS) == before
