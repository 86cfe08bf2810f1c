"""Metric histories: order, pages, several runs at once, thinning out."""

import numpy as np
import pytest

from runs.mlflow_api import history
from runs.mlflow_api.sampling import choose_steps

pytestmark = pytest.mark.both_databases


def log(api, run_id, points, key="m"):
    """Log (step, time, value) points."""
    for start in range(0, len(points), 1000):
        metrics = [
            {"key": key, "step": step, "timestamp": ms, "value": value}
            for step, ms, value in points[start : start + 1000]
        ]
        answer = api.post("runs/log-batch", {"run_id": run_id, "metrics": metrics})
        assert answer.status == 200, answer


def get(api, run_id, **query):
    answer = api.get("metrics/get-history", run_id=run_id, metric_key="m", **query)
    assert answer.status == 200, answer
    return answer.body


def triples(body):
    return [(row["step"], row["timestamp"], row["value"]) for row in body.get("metrics", [])]


def test_a_history_is_ordered_by_time_step_value(api):
    run_id = api.make_run_id()
    log(api, run_id, [(3, 1, 5.0), (1, 2, 1.0), (2, 1, 9.0), (2, 1, 8.0), (-1, 3, 0.0)])
    expected = [(2, 1, 8.0), (2, 1, 9.0), (3, 1, 5.0), (1, 2, 1.0), (-1, 3, 0.0)]
    assert triples(get(api, run_id)) == expected


def test_the_same_point_is_kept_once(api):
    run_id = api.make_run_id()
    for _ in range(3):
        log(api, run_id, [(1, 1, 1.0), (1, 1, float("inf"))][:1])
    assert triples(get(api, run_id)) == [(1, 1, 1.0)]


def test_what_is_no_json_number_travels_as_text(api):
    run_id = api.make_run_id()
    for step, value in enumerate(["NaN", "Infinity", "-Infinity", 1]):
        point = {"run_id": run_id, "key": "m", "value": value, "timestamp": 1, "step": step}
        api.post("runs/log-metric", point)
    values = [row["value"] for row in get(api, run_id)["metrics"]]
    assert values == ["NaN", "Infinity", "-Infinity", 1.0]


def test_pages_show_everything_once_and_the_full_last_one_has_no_token(api):
    run_id = api.make_run_id()
    points = [(step, 1000 - step // 2, float(step)) for step in range(12)]
    log(api, run_id, points)
    found, token, sizes = [], None, []
    while True:
        query = {"page_token": token} if token else {}
        body = get(api, run_id, max_results=4, **query)
        found += triples(body)
        sizes.append(len(body["metrics"]))
        token = body.get("next_page_token")
        if token is None:
            break
    assert sizes == [4, 4, 4]
    assert found == sorted(points, key=lambda point: (point[1], point[0]))


def test_without_a_limit_everything_comes_in_one_answer(api, monkeypatch):
    monkeypatch.setattr(history, "PART", 7)
    run_id = api.make_run_id()
    points = [(step, step, float(step)) for step in range(30)]
    log(api, run_id, points)
    body = get(api, run_id)
    assert triples(body) == points
    assert "next_page_token" not in body


def test_an_unknown_run_or_metric_has_no_points(api):
    assert get(api, "0" * 32) == {}
    assert get(api, api.make_run_id()) == {}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"metric_key": "m"}, "Missing value for required parameter 'run_id'"),
        ({"run_id": "x"}, "Missing value for required parameter 'metric_key'"),
        ({"run_id": "", "metric_key": "m"}, "Missing value for required parameter 'run_id'"),
        ({"run_id": "R", "metric_key": "m", "max_results": "-1"}, "max_results"),
        ({"run_id": "R", "metric_key": "m", "max_results": "x"}, "max_results"),
        ({"run_id": "R", "metric_key": "m", "max_results": "99999999"}, "max_results"),
        ({"run_id": "R", "metric_key": "m", "page_token": "junk"}, "page token"),
        ({"run_id": "R", "metric_key": "m", "page_token": "\uff17"}, "page token"),
    ],
)
def test_bad_questions_are_refused(api, query, message):
    run_id = api.make_run_id()
    log(api, run_id, [(1, 1, 1.0)])
    answer = api.get(
        "metrics/get-history",
        **{**query, "run_id": query.get("run_id", "")}
        | ({"run_id": run_id} if query.get("run_id") == "R" else {}),
    )
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.message


def test_a_page_of_no_points_is_empty(api, pages):
    run_id = api.make_run_id()
    log(api, run_id, [(1, 1, 1.0)])
    asked = {"metric_key": "m", "max_results": 0}
    answer = api.get("metrics/get-history", run_id=run_id, **asked)
    assert (answer.status, answer.body) == (200, {})
    assert pages.get("metrics/get-history-bulk", run_id=run_id, **asked).body == {"metrics": []}


@pytest.mark.parametrize("most", [0, -1, 2501])
def test_a_range_of_steps_has_mlflows_limits(api, most):
    asked = {"run_ids": [api.make_run_id()], "metric_key": "m", "max_results": most}
    answer = api.get("metrics/get-history-bulk-interval", **asked)
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert answer.message == "max_results must be between 1 and 2500."


@pytest.mark.parametrize(
    ("path", "field", "words"),
    [
        ("get-history-bulk", "run_id", "cannot specify more than 100 run_ids. Received 101"),
        ("get-history-bulk-interval", "run_ids", "must specify at most 100 run_ids. Received 101"),
    ],
)
def test_too_many_runs_are_refused_in_mlflows_words(pages, path, field, words):
    answer = pages.get(f"metrics/{path}", **{field: ["a"] * 101, "metric_key": "m"})
    assert answer.status == 400
    assert words in answer.message


# -- several runs --------------------------------------------------------------------------------
def test_bulk_sorts_by_run_and_cuts_in_all(api, pages):
    run_ids = sorted(api.make_run_id() for _ in range(3))
    for run_id in run_ids:
        log(api, run_id, [(2, 2, 2.0), (1, 1, 1.0)])
    query = {"run_id": [run_ids[2], run_ids[0], run_ids[1], "0" * 32], "metric_key": "m"}
    rows = pages.get("metrics/get-history-bulk", **query).body["metrics"]
    assert [row["run_id"] for row in rows] == [run_id for run_id in run_ids for _ in range(2)]
    assert [row["step"] for row in rows] == [1, 2] * 3
    cut = pages.get("metrics/get-history-bulk", **query, max_results=3).body["metrics"]
    assert cut == rows[:3]


@pytest.mark.parametrize(
    "query",
    [
        {"metric_key": "m"},
        {"run_id": ["a"]},
        {"run_id": ["a"] * 101, "metric_key": "m"},
        {"run_id": ["a"], "metric_key": "m", "max_results": "-1"},
    ],
)
def test_bulk_refuses_none_and_too_many(pages, query):
    answer = pages.get("metrics/get-history-bulk", **query)
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


def test_bulk_is_for_pages_alone(api):
    answer = api.get("metrics/get-history-bulk", run_id="a", metric_key="m")
    assert (answer.status, answer.code) == (404, "ENDPOINT_NOT_FOUND")


def interval(api, **query):
    answer = api.get("metrics/get-history-bulk-interval", metric_key="m", **query)
    assert answer.status == 200, answer
    return [(row["run_id"], row["step"]) for row in answer.body.get("metrics", [])]


def test_an_interval_keeps_the_ends_of_each_run(api):
    long, short = api.make_run_id(), api.make_run_id()
    log(api, long, [(step, step, 0.0) for step in range(1000)])
    log(api, short, [(step, step, 0.0) for step in (333, 334, 335)])
    rows = interval(api, run_ids=[short, long], max_results=10)
    assert rows[:2] == [(short, 333), (short, 335)]
    steps = [step for run_id, step in rows if run_id == long]
    assert steps == sorted({*range(0, 1000, 100), 999, 333, 335})


def test_an_interval_has_a_range_of_steps(api):
    run_id = api.make_run_id()
    log(api, run_id, [(step, step + 10, 0.0) for step in range(-5, 20)])
    # Without a range, steps below 0 are left out but for the very first.
    assert [step for _, step in interval(api, run_ids=[run_id])] == [-5, *range(20)]
    rows = interval(api, run_ids=[run_id], start_step=-3, end_step=2)
    assert [step for _, step in rows] == [-3, -2, -1, 0, 1, 2]


def test_an_interval_of_unknown_runs_is_empty(api):
    assert interval(api, run_ids=["0" * 32, "x"]) == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "Missing value for required parameter 'run_ids'"),
        ({"run_ids": ["a"] * 101}, "at most 100 run_ids. Received 101 run_ids"),
        ({"run_ids": ["a"], "start_step": 1}, "both must be specified"),
        ({"run_ids": ["a"], "end_step": 1}, "both must be specified"),
        ({"run_ids": ["a"], "start_step": 2, "end_step": 1}, "greater than start_step"),
        ({"run_ids": ["a"], "max_results": 0}, "max_results must be between 1 and 2500"),
        ({"run_ids": ["a"], "max_results": 2501}, "max_results must be between 1 and 2500"),
        ({"run_ids": ["a"], "start_step": "x", "end_step": 1}, "'start_step' supplied"),
    ],
)
def test_bad_intervals_are_refused(api, query, message):
    answer = api.get("metrics/get-history-bulk-interval", metric_key="m", **query)
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.message


def test_few_steps_are_all_chosen():
    assert choose_steps([np.array([1, 5, 9]), np.array([], np.int64)], 3).tolist() == [1, 5, 9]


def test_runs_with_the_same_steps_and_others_are_all_shown():
    same, other = np.array([1, 5, 9]), np.array([2, 5])
    assert choose_steps([same, same.copy(), other], 9).tolist() == [1, 2, 5, 9]


def test_of_many_steps_an_even_choice_is_made():
    steps = np.arange(100) * 2
    chosen = choose_steps([steps], 7).tolist()
    assert chosen == [2 * (i * 100 // 7) for i in range(7)] + [198]


def test_of_many_points_at_one_step_an_interval_keeps_the_newest(api):
    run_id = api.make_run_id()
    for start in range(0, 5000, 1000):
        log(api, run_id, [(7, 1000 + ms, float(ms)) for ms in range(start, start + 1000)])
    query = {"metric_key": "m", "run_ids": [run_id]}
    rows = api.get("metrics/get-history-bulk-interval", **query).body["metrics"]
    assert (rows[0]["value"], rows[-1]["value"], len(rows)) == (0.0, 4999.0, 2500)
