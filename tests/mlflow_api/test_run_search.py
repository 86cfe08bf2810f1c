"""Searching runs: MLflow's grammar and no more, its orders, its pages."""

import pytest

from runs.mlflow_api import run_search
from runs.tracking.models import Run
from runs.tracking.services import archive_runs

pytestmark = pytest.mark.both_databases

URL = "runs/search"


def search(api, text="", **body):
    answer = api.post(URL, {"experiment_ids": ["0"], "filter": text, **body})
    assert answer.status == 200, answer
    return [run["info"]["run_name"] for run in answer.body.get("runs", [])]


def refusal(api, **body):
    answer = api.post(URL, {"experiment_ids": ["0"], **body})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE"), answer
    return answer.message


def log(api, run_id, *points):
    for key, value, step in points:
        point = {"run_id": run_id, "key": key, "value": value, "timestamp": 1, "step": step}
        assert api.post("runs/log-metric", point).status == 200


def note(api, path, run_id, **notes):
    for key, value in notes.items():
        api.post(f"runs/{path}", {"run_id": run_id, "key": key, "value": value})


@pytest.fixture
def runs(api):
    """Runs a, b, c, d that started in this order; the later ones come first in a search."""
    ids = {
        name: api.make_run_id(run_name=name, start_time=1000 * (index + 1), user_id=f"user {name}")
        for index, name in enumerate("abcd")
    }
    log(api, ids["a"], ("m", 1.0, 0), ("m", -12.0, 5), ("loss.min", 3.0, 0))
    log(api, ids["b"], ("m", 2.0, 0))
    log(api, ids["c"], ("m", "NaN", 0))
    note(api, "log-parameter", ids["a"], p="10", q="Hello")
    note(api, "log-parameter", ids["b"], p="9", q="hello")
    note(api, "set-tag", ids["a"], t="x", **{"space d": "s"})
    note(api, "set-tag", ids["b"], t="y")
    api.post("runs/update", {"run_id": ids["a"], "status": "FINISHED", "end_time": 5000})
    api.post("runs/update", {"run_id": ids["b"], "status": "FAILED", "end_time": 6000})
    api.post("runs/update", {"run_id": ids["c"], "status": "KILLED", "end_time": 7000})
    return ids


def test_the_newest_come_first(api, runs):
    assert search(api) == ["d", "c", "b", "a"]


def test_a_run_is_found_whole(api, runs):
    found = api.post(URL, {"experiment_ids": ["0"], "filter": "run_name = 'a'"}).body["runs"]
    assert found == [api.get_run(runs["a"])]


FILTERS = [
    # metrics compare the latest value; NaN matches nothing; no metric, no match
    ("metrics.m > 0", "b"),
    ("metrics.m = -12.0", "a"),
    ("metric.m != -12.0", "b"),
    ("metrics.m <= 2 AND metrics.m >= -12", "ba"),
    ("metrics.m = 0", ""),
    ("metrics.m < 1e10", "ba"),
    ("metrics.`m` = 2", "b"),
    ('metrics."m" = 2', "b"),
    ("metrics.loss.min = 3", "a"),
    ("metrics.none = 1", ""),
    ("metrics.m.median = 1", ""),
    # params and tags are texts
    ("params.p = '10'", "a"),
    ("param.p != '10'", "b"),
    ("parameters.q LIKE 'hel%'", "b"),
    ("parameter.q ILIKE 'HEL_O'", "ba"),
    ("params.q LIKE '%l_o'", "ba"),
    ("params.p IS NULL", "dc"),
    ("params.p IS NOT NULL", "ba"),
    ("params.p is not null and params.p = '9'", "b"),
    ("tags.t = 'x'", "a"),
    ('tag.t = "y"', "b"),
    ("tags.`space d` = 's'", "a"),
    ("tags.\"space d\" = 's'", "a"),
    ("tags.t IS NULL", "dc"),
    ("tags.mlflow.runName = 'a'", "a"),
    # attributes
    ("run_id = 'A'", "a"),
    ("attributes.run_id IN ('A', 'B')", "ba"),
    ("run_id NOT IN ('A', 'B')", "dc"),
    ("attribute.run_id LIKE 'A'", "a"),
    ("run_name = 'a'", "a"),
    ("run.run_name ILIKE 'A'", "a"),
    ("attributes.`Run name` = 'b'", "b"),
    ("attributes.\"run name\" != 'b'", "dca"),
    ("attr.status = 'FINISHED'", "a"),
    ("status != 'FINISHED'", "dcb"),
    ("status = 'KILLED'", "c"),
    ("status = 'RUNNING'", "d"),
    ("status = 'SCHEDULED'", ""),
    ("status = 'finished'", ""),
    ("status LIKE 'F%'", "ba"),
    ("status ILIKE 'f%ed'", "ba"),
    ("status = 'no such'", ""),
    ("user_id = 'user c'", "c"),
    ("start_time > 2000", "dc"),
    ("attributes.start_time = 2000", "b"),
    ("created <= 1000", "a"),
    ("Created != 1000", "dcb"),
    ("end_time >= 6000", "cb"),
    ("end_time < 99999999999999999999", "cba"),
    ("artifact_uri = 'mlflow-artifacts:/0/A/artifacts'", "a"),
    ("artifact_uri LIKE '%/artifacts'", "dcba"),
    ("", "dcba"),
    ("   ", "dcba"),
]


def test_filters(api, runs):
    found = {text: "".join(search(api, with_ids(text, runs))) for text, _ in FILTERS}
    assert found == dict(FILTERS)


def with_ids(text, runs):
    """Put the ids of runs for their names in capitals, but where those are names in a filter."""
    if text.startswith("run.run_name"):
        return text
    for name, run_id in runs.items():
        for place in (f"'{name.upper()}'", f"/{name.upper()}/"):
            text = text.replace(place, place.replace(name.upper(), run_id))
    return text


@pytest.mark.parametrize(
    "text",
    [
        "metrics.m > 1 OR metrics.m < 0",
        "NOT metrics.m > 1",
        "(metrics.m > 1)",
        "metrics.m > 1 metrics.n > 1",
        "metrics.m > 1 AND",
        "AND metrics.m > 1",
        "metrics.m > 1,",
        "metrics.m >",
        "metrics.m",
        "metrics. > 1",
        "metrics.m > 'a'",
        "metrics.m LIKE 1",
        "metrics.m IS NULL",
        "metrics.m BETWEEN 1 AND 2",
        "metrics.m IN (1, 2)",
        "metrics.m == 1",
        "metrics.m ~ 1",
        "metrics.m > nan1",
        "params.p = 10",
        "params.p = abc",
        "params.p > '10'",
        "params.p = 'abc",
        "params.p IS",
        "params.p IN ('a')",
        "tags.t < 'a'",
        "tags.t = t",
        "nobody.m = 1",
        "attributes.nobody = 'a'",
        "lifecycle_stage = 'active'",
        "attribute.lifecycle_stage = 'active'",
        "status > 'a'",
        "status IN ('FINISHED')",
        "run_id IN ()",
        "run_id IN ('a'",
        "run_id IN 'a'",
        "run_id > 'a'",
        "run_id = 1",
        "start_time = '1'",
        "start_time LIKE '1'",
        "start_time = 2026-05-01",
        "datasets.size = 'a'",
        "datasets.name > 'a'",
        "log ~ 'x'",
        "properties.a = 'b'",
    ],
)
def test_what_mlflow_refuses_is_refused(api, text):
    assert refusal(api, filter=text)


def test_runs_are_found_by_the_data_they_read(api, runs):
    dataset = {"name": "iris", "digest": "d1", "source_type": "x", "source": "y"}
    use = {"dataset": dataset, "tags": [{"key": "mlflow.data.context", "value": "train"}]}
    api.post("runs/log-inputs", {"run_id": runs["b"], "datasets": [use]})
    for text in (
        "datasets.name = 'iris'",
        "dataset.digest LIKE 'd%'",
        "datasets.context IN ('train', 'x')",
        "datasets.name ILIKE 'IRIS' AND datasets.context = 'train'",
    ):
        assert search(api, text) == ["b"]
    assert search(api, "datasets.name = 'other'") == []


ORDERS = [
    # no value last, NaN before that, whatever the direction
    (["metrics.m"], "abcd"),
    (["metrics.m ASC"], "abcd"),
    (["metric.m DESC"], "bacd"),
    (["metrics.`m` desc"], "bacd"),
    (["metrics.none"], "dcba"),
    # params and tags as text: "10" before "9"
    (["params.p"], "abdc"),
    (["params.p DESC"], "badc"),
    (["tags.t DESC"], "badc"),
    (["start_time"], "abcd"),
    (["attributes.start_time DESC"], "dcba"),
    (["created ASC"], "abcd"),
    (["end_time"], "abcd"),
    (["end_time DESC"], "cbad"),
    (["run_name DESC"], "dcba"),
    (["attribute.run_name"], "abcd"),
    (["user_id"], "abcd"),
    (["metrics.none", "params.none DESC", "run_name"], "abcd"),
]


def test_orders(api, runs):
    found = [(order_by, "".join(search(api, order_by=order_by))) for order_by, _ in ORDERS]
    assert found == ORDERS


def test_ties_go_by_start_then_by_id(api, runs):
    same = [api.make_run_id(start_time=9, run_name=f"s{i}") for i in range(3)]
    found = api.post(URL, {"experiment_ids": ["0"], "order_by": ["metrics.none"]}).body["runs"]
    assert [run["info"]["run_id"] for run in found[-3:]] == sorted(same)


@pytest.mark.parametrize(
    "order_by",
    [
        ["metrics.m", "metrics.m DESC"],
        ["start_time", "attributes.created"],
        ["nobody"],
        ["nobody.m"],
        ["metrics.m UP"],
        ["metrics.m DESC ASC"],
        ["datasets.name"],
        [""],
        [f"metrics.a{i}" for i in range(1000)],
        [1],
        "start_time",
    ],
)
def test_bad_orders_are_refused(api, order_by):
    assert "order_by" in refusal(api, order_by=order_by) or len(order_by) < 3


def pages_of(api, limit, **body):
    pages, token = [], None
    while True:
        query = {"experiment_ids": ["0"], "max_results": limit, "page_token": token, **body}
        answer = api.post(URL, query).body
        pages.append([run["info"]["run_name"] for run in answer.get("runs", [])])
        token = answer.get("next_page_token")
        if token is None:
            return pages


def test_pages_show_everything_once(api, runs):
    for order_by in ([], ["metrics.m"], ["metrics.m DESC"], ["params.p"], ["end_time DESC"]):
        whole = search(api, order_by=order_by)
        assert pages_of(api, 1, order_by=order_by) == [[name] for name in whole]
        assert pages_of(api, 2, order_by=order_by) == [whole[:2], whole[2:]]
        assert pages_of(api, 3, order_by=order_by) == [whole[:3], whole[3:]]


def test_a_full_last_page_has_no_token(api, runs):
    answer = api.post(URL, {"experiment_ids": ["0"], "max_results": 4}).body
    assert len(answer["runs"]) == 4
    assert "next_page_token" not in answer


def test_a_page_goes_on_where_the_last_one_ended_although_a_run_is_new(api, runs):
    first = api.post(URL, {"experiment_ids": ["0"], "max_results": 2}).body
    api.make_run_id(run_name="new", start_time=99_999)
    assert search(api, page_token=first["next_page_token"]) == ["b", "a"]


def test_a_long_answer_is_sent_in_parts(api, runs, monkeypatch):
    monkeypatch.setattr(run_search, "PART", 2)
    assert search(api, max_results=3) == ["d", "c", "b"]
    answer = api.post(URL, {"experiment_ids": ["0"], "max_results": 3}).body
    assert search(api, page_token=answer["next_page_token"]) == ["a"]


@pytest.mark.parametrize("token", ["x", "e30=", "\uff17", "WzFd", "A" * 20_000])
def test_bad_tokens_are_refused(api, token):
    assert "token" in refusal(api, page_token=token)


def test_a_token_of_another_order_is_refused(api, runs):
    body = {"experiment_ids": ["0"], "max_results": 1, "order_by": ["metrics.m"]}
    token = api.post(URL, body).body["next_page_token"]
    assert "token" in refusal(api, page_token=token, order_by=["params.p"])


@pytest.mark.parametrize("max_results", [0, -1, 50_001, "x", 1.5, 2**63])
def test_the_number_of_results_is_bounded(api, max_results):
    message = refusal(api, max_results=max_results)
    assert "Invalid value" in message
    assert "max_results" in message


VIEW_TYPES = [
    (None, "dca"),
    ("ACTIVE_ONLY", "dca"),
    (1, "dca"),
    ("DELETED_ONLY", "b"),
    (2, "b"),
    ("ALL", "dcba"),
    ("3", "dcba"),
    ("NO_SUCH", "dca"),
]


def test_view_types(api, runs):
    api.post("runs/delete", {"run_id": runs["b"]})
    found = [(view, "".join(search(api, run_view_type=view))) for view, _ in VIEW_TYPES]
    assert found == VIEW_TYPES


def test_archived_runs_are_found_as_active_ones(api, runs):
    archive_runs(runs=[Run.objects.get(run_id=runs["b"])])
    assert search(api) == ["d", "c", "b", "a"]


def test_only_the_named_experiments_are_searched(api, runs):
    other = api.make_experiment()
    api.make_run_id(other, run_name="e", start_time=500)
    assert search(api, experiment_ids=[other]) == ["e"]
    assert search(api, experiment_ids=["0", other, other, "77", str(2**63)]) == [*list("dcba"), "e"]
    for nothing in ([], None, ["77"]):
        assert search(api, experiment_ids=nothing) == []


@pytest.mark.parametrize("experiment_id", ["abc", "", " 0", "+1"])
def test_an_experiment_id_that_is_no_number_is_refused(api, experiment_id):
    assert "experiment" in refusal(api, experiment_ids=[experiment_id])


def test_a_bad_filter_is_refused_also_where_nothing_is_searched(api):
    answer = api.post(URL, {"filter": "nonsense"})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")


def test_the_number_of_queries_does_not_grow_with_the_runs(
    api, runs, django_assert_max_num_queries
):
    for index in range(20):
        log(api, api.make_run_id(run_name=f"r{index}"), ("m", index, 0))
    with django_assert_max_num_queries(12):
        assert len(search(api, "metrics.m > -100", order_by=["metrics.m DESC"])) == 22


@pytest.mark.parametrize(
    "location", ["s3://bucket/a/", "s3://bucket/a?region=eu", "s3://bucket/a/?x=1", "/mnt/runs"]
)
def test_a_filter_means_the_artifact_uri_that_clients_are_told(api, location):
    experiment = api.make_experiment(artifact_location=location)
    run = api.make_run(experiment)["info"]
    body = {
        "experiment_ids": [experiment],
        "filter": f"attributes.artifact_uri = '{run['artifact_uri']}'",
    }
    found = api.post("runs/search", body).body.get("runs", [])
    assert [one["info"]["run_id"] for one in found] == [run["run_id"]]
