"""Metrics of every kind over the REST API: logged, stored once, read back."""

import math
import threading

import pytest

from runs.api.metrics import read_batch
from runs.metrics.kinds.listing import list_kinds_page
from runs.metrics.models import MetricBatch, Segment, Series, TextValue
from runs.metrics.services import forget_batches
from runs.tracking.models import Run

pytestmark = pytest.mark.both_databases

MATRIX = {
    "schema_type": "confusion_matrix",
    "schema_version": "1.0.0",
    "data": {"class_labels": ["cat", "dog"], "matrix": [[8, 2], [1, 9]]},
}
TABLE_LINES = [[[2, 0, 3, 1], [1, 0, 3, 2]], [[3, 1, 2, 0], [2, 0, 3, 1]]]
ACCURACY = {
    "schema_type": "accuracy_table",
    "schema_version": "1.0.1",
    "data": {
        "class_labels": ["cat", "dog"],
        "probability_tables": TABLE_LINES,
        "percentile_tables": TABLE_LINES,
        "probability_thresholds": [0.0, 0.5],
        "percentile_thresholds": [0.0, 0.5],
    },
}
RESIDUALS = {
    "schema_type": "residuals",
    "schema_version": "1.0.0",
    "data": {"bin_edges": [-1.0, 0.0, 1.0], "bin_counts": [2.5, 3]},
}
PREDICTIONS = {
    "schema_type": "predictions",
    "schema_version": "1.0.0",
    "data": {
        "bin_averages": [0.4, 0.9],
        "bin_errors": [0.1, 0.2],
        "bin_counts": [4, 6],
        "bin_edges": [0.0, 0.5, 1.0],
    },
}


@pytest.fixture
def kinds(api, run_id):
    """The metrics of the run, by name."""
    return lambda: {m["name"]: m for m in api.get(f"runs/{run_id}/metrics").body["items"]}


@pytest.fixture
def values(api, run_id):
    """The numbers of a metric, as (step, value)."""

    def values(name, **query):
        page = api.get(f"runs/{run_id}/metrics/values", {"name": name, **query}).body
        return [(point["step"], point["value"]) for point in page["items"]]

    return values


def scalar(name, value, **place):
    return {"kind": "scalar", "name": name, "value": value, **place}


def test_a_number_logged_once_is_a_value_more_often_a_line(log, kinds, values):
    assert log(scalar("mse", 0.5)).body == {"stored": True}
    assert (kinds()["mse"]["kind"], kinds()["mse"]["form"]) == ("scalar", "value")
    log(scalar("mse", 0.25))
    assert kinds()["mse"]["form"] == "line"
    assert values("mse") == [(0, 0.5), (1, 0.25)]


def test_numbers_keep_the_steps_and_times_that_were_given(api, run_id, log):
    log(scalar("loss", 1, step=7, ms=1000), scalar("loss", 2, step=-3, ms=2000))
    page = api.get(f"runs/{run_id}/metrics/values", {"name": "loss"}).body
    assert page["items"] == [
        {"step": 7, "ms": 1000, "value": 1.0},
        {"step": -3, "ms": 2000, "value": 2.0},
    ]


def test_what_is_no_number_is_written_as_a_word(log, kinds, values):
    log(*(scalar("x", word, step=step) for step, word in enumerate(["NaN", "Infinity", 1])))
    assert [value for _, value in values("x")] == ["NaN", "Infinity", 1.0]
    assert kinds()["x"]["numbers"][""]["nan_count"] == 1
    assert kinds()["x"]["numbers"][""]["max"] == "Infinity"


def test_numbers_come_page_by_page(api, run_id, log):
    log(*(scalar("loss", n, step=n, ms=n) for n in range(5)))
    seen, after = [], ""
    while after is not None:
        query = {"name": "loss", "limit": 2, "after": after}
        page = api.get(f"runs/{run_id}/metrics/values", query).body
        seen += [point["step"] for point in page["items"]]
        after = page["next"]
    assert seen == [0, 1, 2, 3, 4]


def test_a_list_keeps_all_its_numbers_in_their_order(log, kinds, values):
    log({"kind": "list", "name": "Fibonacci", "value": [0, 1, 1, 2]})
    log({"kind": "list", "name": "Fibonacci", "value": [3]})
    assert (kinds()["Fibonacci"]["kind"], kinds()["Fibonacci"]["form"]) == ("list", "line")
    assert values("Fibonacci") == [(0, 0.0), (1, 1.0), (2, 1.0), (3, 2.0), (4, 3.0)]


def test_a_list_of_one_is_a_list(log, kinds):
    log({"kind": "list", "name": "one", "value": [1]})
    assert kinds()["one"]["kind"] == "list"


def test_a_list_at_one_step_keeps_its_equal_numbers(log, values):
    log({"kind": "list", "name": "l", "value": [1, 1, 1], "step": 4, "ms": 5})
    assert values("l") == [(4, 1.0)] * 3


def test_a_text_is_shown_as_text_and_never_drawn(api, run_id, log, kinds):
    log({"kind": "string", "name": "message", "value": "Hello from run!"})
    log({"kind": "string", "name": "message", "value": "Bye"})
    message = kinds()["message"]
    assert (message["form"], message["texts"][""]["value"], message["n"]) == ("text", "Bye", 2)
    first = api.get(f"runs/{run_id}/metrics/texts", {"name": "message", "limit": 1}).body
    assert [text["value"] for text in first["items"]] == ["Hello from run!"]
    query = {"name": "message", "after": first["next"]}
    rest = api.get(f"runs/{run_id}/metrics/texts", query).body
    assert ([text["value"] for text in rest["items"]], rest["next"]) == (["Bye"], None)


def test_rows_are_aligned_and_keep_the_order_of_their_columns(api, run_id, log, kinds):
    for angle in (0.0, 0.5):
        row = {"sine": math.sin(angle), "angle": angle, "note": "n"}
        log({"kind": "row", "name": "wave", "value": row})
    wave = kinds()["wave"]
    assert (wave["kind"], wave["form"], wave["columns"]) == (
        "row", "columns", ["sine", "angle", "note"],
    )  # fmt: skip
    page = api.get(f"runs/{run_id}/metrics/rows", {"name": "wave"}).body
    assert page["columns"] == ["sine", "angle", "note"]
    assert [row["values"] for row in page["items"]] == [
        {"sine": 0.0, "angle": 0.0, "note": "n"},
        {"sine": math.sin(0.5), "angle": 0.5, "note": "n"},
    ]


def test_a_table_is_its_rows(api, run_id, log, kinds, values):
    log({"kind": "table", "name": "t", "value": {"x": [1, 2, 3], "y": [4, None, "NaN"]}})
    log({"kind": "table", "name": "t", "value": {"x": [9], "z": ["text"]}})
    assert (kinds()["t"]["kind"], kinds()["t"]["columns"]) == ("table", ["x", "y", "z"])
    page = api.get(f"runs/{run_id}/metrics/rows", {"name": "t"}).body
    assert [row["values"] for row in page["items"]] == [
        {"x": 1.0, "y": 4.0}, {"x": 2.0}, {"x": 3.0, "y": "NaN"}, {"x": 9.0, "z": "text"},
    ]  # fmt: skip
    assert values("t", column="x") == [(0, 1.0), (1, 2.0), (2, 3.0), (3, 9.0)]


def test_rows_far_apart_come_page_by_page(api, run_id, log):
    steps = [-(2**62), -5, 0, 1, 2**40, 2**62]
    log(*({"kind": "row", "name": "r", "value": {"a": 1, "b": "x"}, "step": s} for s in steps))
    seen, after = [], None
    while True:
        query = {"name": "r", "limit": 2} | ({} if after is None else {"after": after})
        page = api.get(f"runs/{run_id}/metrics/rows", query).body
        seen += [row["step"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == steps


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("confusion_matrix", MATRIX),
        ("accuracy_table", ACCURACY),
        ("residuals", RESIDUALS),
        ("predictions", PREDICTIONS),
    ],
)
def test_a_document_is_kept_as_a_file_of_the_run(api, run_id, log, kinds, kind, document):
    assert log({"kind": kind, "name": "eval/best", "value": document, "step": 3}).status == 200
    metric = kinds()["eval/best"]
    assert (metric["kind"], metric["form"], metric["artifact"]["step"]) == (kind, kind, 3)
    listed = api.get(f"runs/{run_id}/metrics/artifacts", {"kind": kind}).body["items"]
    assert listed == [metric["artifact"]]


def without(document, field):
    data = {name: value for name, value in document["data"].items() if name != field}
    return document | {"data": data}


def changed(document, **fields):
    return document | {"data": document["data"] | fields}


@pytest.mark.parametrize(
    ("kind", "document", "told"),
    [
        ("confusion_matrix", changed(MATRIX, matrix=[[1, 2]]), "square"),
        ("confusion_matrix", changed(MATRIX, matrix=[[1, 2.5], [1, 1]]), "int"),
        ("confusion_matrix", without(MATRIX, "class_labels"), "class_labels"),
        ("confusion_matrix", MATRIX | {"schema_type": "residuals"}, "schema_type"),
        ("confusion_matrix", {"data": {}}, "schema_type"),
        ("accuracy_table", changed(ACCURACY, class_labels=["cat"]), "class_labels"),
        ("accuracy_table", changed(ACCURACY, probability_thresholds=[0.1]), "thresholds"),
        ("accuracy_table", changed(ACCURACY, percentile_tables=[[[1, 2, 3]]]), "length"),
        (
            "accuracy_table",
            changed(ACCURACY, probability_tables=[TABLE_LINES[0], [[9, 9, 9, 9], [2, 0, 3, 1]]]),
            "same everywhere",
        ),
        (
            "accuracy_table",
            changed(ACCURACY, probability_tables=[TABLE_LINES[0], [[3, 1, 2, 0], [2, 1, 3, 0]]]),
            "TP + FN",
        ),
        ("residuals", changed(RESIDUALS, bin_edges=[0, 1]), "one more"),
        ("residuals", changed(RESIDUALS, bin_edges=[2, 1, 0]), "ascend"),
        ("predictions", changed(PREDICTIONS, bin_errors=[1]), "one length"),
    ],
)
def test_a_document_that_is_not_consistent_is_refused(api, run_id, log, kind, document, told):
    refused = log(scalar("loss", 1), {"kind": kind, "name": "m", "value": document})
    assert (refused.status, refused.code) == (400, "invalid_value")
    assert told in refused.message
    assert api.get(f"runs/{run_id}/metrics").body["items"] == []


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"kind": "scalar", "name": "x"}, "metrics[1]"),
        ({"kind": "scalar", "name": "x", "value": "0.5"}, "metrics[1].value"),
        ({"kind": "scalar", "name": "x", "value": True}, "metrics[1].value"),
        ({"kind": "scalar", "name": "x", "value": 1, "step": 2**63}, "metrics[1].step"),
        ({"kind": "scalar", "name": "x", "value": 1, "step": 1.5}, "metrics[1].step"),
        ({"kind": "scalar", "name": "x", "value": 1, "ms": -1}, "metrics[1].ms"),
        ({"kind": "scalar", "name": "x", "value": 1, "stpe": 1}, "metrics[1]"),
        ({"kind": "colour", "name": "x", "value": 1}, "metrics[1].kind"),
        ({"kind": "scalar", "name": "../x", "value": 1}, ""),
        ({"kind": "list", "name": "x", "value": []}, ""),
        ({"kind": "row", "name": "x", "value": {}}, ""),
        ({"kind": "row", "name": "x", "value": {" ": 1}}, ""),
        ({"kind": "table", "name": "x", "value": {"a": [1], "b": []}}, ""),
        ({"kind": "table", "name": "x", "value": {"a": [1]}, "step": 1}, ""),
        ({"kind": "string", "name": "x", "value": "a\0b"}, ""),
        ({"kind": "image", "name": "x", "path": "../../etc/passwd"}, ""),
    ],
)
def test_a_batch_with_one_bad_value_stores_nothing(log, value, field):
    refused = log(scalar("good", 1), value)
    assert (refused.status, refused.code, refused.field) == (400, "invalid_value", field)
    assert Series.objects.count() == 0


def test_columns_of_different_length_are_told(log):
    refused = log({"kind": "table", "name": "x", "value": {"a": [1, 2], "b": [1]}})
    assert "a has 2, b has 1" in refused.message


def test_steps_are_given_always_or_never(log):
    assert log(scalar("x", 1, step=1), scalar("x", 2)).code == "invalid_value"


def test_an_image_that_was_not_uploaded_is_missed(log):
    assert log({"kind": "image", "name": "plot", "path": "plot.png"}).code == "not_found"


def test_a_batch_sent_again_stores_nothing_twice(log, values, kinds):
    batch = (
        scalar("loss", 0.5),
        {"kind": "list", "name": "l", "value": [1, 1]},
        {"kind": "string", "name": "s", "value": "x"},
        {"kind": "confusion_matrix", "name": "m", "value": MATRIX},
    )
    assert log(*batch, batch="b1").body == {"stored": True}
    assert log(*batch, batch="b1").body == {"stored": False}
    assert log(*batch, batch="b2").body == {"stored": True}
    assert values("loss") == [(0, 0.5), (1, 0.5)]
    assert values("l") == [(step, 1.0) for step in range(4)]
    assert (kinds()["s"]["n"], kinds()["m"]["n"]) == (2, 2)


def test_an_id_is_not_given_to_two_batches(log, values):
    log(scalar("loss", 0.5), batch="b1")
    refused = log(scalar("loss", 0.7), batch="b1")
    assert (refused.status, refused.code) == (409, "batch_changed")
    assert values("loss") == [(0, 0.5)]


def test_a_refused_batch_may_be_sent_again_under_its_id(api, run_id, log):
    api.delete(f"runs/{run_id}")
    assert log(scalar("loss", 0.5), batch="b1").code == "deleted"
    api.post(f"runs/{run_id}/restore")
    assert log(scalar("loss", 0.5), batch="b1").body == {"stored": True}


def test_ids_are_forgotten_after_a_week(log):
    log(scalar("loss", 0.5), batch="b1")
    assert forget_batches() == 0
    assert forget_batches(older_than_ms=-1000) == 1
    assert MetricBatch.objects.count() == 0


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_writers_at_once_number_their_values_without_a_gap(api, run_id, values):
    """Every thread logs under ids of its own, and each batch twice."""

    def write(worker):
        from django.db import connection

        for number in range(10):
            body = {"id": f"{worker}-{number}", "metrics": [scalar("loss", worker)]}
            for _ in range(2):
                assert api.post(f"runs/{run_id}/metrics", body).status == 200
        connection.close()

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(step for step, _ in values("loss")) == list(range(40))


def test_a_run_without_a_next_step_says_so(log):
    log(scalar("x", 1, step=2**63 - 1))
    assert log(scalar("x", 2)).code == "invalid_value"
    assert log(scalar("x", 2, step=3)).status == 200


def test_what_is_not_there_has_no_values(api, run_id):
    path = f"runs/{run_id}/metrics"
    assert api.get(f"{path}/values", {"name": "x"}).body["items"] == []
    assert api.get(f"{path}/texts", {"name": "x"}).body["items"] == []
    assert api.get(f"{path}/rows", {"name": "x"}).code == "not_found"
    assert api.get(f"{path}/values", {"name": "x", "after": "?"}).code == "invalid_value"
    assert api.get(f"{path}/values").field == "name"


def test_only_who_may_write_logs(reader, workspace):
    from tests.factories import make_run

    run = make_run()
    refused = reader.post(f"runs/{run.run_id}/metrics", {"metrics": [scalar("x", 1)]})
    assert refused.code == "not_allowed"
    assert reader.get(f"runs/{run.run_id}/metrics").status == 200


def test_an_unknown_run_takes_no_metrics(api):
    refused = api.post("runs/unknown/metrics", {"metrics": [scalar("x", 1)]})
    assert refused.code == "not_found"


def test_all_points_of_a_batch_are_one_request(log):
    log(*(scalar("loss", n) for n in range(2000)))
    assert Segment.objects.count() <= 3
    assert TextValue.objects.count() == 0


def test_a_batch_is_read_in_one_pass():
    batch = read_batch(b'{"metrics": [{"kind": "scalar", "name": "a", "value": 1}]}')
    assert batch.metrics[0].value == 1.0


def test_metrics_come_in_pages_by_name(api, run_id, log):
    names = ["b", "A", "a/c", "é", "Z", "text", "list"]
    log(*(scalar(name, 1) for name in names[:5]))
    log({"kind": "string", "name": "text", "value": "low"})
    log({"kind": "list", "name": "list", "value": [1, 2]})
    log({"kind": "string", "name": "b", "value": "a second kind"})
    seen, query = [], {"limit": 2}
    while query:
        page = api.get(f"runs/{run_id}/metrics", query).body
        assert len({metric["name"] for metric in page["items"]}) <= 2
        seen += [metric["name"] for metric in page["items"]]
        query = page["next"] and query | {"after": page["next"]}
    assert seen == sorted([*names, "b"])


def test_a_page_of_metrics_goes_on_behind_a_name(api, run_id, log):
    log(*(scalar(f"m{i:03}", i) for i in range(300)))
    page = list_kinds_page(Run.objects.get(run_id=run_id), after="m099", limit=10)
    assert [kind.key for kind in page.items] == [f"m{i}" for i in range(100, 110)]
    assert page.next == "m109"
