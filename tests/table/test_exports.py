"""Exports of the table and of histories, read back by pandas and compared cell by cell."""

import io
import json
import math

import pytest

from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import String, Table
from runs.metrics.services import RunRef, log_batch
from runs.search import make_search, parse_sort
from runs.table.columns import parse_columns
from runs.table.export_formats import FORMATS
from runs.table.exports import CONTENTS
from runs.table.run_list import TableQuery
from runs.tracking.clock import now_ms
from runs.tracking.fields import Entity
from runs.tracking.models import RunTag
from runs.tracking.statuses import Status
from tests.factories import default_workspace, make_experiment, make_run
from tests.when_used import WhenUsed

pytestmark = pytest.mark.django_db
pandas = WhenUsed("pandas")
STARTED_MS = 1_780_000_000_123
LOSSES = [1.5, -0.5, math.nan, math.inf, -math.inf, 1e-300, 0.1 + 0.2]


@pytest.fixture
def runs(db):
    experiment = make_experiment("vision/resnet")
    made = []
    for i, loss in enumerate(LOSSES):
        run = make_run(
            experiment,
            run_id=f"run-{i}",
            name="=1+1" if i == 0 else f"run {i}, “quoted”",
            started_ms=STARTED_MS + i,
            parent=made[0] if i == 1 else None,
            params={"lr": "-0.5" if i else "@SUM(A1)", "lr.min": str(i)},
        )
        ref = RunRef(run.id, experiment.id)
        points = [("lr", step, STARTED_MS + step, step / 10) for step in range(3)]
        points += [("loss", 0, STARTED_MS, loss), ("lr.min", 0, STARTED_MS, 7.0)]
        log_batch(run=ref, points=points, params=None, tags=None)
        RunTag.objects.create(run=run, experiment=experiment, key="a", value="1; b=2")
        made.append(run)
    return made


READ = {
    "csv": "read_csv",
    "json": "read_json",
    "parquet": "read_parquet",
}


def read_back(format_name, content="table", **query):
    search = make_search(
        workspace=default_workspace(),
        children=True,
        run_ids=query.pop("run_ids", None),
        sort=parse_sort("started"),
    )
    if "columns" in query:
        query["columns"] = tuple(parse_columns(query["columns"]))
    fields, rows = CONTENTS[content](TableQuery(search=search, **query))
    rows = list(rows)
    body = b"".join(FORMATS[format_name][1](fields, rows))
    return getattr(pandas, READ[format_name])(io.BytesIO(body)), body.decode(errors="replace")


def same(found, expected):
    found, expected = float(found), float(expected)
    return found == expected or (math.isnan(found) and math.isnan(expected))


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_metric_and_a_parameter_of_one_name_are_two_columns(runs, format_name):
    columns = "metrics.lr,metrics.lr:min,metrics.lr.min.last,params.lr,params.lr.min,run.run_id"
    table, _ = read_back(format_name, columns=columns)
    assert list(table.columns) == [
        "run.run_id", "metrics.lr", "metrics.lr.min", "metrics.lr.min.last", "params.lr",
        "params.lr.min",
    ]  # fmt: skip
    assert list(table["run.run_id"]) == [run.run_id for run in runs]
    assert table["metrics.lr"].tolist() == [0.2] * 7
    assert table["metrics.lr.min"].tolist() == [0.0] * 7
    assert table["metrics.lr.min.last"].tolist() == [7.0] * 7
    assert [int(value) for value in table["params.lr.min"]] == list(range(7))


@pytest.mark.parametrize("format_name", FORMATS)
def test_numbers_are_read_back_to_the_last_digit(runs, format_name):
    table, _ = read_back(format_name, columns="metrics.loss,metrics.loss:count,run.number")
    assert all(map(same, table["metrics.loss"], LOSSES))
    assert [int(n) for n in table["metrics.loss.count"]] == [1] * 7
    assert [int(n) for n in table["run.number"]] == [run.number for run in runs]


@pytest.mark.parametrize("format_name", FORMATS)
def test_times_have_a_zone_and_durations_of_running_runs_are_seconds(runs, format_name):
    runs[0].ended_ms, runs[0].status = STARTED_MS + 2500, Status.COMPLETED
    runs[0].save()
    table, body = read_back(format_name, columns="run.started,run.duration")
    started = pandas.to_datetime(table["run.started"], utc=True)
    assert [at.value // 10**6 for at in started] == [STARTED_MS + i for i in range(7)]
    assert format_name == "parquet" or "2026-05-28T20:26:40.123Z" in body
    assert table["run.duration"][0] == 2.5
    assert table["run.duration"][1] == pytest.approx((now_ms() - STARTED_MS - 1) / 1000, abs=60)


def test_csv_guards_formulas_and_never_a_number(runs):
    table, _ = read_back("csv", columns="run.name,params.lr,params.lr.min")
    assert table["run.name"][0] == "'=1+1"
    assert table["params.lr"].tolist() == ["'@SUM(A1)"] + ["-0.5"] * 6


@pytest.mark.parametrize("format_name", ["json", "parquet"])
def test_other_formats_keep_texts_as_they_are(runs, format_name):
    table, _ = read_back(format_name, columns="run.name,run.parent,run.status,run.tags")
    assert table["run.name"].tolist() == [run.name for run in runs]
    assert table["run.parent"][1] == "run-0"
    assert table["run.status"].tolist() == ["Running"] * 7
    assert json.loads(table["run.tags"][0]) == {"a": "1; b=2"}


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_metric_with_a_text_in_one_run_loses_none(runs, format_name):
    log_metrics(
        workspace=default_workspace(), run_id="run-6", values=[String(name="note", value="late")]
    )
    log_batch(
        run=RunRef(runs[0].id, runs[0].experiment_id),
        points=[("note", 0, 1, 0.25)],
        params=None,
        tags=None,
    )
    table, _ = read_back(format_name, columns="metrics.note")
    assert [str(table["metrics.note"][i]) for i in (0, 6)] == ["0.25", "late"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_history_has_every_number_text_and_cell(runs, format_name):
    values = [
        String(name="note", value="=cmd()", step=3, ms=STARTED_MS),
        Table(name="roc", value={"fpr": [0.0, 1.0], "word": ["a", None]}, ms=STARTED_MS),
    ]
    log_metrics(workspace=default_workspace(), run_id="run-0", values=values)
    table, _ = read_back(format_name, content="history", run_ids=("run-0",))
    found = {
        (row.metric, None if pandas.isna(row.column) else row.column, row.step): row
        for row in table.itertuples()
    }
    assert set(found) == {
        ("loss", None, 0), ("lr", None, 0), ("lr", None, 1), ("lr", None, 2), ("lr.min", None, 0),
        ("note", None, 3), ("roc", "fpr", 0), ("roc", "fpr", 1), ("roc", "word", 0),
    }  # fmt: skip
    assert [float(found["lr", None, step].value) for step in range(3)] == [0.0, 0.1, 0.2]
    assert found["roc", "word", 0].text == "a"
    assert found["note", None, 3].text == ("'=cmd()" if format_name == "csv" else "=cmd()")
    at = pandas.to_datetime(table["time"], utc=True)[0]
    assert at.value // 10**6 == STARTED_MS


def test_columns_stay_as_the_first_page_had_them(runs, monkeypatch):
    monkeypatch.setattr("runs.table.exports.PAGE_RUNS", 2)
    goal_columns = "run.name,metrics.lr:trend,params.lr.min,metrics.loss"
    table, _ = read_back("json", columns=goal_columns, only_differences=True)
    assert len(table) == 7
    assert table["params.lr.min"].tolist() == list(range(7))


def test_no_two_columns_have_one_name():
    texts = "metrics.a,metrics.a.min,metrics.a.min.min,metrics.a.min.last,metrics.a:min.last"
    columns = [one for one in parse_columns(texts) if one.entity is Entity.METRIC]
    assert len({one.id for one in columns}) == 5
