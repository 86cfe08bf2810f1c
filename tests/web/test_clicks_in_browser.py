"""How many clicks from the start page what people come for takes, counted in Chromium."""

import math

import pytest

from runs.metrics.services import RunRef, log_batch
from tests.factories import make_experiment, make_run
from tests.web.browser import until
from tests.web.run_table import NAMES, READY

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

COUNT_CLICKS = """addEventListener("click", ({detail, isTrusted}) => {
  const seen = Number(sessionStorage.getItem("clicks") ?? 0);
  if (isTrusted && detail) sessionStorage.setItem("clicks", seen + 1);
}, true)"""


@pytest.fixture
def start(tab):
    """The start page of a studio with one experiment of eight runs; clicks are counted."""
    experiment = make_experiment("vision")
    for number in range(8):
        run = make_run(experiment, run_id=f"run-{number}", name=f"run {number}")
        loss = [0.2 + abs(number - 5) / 10 + math.exp(-step / 5) for step in range(30)]
        points = [("val/loss", step, 1000 + step, value) for step, value in enumerate(loss)]
        points += [("val/acc", step, 1000 + step, 1 - value / 3) for step, value in enumerate(loss)]
        points += [("epoch", step, 1000 + step, step // 3) for step in range(30)]
        log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)
    tab.add_init_script(COUNT_CLICKS)
    tab.goto("/w/default/experiments")
    return tab


def clicks(tab):
    return int(tab.evaluate("sessionStorage.getItem('clicks')") or 0)


def open_experiment(tab):
    tab.get_by_role("link", name="vision", exact=True).first.click()
    until(tab, READY)
    until(tab, f"{NAMES}.length === 8")


def open_all_runs(tab):
    tab.locator("nav.rail, .rail").get_by_role("link", name="All runs").click()
    tab.wait_for_url("**/runs")
    until(tab, READY)
    until(tab, f"{NAMES}.length === 8")


def test_the_best_run_of_an_experiment_is_one_click_away(start):
    open_experiment(start)

    marked = "document.querySelector('.rt-body [data-column^=\"metrics.val/loss\"].best')"
    until(start, f"{marked} !== null")
    name = start.evaluate(f"{marked}.parentElement.querySelector('.rt-name').textContent")

    assert name == "run 5"
    assert clicks(start) <= 1


def test_the_least_loss_and_the_greatest_accuracy_are_columns_and_sort(start):
    open_experiment(start)
    heads = "[...document.querySelectorAll('.rt-headrow [data-column]')].map(h => h.dataset.column)"
    until(start, f"['metrics.val/loss.min', 'metrics.val/acc.max'].every(c => {heads}.includes(c))")
    start.locator(".rt-headrow [data-column='metrics.val/loss.min'] .rt-label").click()

    until(start, f"{NAMES}[0] === 'run 5'")
    assert clicks(start) <= 3


def test_two_metrics_over_another_one(start):
    open_experiment(start)
    start.click("[data-add-chart]")
    until(start, "document.querySelector('.preview .plot')?.data?.length === 16")
    start.get_by_role("group", name="Common x axes").get_by_role("button", name="epoch").click()
    start.click(".chart-builder [data-submit]")

    until(start, "location.search.includes('metrics.epoch')")
    assert clicks(start) <= 4


def test_five_runs_are_compared(start):
    open_all_runs(start)
    start.locator(".rt-pick").nth(4).click(modifiers=["Shift"])
    assert start.inner_text("[data-count]") == "5 runs selected"
    start.click("[data-bulk=compare]")

    start.wait_for_url("**/compare?*")
    assert clicks(start) <= 3


def test_all_runs_as_csv(start):
    open_all_runs(start)
    with start.expect_download() as download:
        start.click("[data-export-button]")

    assert len(download.value.path().read_text().splitlines()) == 9
    assert clicks(start) <= 2
