"""Metrics, params and tags over the protocol: what is kept, what is refused."""

import json

import pytest

pytestmark = pytest.mark.both_databases

POINT = {"key": "m", "value": 1.5, "timestamp": 1}


@pytest.fixture
def run_id(api):
    return api.make_run_id()


def log(api, run, /, **fields):
    return api.post("runs/log-metric", {"run_id": run, **POINT, **fields})


def batch(api, run_id, **fields):
    return api.post("runs/log-batch", {"run_id": run_id, **fields})


def params_of(api, run_id):
    return {row["key"]: row["value"] for row in api.get_run(run_id)["data"].get("params", [])}


def test_a_point_is_read_back_as_the_latest_value(api, run_id):
    assert log(api, run_id).body == {}
    assert api.get_latest(run_id)["m"] == {**POINT, "step": 0}


def test_zero_is_a_legal_time_value_and_step(api, run_id):
    assert log(api, run_id, value=0, timestamp=0, step=0).status == 200
    assert api.get_latest(run_id)["m"]["value"] == 0.0


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-Infinity", "-Infinity"),
        ("0.1", 0.1),
        (5e-324, 5e-324),
        (1.7976931348623157e308, 1.7976931348623157e308),
        (-0.0, -0.0),
    ],
)
def test_doubles_come_back_exactly(api, run_id, sent, read):
    log(api, run_id, value=sent)
    assert api.get_latest(run_id)["m"]["value"] == read


@pytest.mark.parametrize("step", [-(2**63), -1, 2**63 - 1, "9007199254740993"])
def test_steps_come_back_exactly(api, run_id, step):
    log(api, run_id, step=step)
    assert api.get_latest(run_id)["m"]["step"] == int(step)


def test_the_latest_value_is_decided_by_step_time_value(api, run_id):
    points = [(2, 5, 1.0), (2, 5, 3.0), (2, 5, 2.0), (2, 4, 9.0), (1, 99, 99.0)]
    for step, ms, value in points:
        log(api, run_id, step=step, timestamp=ms, value=value)
    assert api.get_latest(run_id)["m"] == {"key": "m", "value": 3.0, "timestamp": 5, "step": 2}


@pytest.mark.parametrize("key", ["train/loss", "a.b-c_d:e f", "\u03bb/\u640d\u5931", "x" * 250])
def test_good_names(api, run_id, key):
    assert log(api, run_id, key=key).status == 200
    body = {"run_id": run_id, "key": key, "value": "v"}
    assert api.post("runs/log-parameter", body).status == 200
    assert api.post("runs/set-tag", body).status == 200
    assert api.get_tags(run_id)[key] == "v"


@pytest.mark.parametrize(
    "key", ["a//b", "..", "../a", "/a", "a/", ".", "a/./b", "a$b", "a\\b", "x" * 251, "a\nb"]
)
def test_bad_names(api, run_id, key):
    body = {"run_id": run_id, "key": key, "value": "v"}
    answers = [
        log(api, run_id, key=key),
        api.post("runs/log-parameter", body),
        api.post("runs/set-tag", body),
        batch(api, run_id, metrics=[{**POINT, "key": key}]),
        batch(api, run_id, params=[{"key": key, "value": ""}]),
        batch(api, run_id, tags=[{"key": key, "value": ""}]),
    ]
    for answer in answers:
        assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
        assert "Invalid value" in answer.message or "maximum length of 250" in answer.message


@pytest.mark.parametrize("field", ["run_id", "key", "value", "timestamp"])
@pytest.mark.parametrize("empty", [None, "absent"])
def test_a_missing_field_of_a_metric_is_named(api, run_id, field, empty):
    body = {"run_id": run_id, **POINT}
    if empty is None:
        body[field] = None
    else:
        del body[field]
    answer = api.post("runs/log-metric", body)
    assert f"Missing value for required parameter '{field}'" in answer.message


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("value", True),
        ("value", "abc"),
        ("value", [1]),
        ("timestamp", "now"),
        ("timestamp", -1),
        ("timestamp", 2**63),
        ("step", 1.5),
        ("step", 2**63),
        ("key", 1),
        ("run_id", 1),
    ],
)
def test_a_bad_field_of_a_metric_is_named_and_nothing_stored(api, run_id, field, value):
    answer = log(api, run_id, **{field: value})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert "Invalid value" in answer.message
    assert f"for parameter '{field}' supplied" in answer.message
    assert api.get_latest(run_id) == {}


def test_the_form_of_a_run_id_is_checked_where_something_is_logged(api):
    for bad in ("../x", "-a", "a" * 257, "a b"):
        answer = log(api, bad)
        assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
        assert "Invalid run ID" in answer.message
    assert log(api, "a" * 256).status == 404


def test_a_param_is_written_once(api, run_id):
    body = {"run_id": run_id, "key": "lr", "value": "0.1"}
    assert api.post("runs/log-parameter", body).body == {}
    assert api.post("runs/log-parameter", body).body == {}
    answer = api.post("runs/log-parameter", {**body, "value": "0.2"})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert "Changing param values is not allowed" in answer.message
    assert params_of(api, run_id) == {"lr": "0.1"}


def test_long_values_of_params_and_tags_are_refused_never_cut(api, run_id):
    long = "\u00e9" * 9000
    for path in ("log-parameter", "set-tag"):
        refused = api.post(f"runs/{path}", {"run_id": run_id, "key": "p", "value": long})
        assert (refused.status, refused.code) == (400, "INVALID_PARAMETER_VALUE")
    for kind, most in (("param", 6000), ("tag", 8000)):
        refused = batch(api, run_id, **{f"{kind}s": [{"key": "q", "value": long}]})
        assert f"exceeds the maximum length of {most} characters" in refused.message
    assert params_of(api, run_id) == {}
    assert api.get_tags(run_id).keys() == {"mlflow.runName"}


def test_a_tag_that_a_client_keeps_for_itself_grows(api, run_id):
    tables = json.dumps([{"path": f"table-{n}.json", "type": "table"} for n in range(2000)])
    body = {"run_id": run_id, "key": "mlflow.loggedArtifacts", "value": tables}
    assert api.post("runs/set-tag", body).status == 200
    assert api.get_tags(run_id)["mlflow.loggedArtifacts"] == tables


def test_an_empty_value_is_a_value(api, run_id):
    for path in ("log-parameter", "set-tag"):
        assert api.post(f"runs/{path}", {"run_id": run_id, "key": "k", "value": ""}).status == 200
        assert api.post(f"runs/{path}", {"run_id": run_id, "key": "k"}).status == 200
    assert params_of(api, run_id) == {"k": ""}
    assert api.get_tags(run_id)["k"] == ""


@pytest.mark.parametrize("path", ["log-parameter", "set-tag"])
def test_a_value_that_is_no_text_is_refused(api, run_id, path):
    answer = api.post(f"runs/{path}", {"run_id": run_id, "key": "k", "value": 31})
    assert "Invalid value 31 for parameter 'value' supplied" in answer.message


def test_a_tag_is_overwritten_and_deleted(api, run_id):
    body = {"run_id": run_id, "key": "k"}
    for value in ("1", "2"):
        api.post("runs/set-tag", {**body, "value": value})
    assert api.get_tags(run_id)["k"] == "2"
    assert api.post("runs/delete-tag", body).body == {}
    answer = api.post("runs/delete-tag", body)
    assert (answer.status, answer.code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "No tag with name: k" in answer.message


def test_a_batch_writes_everything(api, run_id):
    answer = batch(
        api,
        run_id,
        metrics=[{**POINT, "step": step} for step in range(1000)],
    )
    assert answer.body == {}
    kinds = [{"key": f"k{i}", "value": str(i)} for i in range(100)]
    assert batch(api, run_id, metrics=[POINT], params=kinds, tags=kinds).body == {}
    data = api.get_run(run_id)["data"]
    assert (len(data["params"]), len(data["tags"])) == (100, 101)
    assert data["metrics"] == [{**POINT, "step": 999}]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"metrics": [POINT] * 1001}, "can contain at most 1000 metrics"),
        ({"params": [{"key": str(i)} for i in range(101)]}, "can contain at most 100 params"),
        ({"tags": [{"key": str(i)} for i in range(101)]}, "can contain at most 100 tags"),
        (
            {"metrics": [POINT] * 950, "tags": [{"key": str(i)} for i in range(51)]},
            "can contain at most 1000 metrics, params, and tags",
        ),
        ({"metrics": [POINT, {"key": "m"}]}, "parameter 'metrics[1].value'"),
        ({"metrics": [POINT, {"key": "m", "value": 1}]}, "parameter 'metrics[1].timestamp'"),
        ({"metrics": [{"value": 1, "timestamp": 1}]}, "parameter 'metrics[0].key'"),
        ({"metrics": [{**POINT, "key": ""}]}, "parameter 'metrics[0].key'"),
        ({"metrics": [POINT, {**POINT, "value": "x"}]}, "parameter 'metrics[1].value' supplied"),
        ({"metrics": [{**POINT, "timestamp": -1}]}, "parameter 'metrics[0].timestamp' supplied"),
        ({"metrics": [POINT, {**POINT, "key": "a//b"}]}, "parameter 'metrics[1].name' supplied"),
        ({"params": [{"key": "a"}, {"value": "b"}]}, "parameter 'params[1].key'"),
        ({"params": [{"key": "a", "value": 1}]}, "parameter 'params[0].value' supplied"),
        ({"params": [{"key": "a"}] * 2}, "Duplicate parameter keys"),
        ({"tags": [{"key": None}]}, "parameter 'tags[0].key'"),
        ({"metrics": "x"}, "Invalid value \"x\" for parameter 'metrics' supplied"),
        ({"metrics": [7]}, "Invalid value 7 for parameter 'metrics[0]' supplied"),
    ],
)
def test_a_bad_batch_stores_nothing(api, run_id, fields, message):
    good = {"metrics": [POINT], "params": [{"key": "p"}], "tags": [{"key": "t"}]}
    answer = batch(api, run_id, **{**good, **fields})
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert message in answer.message
    data = api.get_run(run_id)["data"]
    assert set(data) == {"tags"}
    assert len(data["tags"]) == 1


def test_a_changed_param_in_a_batch_stores_nothing(api, run_id):
    batch(api, run_id, params=[{"key": "p", "value": "1"}])
    answer = batch(
        api,
        run_id,
        metrics=[POINT],
        params=[{"key": "a", "value": "1"}, {"key": "p", "value": "2"}],
        tags=[{"key": "mlflow.runName", "value": "changed"}],
    )
    assert answer.code == "INVALID_PARAMETER_VALUE"
    assert "Changing param values is not allowed" in answer.message
    assert params_of(api, run_id) == {"p": "1"}
    assert api.get_latest(run_id) == {}
    assert api.get_run(run_id)["info"]["run_name"] != "changed"


def test_of_a_tag_twice_in_a_batch_the_last_wins(api, run_id):
    batch(api, run_id, tags=[{"key": "k", "value": "1"}, {"key": "k", "value": "2"}])
    assert api.get_tags(run_id)["k"] == "2"


def test_an_empty_batch_is_fine_but_not_for_an_unknown_run(api, run_id):
    assert batch(api, run_id).body == {}
    assert batch(api, "0" * 32).code == "RESOURCE_DOES_NOT_EXIST"


def test_a_batch_names_its_run_by_the_old_alias_too(api, run_id):
    body = {"run_uuid": run_id, "metrics": [POINT]}
    assert api.post("runs/log-batch", body).status == 200
    assert "m" in api.get_latest(run_id)


def test_fields_of_newer_clients_are_accepted(api, run_id):
    answer = log(api, run_id, model_id="m-1", dataset_name="d", dataset_digest="x", entity=None)
    assert answer.status == 200
