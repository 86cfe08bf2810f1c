"""What holds at every address: the form of errors, bodies, throttle, description."""

import json
import shlex
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from rest_framework.settings import api_settings

from runs.api.description import build_description
from runs.api.throttles import UserThrottle
from runs.workspaces.permissions import Role
from tests.factories import make_member
from tests.mlflow_api.conftest import running_server


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[" * 100_000, b'{"name": NaN}'])
def test_a_body_that_is_no_json_is_refused(api, data):
    assert api.post("experiments", data=data).code == "invalid_json"


@pytest.mark.parametrize("body", [[], "x", 1])
def test_a_body_that_is_no_object_is_refused(api, body):
    assert api.post("experiments", body).code == "invalid_value"


def test_another_form_than_json_is_refused_with_what_to_do(api):
    refused = api.post("experiments", data=b"name=x", kind="application/x-www-form-urlencoded")
    assert refused.status == 415
    assert "application/json" in refused.message


def test_whatever_is_accepted_the_answer_is_json(api):
    assert api.get("experiments", accept="text/html").headers["Content-Type"] == "application/json"


def test_an_unknown_address_answers_in_the_form_of_the_api(api):
    assert api.get("nothing/here").code == "not_found"
    assert api.post("nothing/here").code == "not_found"


def test_what_is_stopped_at_the_border_has_the_same_form(api):
    foreign = api.post("experiments", {"name": "x"}, origin="http://evil.example")
    assert (foreign.status, foreign.code) == (403, "not_allowed")


def test_a_wrong_token_opens_nothing(api):
    assert api.get("experiments", authorization="Bearer studio_wrong").code == "not_signed_in"


def test_who_asks_too_much_is_told_when_to_go_on(api, monkeypatch):
    monkeypatch.setattr(UserThrottle, "THROTTLE_RATES", {"user": "3/min"})
    monkeypatch.setattr(UserThrottle, "windows", {})
    codes = [api.get("experiments").status for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    refused = api.get("experiments")
    assert refused.code == "throttled"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_the_rate_is_generous():
    assert api_settings.DEFAULT_THROTTLE_RATES["user"] == "60000/min"


def test_the_docs_load_nothing_from_elsewhere_and_keep_the_policy_of_pages(api):
    page = api.get("docs")
    assert page.status == 200
    assert page.body.count(b'<script src="/static/') == 1
    assert b"://" not in page.body
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy


def test_every_operation_is_described_with_an_example(api):
    schema = api.get("schema").body
    assert schema["openapi"].startswith("3.")
    operations = [op for item in schema["paths"].values() for op in item.values()]
    assert len(operations) > 20
    assert [op["operationId"] for op in operations if not op.get("summary")] == []
    assert [op["operationId"] for op in operations if not has_example(op)] == []
    assert all(path.startswith("/api/v1/") for path in schema["paths"])


def has_example(operation: dict) -> bool:
    """Tell whether the body has an example, or one of the answers."""
    parts = [operation.get("requestBody", {}), *operation["responses"].values()]
    return any("examples" in form for part in parts for form in part.get("content", {}).values())


def test_the_schema_of_a_workspace_names_its_own_addresses(api):
    api.prefix = "/w/default/api/v1"
    assert "/w/default/api/v1/runs" in api.get("schema").body["paths"]


def test_a_browser_is_never_asked_for_a_password(nobody):
    program = nobody.get("runs")
    assert "Basic" in program.headers["WWW-Authenticate"]
    script = nobody.get("runs", sec_fetch_mode="cors")
    assert (script.status, script.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Studio"')


def test_a_person_who_opens_the_docs_signs_in_first(nobody):
    answer = nobody.get("docs", accept="text/html,*/*")
    assert (answer.status, answer.headers["Location"]) == (
        302,
        "/sign-in?next=%2Fapi%2Fv1%2Fdocs",
    )


def test_who_is_signed_in_reads_the_docs_and_the_schema(nobody):
    nobody.http.force_login(make_member(Role.READER))
    assert nobody.get("docs").status == 200
    schema = nobody.get("schema").body
    for word in ("First call", "Bearer", "next", "Errors"):
        assert word in schema["info"]["description"]


def test_every_operation_has_a_command_to_copy(api):
    schema = api.get("schema").body
    for path, item in schema["paths"].items():
        for operation in item.values():
            assert "curl " in operation["description"]
            assert f"http://testserver{path}" in operation["description"]
    made = schema["paths"]["/api/v1/runs"]["post"]["description"]
    line = next(one for one in made.splitlines() if "curl" in one)
    body = json.loads(shlex.split(line)[shlex.split(line).index("-d") + 1])
    assert api.post("runs", body).status == 201


def test_no_two_shapes_have_one_name(api, caplog):
    build_description.cache_clear()
    api.get("schema")
    assert "identical names" not in caplog.text


def test_a_body_has_the_limit_that_the_setting_gives():
    with running_server(STUDIO_OPEN="1", STUDIO_MAX_BODY_BYTES="20000") as server:
        request = Request(f"{server.url}/api/v1/runs", data=b"x" * 30_000, method="POST")
        with pytest.raises(HTTPError) as refused:
            urlopen(request)
        assert refused.value.code == 413
