"""What the grid of the run table asks for: rows, counts, names, bulk changes, exports, views."""

import base64
import csv
import io
import json
import re
from html import unescape

import numpy as np
import pytest

from runs.metrics.kinds.logging import log_metrics
from runs.metrics.kinds.values import Table
from runs.metrics.services import RunRef, log_batch
from runs.tracking.models import Lifecycle, Run
from tests.factories import make_experiment, make_run

pytestmark = pytest.mark.django_db
ROWS = "/w/default/run-rows"


@pytest.fixture
def runs(db):
    experiment = make_experiment("vision/resnet")
    runs = []
    for i, (lr, loss) in enumerate([("0.1", 0.5), ("0.01", 0.25), ("0.1", float("nan"))]):
        run = make_run(
            experiment, run_id=f"run-{i}", name=f"run {i}", started_ms=1000 + i, params={"lr": lr}
        )
        points = [("loss", 0, 1, 1.0), ("loss", 1, 2, loss)]
        log_batch(run=RunRef(run.id, experiment.id), points=points, params=None, tags=None)
        runs.append(run)
    make_run(experiment, run_id="child", parent=runs[0], name="child")
    return runs


def rows(studio, **query):
    answer = studio.get(ROWS, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def ids(page):
    return [row["id"] for row in page["rows"]]


def column(page, column_id):
    index = [one["id"] for one in page["columns"]].index(column_id)
    return [row["cells"][index] for row in page["rows"]]


def test_the_newest_runs_come_first_with_the_metrics_they_have(studio, runs):
    page = rows(studio)
    assert ids(page) == ["run-2", "run-1", "run-0"]
    assert column(page, "metrics.loss") == ["NaN", 0.25, 0.5]
    assert column(page, "params.lr") == ["0.1", "0.01", "0.1"]


def test_rows_sort_by_any_aggregate_and_nan_stands_behind(studio, runs):
    assert ids(rows(studio, sort="metrics.loss")) == ["run-1", "run-0", "run-2"]
    assert ids(rows(studio, sort="-metrics.loss.min")) == ["run-2", "run-0", "run-1"]


def test_a_filter_and_a_sort_by_two_keys(studio, runs):
    page = rows(studio, q="params.lr >= 0.01", sort="params.lr,-run.name")
    assert ids(page) == ["run-1", "run-2", "run-0"]


def test_runs_are_filtered_by_the_value_at_best(studio, runs):
    for run, accuracy in zip(runs, (0.7, 0.9, 0.8), strict=True):
        points = [("accuracy", 0, 1, accuracy), ("accuracy", 1, 2, 0.1)]
        log_batch(run=RunRef(run.id, run.experiment_id), points=points, params=None, tags=None)
    at_most, at_least = {"goal": "max:loss"}, {"goal": "min:loss"}
    assert ids(rows(studio, q="metrics.accuracy.best > 0.75", **at_most)) == ["run-2", "run-1"]
    assert ids(rows(studio, q="metrics.accuracy.best > 0.75", **at_least)) == ["run-2"]
    assert ids(rows(studio, q="metrics.accuracy.best is null", **at_least)) == ["child"]
    query = {"q": "metrics.accuracy.best > 0.75", **at_most}
    assert studio.get("/w/default/run-counts", query).json()["matching"] == 2
    grouped = rows(studio, group="params.lr", cols="metrics.loss", **query)
    assert [row["children"] for row in grouped["rows"]] == [1, 1]


@pytest.mark.parametrize("address", [ROWS, "/w/default/run-counts"])
def test_a_filter_at_best_without_a_goal_says_what_is_missing(studio, runs, address):
    answer = studio.get(address, {"q": "metrics.loss.best > 0"})
    assert answer.status_code == 400
    assert "Choose a goal metric" in answer.content.decode()


def test_nothing_is_new_on_a_page_that_others_follow(studio, runs):
    stamp = rows(studio, limit=1)["stamp"]
    assert studio.get(ROWS, {"since": stamp, "limit": 1}).status_code == 204


def test_a_bad_filter_says_where_and_why(studio, runs):
    answer = studio.get(ROWS, {"q": "metric.loss >> 1"})
    assert answer.status_code == 400
    told = answer.json()
    assert told["message"]
    assert told["position"] >= 0


@pytest.mark.parametrize(
    "query",
    [{"cols": "nonsense"}, {"limit": "0"}, {"limit": "x"}, {"goal": "best:loss"}, {"after": "x"},
     {"group": "metrics.loss"}, {"inside": "group:{"}, {"sort": "run.nothing"}],
)  # fmt: skip
def test_a_state_that_means_nothing_is_refused(studio, runs, query):
    assert studio.get(ROWS, query).status_code == 400


@pytest.mark.parametrize(
    "query", [{"cols": "nonsense"}, {"q": "metrics.loss.best > 0"}, {"q": "loss >> 1"}]
)
def test_a_page_that_cannot_be_read_shows_its_plain_table_and_why(studio, runs, query):
    make_run(make_experiment("another"), run_id="foreign")
    answer = studio.get("/w/default/experiments/vision/resnet", query)
    assert answer.status_code == 200
    first = answer.context["table"].first
    assert ids(first) == ["run-2", "run-1", "run-0"]
    assert first["error"]["message"]


def test_pages_follow_each_other(studio, runs):
    first = rows(studio, limit=2)
    second = rows(studio, limit=2, after=first["next"])
    assert ids(first) + ids(second) == ["run-2", "run-1", "run-0"]
    assert second["next"] is None


def test_nothing_new_is_204_and_a_new_point_is_not(studio, runs):
    stamp = rows(studio)["stamp"]
    assert studio.get(ROWS, {"since": stamp}).status_code == 204
    ref = RunRef(runs[0].id, runs[0].experiment_id)
    log_batch(run=ref, points=[("loss", 9, 9, 0.1)], params=None, tags=None)
    assert studio.get(ROWS, {"since": stamp}).status_code == 200


def test_children_stand_inside_their_parent(studio, runs):
    parent = rows(studio)["rows"][-1]
    assert parent["children"] == 1
    assert ids(rows(studio, inside=parent["inside"])) == ["child"]
    assert ids(rows(studio, children=1, q="name = 'child'")) == ["child"]


def test_groups_and_their_members(studio, runs):
    page = rows(studio, group="params.lr", cols="metrics.loss")
    assert [(row["name"], row["children"]) for row in page["rows"]] == [
        ("lr = 0.1", 2),
        ("lr = 0.01", 1),
    ]
    inside = page["rows"][0]["inside"]
    assert sorted(ids(rows(studio, inside=inside))) == ["run-0", "run-2"]


def test_groups_stand_in_the_order_of_a_mean(studio, runs):
    def names(**query):
        page = rows(studio, group="params.lr", cols="metrics.loss.min", **query)
        return [row["name"] for row in page["rows"]]

    assert names(sort="metrics.loss.min") == ["lr = 0.01", "lr = 0.1"]
    assert names(sort="-metrics.loss.min") == ["lr = 0.1", "lr = 0.01"]


def test_the_runs_of_one_experiment_have_no_column_of_it(studio, runs):
    def columns(**query):
        return [one["id"] for one in rows(studio, **query)["columns"]]

    assert "run.experiment" in columns()
    assert "run.experiment" not in columns(exp="vision/resnet")
    assert "run.experiment" not in columns(inside="run:run-0")


def test_runs_of_some_statuses(studio, runs):
    make_run(runs[0].experiment, run_id="done", status="Completed")
    assert ids(rows(studio, status="Completed")) == ["done"]
    assert len(ids(rows(studio, status=["Completed", "Running"]))) == 5
    assert studio.get(ROWS, {"status": "Sleeping"}).status_code == 400


def test_columns_pinned_by_the_reader_come_first(studio, runs):
    page = rows(studio, cols="run.name,run.status,params.lr", pin="params.lr")
    assert [one["id"] for one in page["columns"]] == ["params.lr", "run.name", "run.status"]


def test_only_differences_leaves_out_what_is_the_same(studio, runs):
    page = rows(studio, cols="run.name,run.status,params.lr", diff=1)
    assert [one["id"] for one in page["columns"]] == ["run.name", "params.lr"]


def test_counts_are_of_the_filter_and_of_all(studio, runs):
    told = studio.get("/w/default/run-counts", {"q": "params.lr = 0.1"}).json()
    assert (told["matching"], told["all"], told["children"]) == (2, 3, 1)
    assert (told["running"], told["running_children"]) == (4, 1)


def test_the_clauses_of_a_filter_are_told_with_what_is_left_without_each(studio, runs):
    told = studio.get("/w/default/run-counts", {"q": "params.lr = 0.1 and name ~ 'run'"}).json()
    assert told["clauses"] == [
        {"text": "params.lr = 0.1", "without": 'name ~ "run"'},
        {"text": 'name ~ "run"', "without": "params.lr = 0.1"},
    ]
    assert studio.get("/w/default/run-counts").json()["clauses"] == []


def test_counts_of_all_are_of_where_the_table_looks(studio, runs):
    make_run(make_experiment("elsewhere"))

    def all_runs(**query):
        told = studio.get("/w/default/run-counts", query).json()
        return told["all"] + (told["children"] if told["with_children"] else 0)

    assert all_runs() == 4
    assert all_runs(children=1) == 5
    assert all_runs(exp="vision/resnet") == 3
    assert all_runs(inside="run:run-0") == 1
    assert all_runs(runs="run-0,run-1") == 2


def test_every_aggregate_of_a_metric(studio, runs):
    told = studio.get("/w/default/metric-summary", {"run": "run-1", "key": "loss"}).json()
    assert (told["n"], told["last"], told["max"], told["min_step"]) == (2, 0.25, 1.0, 1)
    assert studio.get("/w/default/metric-summary", {"run": "run-1", "key": "x"}).status_code == 404


def test_names_of_columns_by_kind(studio, runs):
    told = studio.get("/w/default/columns", {"search": "^lo"}).json()
    assert [(one["kind"], one["total"]) for one in told["sections"]] == [("metrics", 1)]
    assert studio.get("/w/default/columns", {"search": "("}).status_code == 400


def test_completions(studio, runs):
    told = studio.get("/w/default/completions", {"text": "params.l", "cursor": 8}).json()
    assert [one["insert"] for one in told["items"]] == ["params.lr "]


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


# -- charts ----------------------------------------------------------------------------------------


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


def make_family(experiment, count=3):
    """A parent without metrics, and children with a loss of 0, 1, 2, …"""
    parent = make_run(experiment, run_id=f"parent-{experiment.id}", name="parent")
    for number in range(count):
        run_id = f"child-{experiment.id}-{number}"
        child = make_run(experiment, parent=parent, run_id=run_id, name=f"child {number}")
        points = [("loss", 0, 1, float(number))]
        log_batch(run=RunRef(child.id, experiment.id), points=points, params=None, tags=None)
    return parent


def test_a_filter_looks_at_children_and_names_their_parents(studio):
    make_family(make_experiment("sweep"))

    page = studio.get(ROWS, {"q": "metrics.loss < 2", "sort": "-metrics.loss"}).json()

    assert [row["name"] for row in page["rows"]] == ["child 1", "child 0"]
    assert [row["name"] for row in page["above"]] == ["parent"]
    assert {row["parent"] for row in page["rows"]} == {page["above"][0]["id"]}
    assert page["children"] is True


def test_a_filter_ignores_children_where_the_reader_says_so(studio):
    make_family(make_experiment("sweep"))

    page = studio.get(ROWS, {"q": "metrics.loss < 2", "children": "0"}).json()

    assert page["rows"] == []


def test_ancestors_of_every_level_are_named_once(studio):
    experiment = make_experiment("deep")
    run = make_run(experiment, name="0")
    for number in range(1, 4):
        run = make_run(experiment, parent=run, name=str(number))
    make_run(experiment, parent=run.parent, name="3")

    page = studio.get(ROWS, {"q": "name = '3'"}).json()

    assert sorted(row["name"] for row in page["above"]) == ["0", "1", "2"]


def test_the_first_screen_of_a_sweep_shows_its_children(studio):
    make_family(make_experiment("sweep"))

    page = studio.get("/w/default/experiments/sweep").content.decode()

    assert "metrics.loss" in page
    assert 'data-usual="{&quot;children&quot;: true}"' in page


def test_counts_say_what_is_counted(studio):
    make_family(make_experiment("sweep"))

    found = studio.get("/w/default/run-counts", {"q": "metrics.loss < 2"}).json()

    told = ("all", "children", "matching", "matching_top", "running", "running_children")
    assert [found[name] for name in told] == [1, 3, 2, 0, 4, 3]
