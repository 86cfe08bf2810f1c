"""A run table with something in it, and ways to look at it in a tab."""

import math
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db.models import QuerySet
from django.db.transaction import atomic

from runs.metrics.services import RunRef, log_batch
from runs.tracking.clock import now_ms
from runs.tracking.models import Run
from tests.factories import make_experiment, make_run
from tests.web.browser import until

READY = "document.querySelector('[data-ready]') !== null"
DRAWN = "document.querySelectorAll('.rt-body .rt-row').length"
NAMES = "[...document.querySelectorAll('.rt-body .rt-name')].map(a => a.textContent)"


@atomic
def make_runs() -> QuerySet[Run]:
    """Twelve runs of two learning rates and three batch sizes with three metrics of 40 points."""
    experiment, now = make_experiment("vision/resnet"), now_ms()
    for i in range(12):
        lr = ["0.1", "0.01"][i % 2]
        params = {"lr": lr, "batch": str(32 << i % 3)}
        run = make_run(
            experiment, run_id=f"run-{i}", name=f"run {i:02}", params=params, started_ms=now + i
        )
        points = [
            (key, step, 1000 + step, math.exp(-step / (10 + i)) + shift)
            for key, shift in (("train/loss", 0), ("val/loss", 0.1 + i / 100))
            for step in range(40)
        ]
        points += [("epoch", step, 1000 + step, step // 10) for step in range(40)]
        log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)
    return Run.objects.order_by("id")


def make_like(run: Run, count: int) -> list[Run]:
    """Make so many more runs that have the same row as one, but a number and an id of their own."""
    row = Run.objects.filter(pk=run.pk).values().get()
    del row["id"]
    copies = [
        Run(**row | {"run_id": f"copy-{i}", "number": row["number"] + i})
        for i in range(1, count + 1)
    ]
    return Run.objects.bulk_create(copies)


def open_table(tab: Any, query: str = "") -> None:
    tab.goto(f"/w/default/runs{query}")
    until(tab, READY)
    until(tab, f"{DRAWN} > 0")


def open_rows(tab: Any, query: str = "") -> None:
    """Open a run table without charts: to draw them is half of the work of its page."""
    open_table(tab, f"{query}{'&' if query else '?'}charts=[]")


def query_of(tab: Any) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(tab.url).query).items()}


def row_names(tab: Any) -> list[str]:
    return tab.evaluate(NAMES)
