"""How many SQL queries each page costs is pinned, and does not follow how much there is.

`RECORD_QUERY_COUNTS=1` writes the counts of today into `tests/query_counts.json`.
"""

import json
import math
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from runs.compute import sweeping
from runs.compute.clusters import find_or_create_local
from runs.compute.submitting import Work, submit
from runs.tracking.services import delete_runs
from runs.workspaces.memory import forget_all
from tests.factories import default_workspace, make_experiment, make_run
from tests.web.curves import log_curve

BASELINE = Path(__file__).resolve().parents[1] / "query_counts.json"
IS_RECORDING = os.environ.get("RECORD_QUERY_COUNTS") == "1"
PAGES = {
    "start": "/",
    "sign-in": "/sign-in",
    "counts": "/w/default/counts",
    "workspaces": "/w/default/workspaces",
    "search": "/w/default/search?q=run",
    "experiments": "/w/default/experiments",
    "experiments, by activity": "/w/default/experiments?sort=activity",
    "experiments, by pattern": "/w/default/experiments?q=e&regex=on",
    "experiment": "/w/default/experiments/e-0",
    "runs": "/w/default/runs",
    "runs, sorted by a metric": "/w/default/runs?sort=-metrics.m0.min",
    "run rows": "/w/default/run-rows?exp=e-0&children=1",
    "run counts": "/w/default/run-counts",
    "columns": "/w/default/columns",
    "compare": "/w/default/compare?runs=run-0,run-1",
    "experiment, panel": "/w/default/experiment/1/edit",
    "run, details": "/w/default/runs/run-0/details",
    "run, metrics": "/w/default/runs/run-0/metrics",
    "run, outputs": "/w/default/runs/run-0/outputs",
    "run, points": "/w/default/runs/run-0/points?key=m0",
    "run, snapshot": "/w/default/runs/run-0/snapshot",
    "run, images": "/w/default/runs/run-0/images",
    "run, monitoring": "/w/default/runs/run-0/monitoring",
    "run, raw": "/w/default/runs/run-0/raw",
    "run, raw document": "/w/default/runs/run-0/raw.json",
    "images": "/w/default/images?runs=run-0,run-1",
    "compare, images": "/w/default/compare?runs=run-0,run-1&tab=images",
    "compare, table": "/w/default/compare?runs=run-0,run-1&tab=table",
    "compare, code": "/w/default/compare?runs=run-0,run-1&tab=code",
    "compare, environment": "/w/default/compare?runs=run-0,run-1&tab=environment",
    "compare, logs": "/w/default/compare?runs=run-0,run-1&tab=logs",
    "compare, curves": "/w/default/compare?runs=run-0,run-1&tab=curves",
    "log search": "/w/default/log-search?q=a",
    "models": "/w/default/models",
    "pipelines": "/w/default/pipelines?q=e",
    "pipelines, opened": "/w/default/pipelines?open=run-0",
    "submit": "/w/default/submit",
    "submit, from a run": "/w/default/submit?from=run-0",
    "submit, outlook": "/w/default/submit/outlook?cluster=local",
    "clusters": "/w/default/compute/clusters",
    "cluster, runs": "/w/default/compute/clusters/local/runs",
    "cluster, nodes": "/w/default/compute/clusters/local/nodes",
    "cluster, monitoring": "/w/default/compute/clusters/local/monitoring",
    "system": "/w/default/system",
    "system, by run": "/w/default/system?by=runs",
    "system, deleted": "/w/default/system/deleted",
    "system, limits": "/w/default/system/limits",
    "system, members": "/w/default/system/members",
    "tokens": "/w/default/tokens",
    "series": "/w/default/series?runs=run-0&key=m0&key=m1",
}


@pytest.fixture(autouse=True)
def no_page_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a cluster sweeps every five seconds: its queries would follow the clock."""
    monkeypatch.setattr(sweeping, "_next_at", math.inf)


def fill(start: int, stop: int) -> None:
    """Experiments with tags, each with a run; ever more metrics, params and children of the
    first, and jobs that wait."""
    local = find_or_create_local(default_workspace())
    for number in range(start, stop):
        experiment = make_experiment(f"e-{number}", tags={"team": "blue", "of": str(number)})
        run = make_run(experiment, run_id=f"run-{number}", tags={"a": "b"}, params={"p": "1"})
        first = run if number == 0 else run.__class__.objects.get(run_id="run-0")
        log_curve(first, f"m{number}", [1.0, 2.0, 3.0])
        make_run(first.experiment, parent=first, params={f"p{number}": "1"})
        delete_runs(runs=[make_run(experiment)])
        submit(experiment=experiment, cluster=local, work=Work(["python"]), name=f"job-{number}")


def count_queries(studio: Client, address: str) -> int:
    forget_all()
    with CaptureQueriesContext(connection) as captured:
        assert studio.get(address).status_code in (200, 302)
    return len(captured)


def count_all(studio: Client) -> dict[str, int]:
    return {name: count_queries(studio, address) for name, address in PAGES.items()}


def test_the_cost_of_each_page_is_the_pinned_one(studio: Client):
    fill(0, 2)

    counted = count_all(studio)

    if IS_RECORDING:
        BASELINE.write_text(json.dumps(dict(sorted(counted.items())), indent=2) + "\n")
    assert counted == json.loads(BASELINE.read_text()), "record it anew if more is meant"


@pytest.mark.both_databases
def test_the_cost_of_no_page_follows_how_much_there_is(studio: Client):
    fill(0, 2)
    few = count_all(studio)
    fill(2, 8)

    assert count_all(studio) == few
