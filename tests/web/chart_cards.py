"""The cards of charts over a run table: their addresses, data and menus, as tests use them."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from runs.metrics.services import RunRef, log_batch
from runs.tracking.models import Run
from tests.factories import make_experiment, make_run
from tests.web.browser import until

DRAWN = "document.querySelectorAll('.card .plot > svg, .card .main-svg:first-child').length"
# Of each card, how many lines its legend lists; 0 for a folded one.
LISTED = """JSON.stringify([...document.querySelectorAll('.card-legend')].map(list =>
  list.hidden ? 0 : list.children.length))"""
# One of each kind.
SIX = [
    {"y": ["val/loss"]},
    {"t": "bar", "y": ["val/loss"]},
    {"t": "scatter", "y": ["val/loss"], "x": "metrics.train/loss"},
    {"t": "box", "y": ["val/loss"]},
    {"t": "histogram", "y": ["val/loss"]},
    {"t": "parallel", "y": ["val/loss"], "r": ["params.lr"]},
]


def charts(*specs: dict[str, Any]) -> str:
    """Return the part of an address that asks for charts."""
    return f"?charts={quote(json.dumps(specs))}"


def log(run: Run, key: str, values: Sequence[float]) -> None:
    points = [(key, step, 1000 + step, value) for step, value in enumerate(values)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)


def make_named(*names: str, key: str = "loss", values: Sequence[float] = (1.0, 0.5)) -> list[Run]:
    """Runs with these names, each with one metric."""
    experiment = make_experiment("named")
    runs = [make_run(experiment, run_id=f"named-{i}", name=name) for i, name in enumerate(names)]
    for run in runs:
        log(run, key, values)
    return runs


def from_menu(tab: Any, item: str, card: int = 0) -> None:
    tab.locator(".card").nth(card).get_by_role("button", name="Menu of").click()
    tab.get_by_role("menuitem", name=item, exact=True).click()


def see_all(tab: Any, count: int) -> None:
    """Let each of so many cards come into view, and draw."""
    for card in range(count):
        tab.locator(".card").nth(card).scroll_into_view_if_needed()
        until(tab, f"{DRAWN} >= {card + 1}")
