"""Which page of each server shows a table of runs, and which a chart of many runs.

FastTrackML has two: those of Aim and an older one of MLflow. Aim's pages show the runs of the
experiments that somebody chose before; Aim keeps the choice in the browser (`selectedExperiments`),
and so does a profile that opens them here. What its metrics explorer draws stands in the address.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import quote, urlencode

from tests.bench.seeds.population import CURVE


class Subject(Enum):
    """What a page is opened for."""

    TABLE = "the runs of an experiment"
    CHART = "one metric of 100 runs"
    LARGE_CHART = "one metric of 500 runs"


@dataclass(frozen=True)
class Experiment:
    """The experiment a page is opened on."""

    id: str
    name: str


def keep_nothing(experiment: Experiment) -> Mapping[str, str]:
    """What most servers' pages keep in the browser."""
    return {}


@dataclass(frozen=True)
class View:
    """A page: its address, the scripts that tell when its subject is painted and how much of it
    is shown, what it is, in words, and what its browser keeps. `row` names a second page of the
    same server for the same subject in the report."""

    what: str
    address: Callable[[Experiment, Sequence[str]], str]
    painted: str
    shown: str
    kept: Callable[[Experiment], Mapping[str, str]] = field(default=keep_nothing)
    row: str = ""


COUNT = "document.querySelectorAll('{}').length"
STUDIO_ROWS = COUNT.format(".rt-body .rt-row")
STUDIO_NUMBERS = (
    "[...document.querySelectorAll('.rt-body .rt-cell')]"
    ".filter(cell => /^\\d*[.]\\d/.test(cell.textContent)).length"
)
STUDIO_COUNTS = "document.querySelector('[data-counts]').textContent"
STUDIO_LINES = COUNT.format(".card .plot .scatterlayer .trace path.js-line")
MLFLOW_ROWS = COUNT.format('.ag-center-cols-container [role="row"]')
MLFLOW_LINES = COUNT.format(".js-plotly-plot .scatterlayer .trace path.js-line")
AIM_ROWS = COUNT.format(".Table__pane--left .Table__cell:not(.Table__cell--header)")
AIM_LINES = COUNT.format("path.Line")


def studio_table() -> View:
    return View(
        "the experiment's page, as it opens",
        lambda experiment, run_ids: f"/w/default/experiment/{experiment.id}",
        f"{STUDIO_ROWS} >= 20 && {STUDIO_NUMBERS} >= 20",
        f"`${{{STUDIO_ROWS}}} rows in sight, ${{{STUDIO_COUNTS}}}`",
    )


def studio_chart(runs: int) -> View:
    query = urlencode({"charts": json.dumps([{"y": [CURVE]}]), "top": runs})
    return View(
        "the experiment's page with a chart over its table",
        lambda experiment, run_ids: f"/w/default/experiment/{experiment.id}?{query}",
        f"{STUDIO_LINES} >= {runs}",
        f"`${{{STUDIO_LINES}}} lines`",
    )


def mlflow_table(address: str, row: str = "") -> View:
    return View(
        "MLflow's page of an experiment, as it opens",
        lambda experiment, run_ids: address.format(experiment.id),
        f"{MLFLOW_ROWS} >= 20",
        f"`${{{MLFLOW_ROWS}}} rows`",
        row=row,
    )


def mlflow_chart() -> View:
    """It draws the ten latest runs, however many there are."""
    address = "/#/experiments/{}/runs?compareRunsMode=CHART"
    return View(
        "the experiment's page, its chart view",
        lambda experiment, run_ids: address.format(experiment.id),
        f"{MLFLOW_LINES} >= 10",
        f"`${{{MLFLOW_LINES}}} lines`",
    )


def aim_table() -> View:
    return View(
        "Aim's runs explorer on the experiment",
        lambda experiment, run_ids: "/aim/runs",
        f"{AIM_ROWS} >= 20",
        f"`${{{AIM_ROWS}}} rows drawn`",
        choose_experiment,
    )


def aim_chart(runs: int) -> View:
    return View(
        "Aim's metrics explorer on the experiment, 500 points a run",
        lambda experiment, run_ids: f"/aim/metrics?select={encode_state(CHOSEN_METRIC)}",
        f"{AIM_LINES} >= {runs}",
        f"`${{{AIM_LINES}}} lines`",
        choose_experiment,
    )


CHOSEN_METRIC = {
    "options": [
        {
            "label": CURVE,
            "group": CURVE,
            "type": "metrics",
            "color": "#3E72E7",
            "value": {"option_name": CURVE, "context": {}},
        }
    ],
    "query": "",
    "advancedMode": False,
    "advancedQuery": "",
}


def encode_state(state: Any) -> str:
    """A part of Aim's state as it stands in its addresses: base64 of JSON escaped for one."""
    text = quote(json.dumps(state, separators=(",", ":")), safe=",:")
    return "O-" + b64encode(text.encode()).decode().rstrip("=")


def choose_experiment(experiment: Experiment) -> Mapping[str, str]:
    chosen = [{"id": experiment.id, "name": experiment.name}]
    return {"selectedExperiments": json.dumps(chosen)}


VIEWS: dict[Subject, dict[str, tuple[View, ...]]] = {
    Subject.TABLE: {
        "studio": (studio_table(),),
        "mlflow": (mlflow_table("/#/experiments/{}/runs"),),
        "fasttrackml": (aim_table(), mlflow_table("/mlflow/#/experiments/{}", "its MLflow page")),
    },
    Subject.CHART: {
        "studio": (studio_chart(100),),
        "mlflow": (mlflow_chart(),),
        "fasttrackml": (aim_chart(100),),
    },
    Subject.LARGE_CHART: {
        "studio": (studio_chart(500),),
        "mlflow": (mlflow_chart(),),
        "fasttrackml": (aim_chart(500),),
    },
}


def views_of(subject: Subject, server: str) -> tuple[View, ...]:
    """Return the views that a server has of a subject. One under a name of its own is a Studio."""
    kinds = {kind for views in VIEWS.values() for kind in views}
    return VIEWS[subject].get(server if server in kinds else "studio", ())
