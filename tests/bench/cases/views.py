"""Which page of each server shows a table of runs, and which a chart of many runs."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlencode

from tests.bench.seeds.population import CURVE


class Subject(Enum):
    """What a page is opened for."""

    TABLE = "the runs of an experiment"
    CHART = "one metric of 100 runs"
    LARGE_CHART = "one metric of 500 runs"


@dataclass(frozen=True)
class View:
    """A page: its address, the scripts that tell when its subject is painted and how much of it
    is shown, and what it is, in words."""

    what: str
    address: Callable[[str, Sequence[str]], str]
    painted: str
    shown: str


ROWS = "document.querySelectorAll('{}').length"
STUDIO_ROWS = ROWS.format(".rt-body .rt-row")
STUDIO_NUMBERS = (
    "[...document.querySelectorAll('.rt-body .rt-cell')]"
    ".filter(cell => /^\\d*[.]\\d/.test(cell.textContent)).length"
)
STUDIO_COUNTS = "document.querySelector('[data-counts]').textContent"
STUDIO_LINES = ROWS.format(".card .plot .scatterlayer .trace path.js-line")
MLFLOW_ROWS = ROWS.format('.ag-center-cols-container [role="row"]')
MLFLOW_LINES = ROWS.format(".js-plotly-plot .scatterlayer .trace path.js-line")


def studio_chart(runs: int) -> View:
    query = urlencode({"charts": json.dumps([{"y": [CURVE]}]), "top": runs})
    return View(
        "the experiment's page with a chart over its table",
        lambda experiment, run_ids: f"/w/default/experiment/{experiment}?{query}",
        f"{STUDIO_LINES} >= {runs}",
        f"`${{{STUDIO_LINES}}} lines`",
    )


def mlflow_table(address: str) -> View:
    """MLflow's page of an experiment; FastTrackML serves an older one of its own."""
    return View(
        "the experiment's page, as it opens",
        lambda experiment, run_ids: address.format(experiment),
        f"{MLFLOW_ROWS} >= 20",
        f"`${{{MLFLOW_ROWS}}} rows`",
    )


def mlflow_chart() -> View:
    return View(
        "the experiment's page, its chart view",
        lambda experiment, run_ids: f"/#/experiments/{experiment}/runs?compareRunsMode=CHART",
        f"{MLFLOW_LINES} >= 10",
        f"`${{{MLFLOW_LINES}}} lines`",
    )


VIEWS: dict[Subject, dict[str, View]] = {
    Subject.TABLE: {
        "studio": View(
            "the experiment's page, as it opens",
            lambda experiment, run_ids: f"/w/default/experiment/{experiment}",
            f"{STUDIO_ROWS} >= 20 && {STUDIO_NUMBERS} >= 20",
            f"`${{{STUDIO_ROWS}}} rows in sight, ${{{STUDIO_COUNTS}}}`",
        ),
        "mlflow": mlflow_table("/#/experiments/{}/runs"),
        "fasttrackml": mlflow_table("/mlflow/#/experiments/{}"),
    },
    Subject.CHART: {"studio": studio_chart(100), "mlflow": mlflow_chart()},
    Subject.LARGE_CHART: {"studio": studio_chart(500)},
}
