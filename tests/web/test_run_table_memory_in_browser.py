"""What a page of runs keeps for its reader, and what follows when other runs are looked for."""

import pytest

from runs.metrics.services import RunRef, log_batch
from tests.factories import make_experiment, make_run
from tests.web.browser import until
from tests.web.run_table import NAMES, READY, make_runs, open_table

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

SECTIONS = "[...document.querySelectorAll('.section-bar .chip')].map(chip => chip.textContent)"


@pytest.fixture
def runs(db):
    return make_runs()


@pytest.fixture
def plain_runs(db):
    """Such runs without metrics: their page draws no charts."""
    experiment = make_experiment("vision/resnet")
    for i in range(12):
        make_run(experiment, name=f"run {i:02}", params={"lr": ["0.1", "0.01"][i % 2]})


def log(run, *keys):
    points = [(key, step, 1000, step / 10) for key in keys for step in range(3)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)


@pytest.mark.parametrize("path", ["/w/default/runs", "/w/default/experiments/vision/resnet"])
def test_a_bare_address_opens_as_it_was_left_until_it_is_reset(tab, plain_runs, path):
    tab.goto(f"{path}?q=params.lr+%3D+0.1")
    until(tab, READY)
    until(tab, f"{NAMES}.length === 6")
    tab.locator(".rt-headrow [data-column='run.name'] .rt-label").click()
    until(tab, "location.search.includes('sort')")

    tab.goto("/w/default/experiments")
    tab.evaluate(f"location.assign('{path}')")
    tab.wait_for_url("**?*sort=*")
    until(tab, READY)
    until(tab, f"{NAMES}.length === 6")

    tab.get_by_role("button", name="Reset", exact=True).click()
    until(tab, f"location.search === '' && {NAMES}.length === 12")
    assert tab.get_by_role("button", name="Reset", exact=True).is_hidden()
    tab.reload()
    until(tab, READY)
    until(tab, f"location.search === '' && {NAMES}.length === 12")


def test_a_link_says_more_than_what_was_left(tab, plain_runs):
    open_table(tab)
    tab.locator(".rt-headrow [data-column='run.name'] .rt-label").click()
    until(tab, "location.search.includes('sort')")

    open_table(tab, "?q=params.lr+%3D+0.1")

    until(tab, f"{NAMES}.length === 6")
    assert "sort" not in tab.url


def test_no_match_offers_all_runs(tab, plain_runs):
    open_table(tab)
    tab.fill("[data-query] input", "name = nothing")
    tab.keyboard.press("Enter")
    until(tab, "!document.querySelector('[data-none]').hidden")

    tab.get_by_role("button", name="show all runs").click()

    until(tab, f"{NAMES}.length === 12")


def test_sections_and_lists_are_of_the_runs_that_a_filter_finds(tab, runs):
    other = make_experiment("nlp")
    log(make_run(other, name="bert"), "perplexity/train", "perplexity/val")
    open_table(tab)
    until(tab, f"{SECTIONS}.some(text => text.startsWith('perplexity/'))")

    tab.fill("[data-query] input", "experiment = nlp")
    tab.keyboard.press("Enter")

    until(tab, f"JSON.stringify({SECTIONS}) === '[\"perplexity/ 2\"]'")
    tab.click("[data-add-chart]")
    tab.click(".chart-builder [name=y]")
    until(tab, "document.querySelectorAll('.chart-builder [role=option]').length > 0")
    options = tab.locator(".chart-builder [role=option]:visible").all_text_contents()
    assert not [text for text in options if "loss" in text]


def test_that_not_all_metrics_are_listed_is_said(tab, db):
    run = make_run()
    log(run, *(f"layer/{i:04}" for i in range(2100)))

    open_table(tab)

    until(tab, "document.querySelector('[data-section-title]').textContent.length > 0")
    assert tab.inner_text("[data-section-title]") == "First 2,000 of 2,100 metrics"
