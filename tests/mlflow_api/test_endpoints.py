"""What holds for every endpoint: methods, permissions, unknown addresses, both prefixes."""

import json
from base64 import b64encode

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import resolve

from runs.mlflow_api import experiments, faults
from runs.workspaces.access import Access, access_of
from runs.workspaces.permissions import Action, Role
from tests.factories import make_member, make_run, make_token, make_user, make_workspace
from tests.mlflow_api.conftest import Api

RUN, MODEL = "0" * 32, "m-" + "0" * 32
FILE = f"mlflow-artifacts/artifacts/0/{RUN}/artifacts/a"
READS = [
    ("GET", "mlflow/experiments/get"),
    ("GET", "mlflow/experiments/get-by-name"),
    ("GET", "mlflow/experiments/search"),
    ("POST", "mlflow/experiments/search"),
    ("GET", "mlflow/runs/get"),
    ("POST", "mlflow/runs/search"),
    ("GET", "mlflow/metrics/get-history"),
    ("GET", "mlflow/metrics/get-history-bulk-interval"),
    ("GET", "mlflow/artifacts/list"),
    ("POST", "mlflow/logged-models/search"),
    ("GET", f"mlflow/logged-models/{MODEL}"),
    ("GET", f"mlflow/logged-models/{MODEL}/artifacts/directories"),
    ("GET", FILE),
    ("GET", "mlflow-artifacts/artifacts"),
    ("GET", f"mlflow-artifacts/presigned/0/{RUN}/artifacts/a"),
]
WRITES = [
    ("POST", "mlflow/experiments/create"),
    ("POST", "mlflow/experiments/update"),
    ("POST", "mlflow/experiments/delete"),
    ("POST", "mlflow/experiments/restore"),
    ("POST", "mlflow/experiments/set-experiment-tag"),
    ("POST", "mlflow/experiments/delete-experiment-tag"),
    ("POST", "mlflow/runs/create"),
    ("POST", "mlflow/runs/update"),
    ("POST", "mlflow/runs/delete"),
    ("POST", "mlflow/runs/restore"),
    ("POST", "mlflow/runs/log-metric"),
    ("POST", "mlflow/runs/log-batch"),
    ("POST", "mlflow/runs/log-parameter"),
    ("POST", "mlflow/runs/set-tag"),
    ("POST", "mlflow/runs/delete-tag"),
    ("POST", "mlflow/runs/log-inputs"),
    ("POST", "mlflow/runs/outputs"),
    ("POST", "mlflow/runs/log-model"),
    ("POST", "mlflow/logged-models"),
    ("PATCH", f"mlflow/logged-models/{MODEL}"),
    ("DELETE", f"mlflow/logged-models/{MODEL}"),
    ("PATCH", f"mlflow/logged-models/{MODEL}/tags"),
    ("DELETE", f"mlflow/logged-models/{MODEL}/tags/k"),
    ("POST", f"mlflow/logged-models/{MODEL}/params"),
    ("PUT", FILE),
    ("DELETE", FILE),
    ("POST", f"mlflow-artifacts/mpu/create/0/{RUN}/artifacts/a"),
    ("POST", f"mlflow-artifacts/mpu/complete/0/{RUN}/artifacts/a"),
    ("POST", f"mlflow-artifacts/mpu/abort/0/{RUN}/artifacts/a"),
]
PAGES_READ = [("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk"), ("GET", "/get-artifact")]
PAGES_WRITE = [("POST", "/ajax-api/2.0/mlflow/upload-artifact")]


def with_prefixes(endpoints):
    return [
        (method, f"/{api}/2.0/{path}") for method, path in endpoints for api in ("api", "ajax-api")
    ]


ALL_READS = with_prefixes(READS) + PAGES_READ
ALL_WRITES = with_prefixes(WRITES) + PAGES_WRITE
# Each view once: both prefixes lead to the same ones.
EACH_READ = [(method, f"/api/2.0/{path}") for method, path in READS] + PAGES_READ
EACH_WRITE = [(method, f"/api/2.0/{path}") for method, path in WRITES] + PAGES_WRITE
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def ask(method, url, token=""):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    response = Client(headers=headers).generic(method, url, b"{}", "application/json")
    assert response["Content-Type"] == "application/json"
    return response.status_code, json.loads(response.getvalue() or b"{}").get("error_code")


@pytest.mark.parametrize("path", sorted({path for _, path in READS + WRITES}))
def test_both_prefixes_lead_to_the_same_view(path):
    one, other = resolve(f"/api/2.0/{path}"), resolve(f"/ajax-api/2.0/{path}")
    assert (one.func, one.args, one.kwargs) == (other.func, other.args, other.kwargs)


def ask_all(endpoints, token="", prefix=""):
    """Return the answer of each endpoint."""
    return {one: ask(one[0], f"{prefix}{one[1]}", token) for one in endpoints}


def others(answers, expected):
    """Return the endpoints that have answered something else."""
    return {one: answer for one, answer in answers.items() if answer != expected}


@pytest.mark.parametrize("token", ["", "studio_wrong"])
def test_nobody_gets_in_without_signing_in(db, token):
    answers = ask_all(ALL_READS + ALL_WRITES, token)
    assert others(answers, (401, "UNAUTHENTICATED")) == {}


@pytest.mark.parametrize("prefix", ["", "/w/nowhere"])
def test_a_stranger_learns_nothing(db, prefix):
    answers = ask_all(EACH_READ + EACH_WRITE, make_token(make_user()), prefix)
    assert others(answers, (404, "RESOURCE_DOES_NOT_EXIST")) == {}


def test_a_reader_writes_nothing(db):
    answers = ask_all(EACH_WRITE, make_token(make_member(Role.READER)))
    assert others(answers, (403, "PERMISSION_DENIED")) == {}


@pytest.mark.parametrize(
    ("role", "endpoints"), [(Role.READER, EACH_READ), (Role.CONTRIBUTOR, EACH_WRITE)]
)
def test_a_reader_reads_and_a_contributor_writes(db, role, endpoints):
    for endpoint, (status, code) in ask_all(endpoints, make_token(make_member(role))).items():
        assert status in (200, 400, 404, 501), endpoint
        assert code not in ("PERMISSION_DENIED", "UNAUTHENTICATED", "ENDPOINT_NOT_FOUND"), endpoint


def test_a_wrong_method_is_answered_in_json(api):
    for url in {url for _, url in ALL_READS + ALL_WRITES}:
        known = {method for method, other in ALL_READS + ALL_WRITES if other == url}
        for method in METHODS - known:
            response = api.http.generic(method, url, b"{}", "application/json")
            assert response.status_code == 405, (method, url)
            assert response.json()["error_code"] == "METHOD_NOT_ALLOWED"
            assert set(response["Allow"].split(", ")) == known


@pytest.mark.parametrize(
    "path",
    [
        "/api/2.0/mlflow/no-such",
        "/api/2.0/mlflow/runs/",
        "/api/2.0/mlflow",
        "/ajax-api/2.0/mlflow/runs/nothing/at/all",
        "/api/2.0/mlflow-artifacts/nothing",
        "/api/2.0/mlflow/registered-models/search",
        "/api/3.0/mlflow/traces/search",
        "/w/default/api/2.0/mlflow/no-such",
        "/api/2.0/preview/mlflow/runs/get",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_unknown_addresses_are_answered_in_json(db, method, path):
    assert ask(method, path) == (404, "ENDPOINT_NOT_FOUND")


def test_every_endpoint_says_what_it_admits():
    for method, url in ALL_READS + ALL_WRITES:
        view = resolve(url).func
        access = access_of(view, method)
        assert isinstance(access, Access), url
        assert access.action is not Action.PUBLIC, url
        assert method in access.methods, url
        assert view.csrf_exempt, url


@pytest.mark.parametrize("prefix", ["/api/2.0/mlflow", "/ajax-api/2.0/mlflow"])
def test_both_prefixes_serve_the_same_runs(api, prefix):
    run_id = api.make_run_id()
    assert Api(prefix).get_run(run_id)["info"]["run_id"] == run_id
    assert Api(f"/w/default{prefix}").get_run(run_id)["info"]["run_id"] == run_id


def test_each_workspace_has_its_own_experiments_and_runs(api):
    make_workspace("other")
    inside = Api("/w/other/api/2.0/mlflow")
    assert inside.make_experiment("same") == api.make_experiment("same") == "1"
    run_id = inside.make_run_id("0")
    assert inside.get_run(run_id)["info"]["experiment_id"] == "0"
    assert api.get("runs/get", run_id=run_id).status == 404
    assert inside.get("runs/get", run_id=make_run().run_id).status == 404


def test_a_token_signs_in_by_basic_too(db, settings):
    token = make_token(make_member(Role.READER))
    client = Client()
    basic = b64encode(f"anybody:{token}".encode()).decode()
    response = client.get(
        "/api/2.0/mlflow/experiments/get",
        {"experiment_id": "0"},
        headers={"Authorization": f"Basic {basic}"},
    )
    assert response.status_code == 200


def test_who_asks_is_challenged_to_sign_in(db):
    response = Client().get("/api/2.0/mlflow/experiments/get", {"experiment_id": "0"})
    assert "Bearer" in response["WWW-Authenticate"]


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_only_json_is_taken(api, kind):
    answer = api.send("experiments/create", b'{"name": "x"}', kind)
    assert (answer.status, answer.code) == (400, "INVALID_PARAMETER_VALUE")
    assert "Content-Type" in answer.message


def test_json_with_a_charset_is_taken(api):
    answer = api.send("experiments/create", b'{"name": "x"}', "application/json; charset=utf-8")
    assert answer.status == 200


def test_a_body_above_the_cap_is_refused_unread(api, settings):
    body = b'{"name": "' + b"x" * (16 * 1024 * 1024) + b'"}'
    answer = api.send("experiments/create", body)
    assert (answer.status, answer.code) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize("base", ["", "/w/default"])
def test_health_version_and_info_are_open_to_all(db, base):
    client = Client()
    assert client.get(f"{base}/health").getvalue() == b"OK"
    assert client.get(f"{base}/version").getvalue().count(b".") == 2
    info = client.get(f"{base}/api/3.0/mlflow/server-info").json()
    assert info["multipart_uploads_enabled"] is False


def test_a_database_that_does_not_answer_is_worth_a_retry(api, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError("database is locked")

    monkeypatch.setattr(experiments, "find_experiment", fail)
    response = api.http.get("/api/2.0/mlflow/experiments/get", {"experiment_id": "0"})
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert "locked" not in response.json()["message"]


def test_the_unexpected_is_logged_and_not_told(caplog):
    told = faults.explain(RuntimeError("secret"))
    assert (told.code, told.status) == ("INTERNAL_ERROR", 500)
    assert "secret" not in told.message
    assert "secret" in caplog.text
