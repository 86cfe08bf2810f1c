"""Names that have too little room: they are cut in the middle, and their ends stay."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest

from runs.metrics.services import RunRef, log_batch
from tests.factories import make_experiment, make_run
from tests.web.browser import until
from tests.web.run_table import open_rows
from tests.when_used import WhenUsed

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
image = WhenUsed("matplotlib.image")

WIDE_LETTERS = "W" * 80 + "-s4"
FRAMES = """() => new Promise((done) => requestAnimationFrame(() =>
    requestAnimationFrame(() => requestAnimationFrame(() => done()))))"""


def gaps(tab: Any, name: str, widths: range) -> list[int]:
    """How many columns of pixels are blank in a row, at most, in a name drawn this wide."""
    found = []
    for width in widths:
        tab.evaluate(f"{name}.parentElement.style.width = '{width}px'")
        tab.evaluate(FRAMES)
        box = tab.evaluate(
            f"(({{x, y, width, height}}) => ({{x, y, width, height}}))"
            f"({name}.getBoundingClientRect())"
        )
        pixels = image.imread(BytesIO(tab.screenshot(clip=box)))[:, :, :3]
        inked = np.flatnonzero((np.abs(pixels - pixels[0, 0]) > 0.2).any(axis=(0, 2)))
        found.append(int(np.diff(inked).max()) - 1)
    return found


def test_the_end_of_a_cut_name_stands_at_the_cut(tab, db):
    make_run(name=WIDE_LETTERS)
    open_rows(tab, "?cols=run.name,run.status")
    name = "document.querySelector('.rt-body .rt-name')"

    assert max(gaps(tab, name, range(280, 296, 3))) <= 5


def test_so_it_does_where_the_server_draws_the_name(tab, db):
    make_run(name=WIDE_LETTERS)
    tab.goto("/w/default/search?q=-s4")
    name = "document.querySelector('.hit .middle-cut')"
    until(tab, f"{name} !== null")

    assert max(gaps(tab, name, range(280, 296, 3))) <= 5


def test_the_value_of_a_metric_stands_at_the_end_of_its_cut_name(tab, db):
    run = make_run()
    name = f"system/{'w' * 60}/megabytes"
    log_batch(run=RunRef(run.id, run.experiment_id), points=[(name, 0, 1, 1.0)])
    open_rows(tab, f"?cols=run.name,metrics.{name}")

    room = """[".rt-label > :last-child", ".rt-value"].map((part) => document
        .querySelector(`.rt-headrow .num ${part}`).getBoundingClientRect())"""
    name_end, value = tab.evaluate(f"{room}.map(({{ left, right }}) => [left, right])")
    assert value[0] - name_end[1] <= 6


def test_a_phone_shows_how_names_begin_and_how_they_end(phone, db):
    experiment = make_experiment("sweeps")
    for name in ("search for alpha, slowly", "sweep of the learning rate"):
        parent = make_run(experiment, name=name)
        make_run(experiment, parent=parent)
        points = [(f"{part}/loss", 0, 1, 1.0) for part in ("train", "val")]
        log_batch(run=RunRef(parent.id, experiment.id), points=points)
    open_rows(phone, "?cols=run.name,metrics.train/loss,metrics.val/loss")

    heads = phone.locator(".rt-body .rt-name > :first-child")
    assert heads.evaluate_all("heads => heads.map((head) => head.clientWidth >= 30)") == [True] * 2
    ends = phone.locator(".rt-body .rt-name > :last-child").all_inner_texts()
    assert ends == ["rate", "owly"]
