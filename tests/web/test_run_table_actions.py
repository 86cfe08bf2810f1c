"""What one does with the runs of the table: change many, export them, save a view."""

import csv
import io
import json

import pytest

from runs.tracking.models import Lifecycle, Run
from tests.web.run_rows import ids, rows

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def runs(three_runs):
    return three_runs


# -- bulk ------------------------------------------------------------------------------------------


def bulk(studio, **body):
    return studio.post("/w/default/bulk", json.dumps(body), content_type="application/json")


def test_archive_and_undo(studio, runs):
    answer = bulk(studio, action="archive", run_ids=["run-0", "run-1"])
    assert answer.json()["count"] == 2
    assert ids(rows(studio)) == ["run-2"]
    bulk(studio, action="restore", run_ids=answer.json()["run_ids"])
    assert len(ids(rows(studio))) == 3


def test_all_that_match_are_meant_by_their_filter(studio, runs):
    assert bulk(studio, action="delete", matching="?q=params.lr+%3D+0.1").json()["count"] == 2
    gone = Run.objects.filter(lifecycle=Lifecycle.DELETED).values_list("run_id", flat=True)
    assert sorted(gone) == ["run-0", "run-2"]


def test_tag_and_move(studio, runs):
    bulk(studio, action="tag", run_ids=["run-0"], key="quality", value="good")
    bulk(studio, action="move", run_ids=["run-0"], experiment="elsewhere")
    page = rows(studio, q="tags.quality = 'good' and experiment = 'elsewhere'")
    assert ids(page) == ["run-0"]


@pytest.mark.parametrize(
    "body",
    [{"action": "explode", "run_ids": []}, {"action": "delete"}, {"action": "delete", "run_ids": 3},
     {"action": "tag", "run_ids": ["run-0"], "key": ""}],
)  # fmt: skip
def test_a_bulk_change_that_means_nothing_is_refused(studio, runs, body):
    assert bulk(studio, **body).status_code == 400


def test_a_run_that_is_not_there_stops_the_whole_change(studio, runs):
    assert bulk(studio, action="delete", run_ids=["run-0", "nobody"]).status_code == 404
    assert not Run.objects.filter(lifecycle=Lifecycle.DELETED).exists()


# -- exports ---------------------------------------------------------------------------------------


def exported(studio, **query):
    answer = studio.get("/w/default/export", query)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_the_table_as_csv_has_every_matching_row(studio, runs):
    text = exported(studio, cols="run.name,metrics.loss.min,params.lr", sort="run.name").decode()
    assert list(csv.reader(io.StringIO(text))) == [
        ["run.run_id", "run.name", "metrics.loss.min", "params.lr"],
        ["run-0", "run 0", "0.5", "0.1"],
        ["run-1", "run 1", "0.25", "0.01"],
        ["run-2", "run 2", "1.0", "0.1"],
    ]


def test_the_history_as_json_has_every_point(studio, runs):
    points = json.loads(exported(studio, format="json", content="history", runs="run-1"))
    assert [(one["metric"], one["step"], one["value"]) for one in points] == [
        ("loss", 0, 1.0),
        ("loss", 1, 0.25),
    ]


def test_an_unknown_format_is_refused(studio, runs):
    assert studio.get("/w/default/export", {"format": "xls"}).status_code == 400


# -- views -----------------------------------------------------------------------------------------


def test_a_view_is_saved_changed_and_deleted(studio, runs):
    body = json.dumps({"name": "Best", "query": "?sort=metrics.loss"})
    view = studio.post("/w/default/views", body, content_type="application/json").json()
    assert studio.get("/w/default/views").json()["views"] == [view]

    address = f"/w/default/views/{view['id']}"
    change = studio.post(address, '{"is_default": true}', content_type="application/json")
    assert change.json()["shared"]
    opened = studio.get("/w/default/runs")
    assert opened["Location"] == f"/w/default/runs?sort=metrics.loss&view={view['id']}"

    assert studio.delete(address).status_code == 204
    assert studio.get("/w/default/views").json()["views"] == []


def test_a_body_that_is_no_object_is_refused(studio, runs):
    for body in ("[]", "{", "null"):
        answer = studio.post("/w/default/views", body, content_type="application/json")
        assert answer.status_code == 400
