"""What every answer carries, whatever it is."""

import pytest
from django.test import Client

from tests.factories import make_run

pytestmark = pytest.mark.django_db

BASELINE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGES = ["/w/default/experiments", "/sign-in", "/nothing", "/w/none/experiments"]
APIS = [
    "/health",
    "/api/2.0/mlflow/experiments/get?experiment_id=0",
    "/api/2.0/mlflow/experiments/get?experiment_id=77",
    "/api/2.0/mlflow/nothing",
    "/w/default/api/2.0/mlflow/experiments/get?experiment_id=0",
    "/get-artifact",
]


@pytest.fixture
def client(settings):
    settings.STUDIO_OPEN = True
    return Client(raise_request_exception=False)


def read_policy(answer):
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in parts}


@pytest.mark.parametrize("address", PAGES + APIS)
def test_every_answer_has_the_baseline(client, address):
    answer = client.get(address)
    assert {name: answer[name] for name in BASELINE} == BASELINE
    assert read_policy(answer)["frame-ancestors"] == {"'none'"}


@pytest.mark.parametrize("address", [PAGES[0], APIS[1]])
def test_so_has_every_refusal(client, address):
    for meta in ({"HTTP_HOST": "evil.example"}, {"HTTP_TRANSFER_ENCODING": "x"}):
        answer = client.post(address, "x", content_type="text/plain", **meta)
        assert answer.status_code in (400, 403)
        assert {name: answer[name] for name in BASELINE} == BASELINE
        assert "Content-Security-Policy" in answer


@pytest.mark.parametrize("address", PAGES)
def test_a_page_runs_no_script_but_its_own(client, address):
    policy = read_policy(client.get(address))
    assert policy["script-src"] == {"'self'"}
    assert policy["default-src"] == {"'self'"}
    assert policy["object-src"] == policy["base-uri"] == {"'none'"}
    assert policy["form-action"] == {"'self'"}


@pytest.mark.parametrize("address", APIS)
def test_the_answer_of_an_api_runs_nothing(client, address):
    policy = read_policy(client.get(address))
    assert policy["default-src"] == {"'none'"}
    assert policy["sandbox"] == set()


@pytest.mark.parametrize("address", APIS)
def test_an_api_sets_no_cookie_and_asks_for_none(client, address):
    client.cookies["sessionid"] = "x" * 32
    answer = client.get(address)
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_no_answer_lets_other_sites_read_it(client):
    for address in PAGES + APIS:
        answer = client.get(address, HTTP_ORIGIN="http://evil.example")
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize("address", PAGES + APIS)
def test_every_answer_says_how_long_it_is(client, address):
    answer = client.get(address)
    assert int(answer["Content-Length"]) == len(answer.content)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, settings):
    from tests.factories import make_user

    make_user("ann", password="right")
    answer = client.post("/sign-in", {"username": "ann", "password": "right"})
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"


def test_a_session_ends_when_the_password_changes(client, settings):
    settings.STUDIO_OPEN = False
    from runs.workspaces.permissions import Role
    from tests.factories import make_member

    user = make_member(Role.OWNER)
    user.set_password("right")
    user.save()
    client.force_login(user)
    assert client.get("/w/default/experiments").status_code == 200
    user.set_password("new")
    user.save()
    assert client.get("/w/default/experiments").status_code == 302


def test_names_are_shown_as_text(client):
    name = "<img src=x onerror=alert(1)>\"'"
    run = make_run(name=name, tags={"t": name}, params={"p": name}, description=name)
    page = client.get(f"/w/default/runs/{run.run_id}").content.decode()
    assert "<img src=x" not in page
