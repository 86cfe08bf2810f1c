"""The points of charts, as the page asks for them."""

import base64
import json
import re
from html import unescape

import numpy as np
import pytest

from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import Table
from runs.tracking.models import Run
from tests.factories import make_run

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def runs(three_runs):
    return three_runs


def test_points_of_charts_are_typed_arrays(studio, runs):
    told = studio.get("/w/default/series", {"runs": "run-0,run-1", "key": "loss"}).json()
    assert [(one["run"], one["x"]["dtype"], one["total"]) for one in told["curves"]] == [
        ("run-0", "i4", 2),
        ("run-1", "i4", 2),
    ]
    again = studio.get(
        "/w/default/series", {"runs": "run-0,run-1", "key": "loss", "since": told["stamp"]}
    )
    assert again.status_code == 204


def test_the_first_runs_that_have_data_are_found_among_more(studio, runs):
    make_run(runs[0].experiment, run_id="empty")
    query = {"runs": "empty,run-1,nothing,run-0", "key": ["none", "loss"], "most": 1}
    told = studio.get("/w/default/series", query).json()
    assert [one["run"] for one in told["curves"]] == ["run-1"]
    more = studio.get("/w/default/series", query | {"most": 2, "since": told["stamp"]}).json()
    assert [one["run"] for one in more["curves"]] == ["run-1", "run-0"]
    assert studio.get("/w/default/series", query | {"most": 0}).status_code == 400


def test_a_column_of_a_table_is_drawn_over_another_one(studio, runs):
    run = Run.objects.get(run_id="run-1")
    table = Table(name="roc", value={"fpr": [0.0, 0.5, 0.5], "tpr": [0.0, 0.25, "NaN"]})
    log_metrics(workspace=run.workspace, run_id=run.run_id, values=[table])
    query = {"runs": "run-0,run-1", "key": "roc.tpr", "x": "metrics.roc.fpr"}

    [curve] = studio.get("/w/default/series", query).json()["curves"]

    assert (curve["run"], curve["key"], curve["total"]) == ("run-1", "roc.tpr", 3)
    assert read_array(curve["x"]) == [0.0, 0.5, 0.5]
    assert read_array(curve["y"])[:2] == [0.0, 0.25]
    refused = studio.get("/w/default/series", {**query, "x": "roc.fpr"})
    assert refused.status_code == 400
    assert "metrics.<name>.<column>" in unescape(refused.content.decode())
    for odd in ("", "roc", "roc.", "roc.fpr\0"):
        answer = studio.get("/w/default/series", {**query, "x": f"metrics.{odd}"})
        assert answer.json()["curves"] == []


def test_charts_are_offered_the_columns_of_tables(studio, runs):
    run = Run.objects.get(run_id="run-1")
    table = Table(name="roc", value={"fpr": [0.0, 1.0], "tpr": [0.0, 1.0]})
    log_metrics(workspace=run.workspace, run_id=run.run_id, values=[table])
    page = studio.get("/w/default/runs").content.decode()
    [names] = re.findall(r'data-charts [^>]*data-names="([^"]*)"', page)
    assert {"roc.fpr", "roc.tpr"} < set(json.loads(unescape(names)))
    assert "roc" not in json.loads(unescape(names))


def read_array(packed):
    """The numbers of a typed array of the wire."""
    return np.frombuffer(base64.b64decode(packed["bdata"]), f"<{packed['dtype']}").tolist()


@pytest.mark.parametrize("query", [{"px": "0"}, {"px": "x"}, {"range": "1"}, {"range": "2,1"},
                                   {"range": "nan,1"}, {"x": "nothing"}])  # fmt: skip
def test_points_that_cannot_be_meant_are_refused(studio, runs, query):
    query = {"runs": "run-0", "key": "loss", **query}
    assert studio.get("/w/default/series", query).status_code == 400
