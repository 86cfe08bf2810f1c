"""Every address says what it admits, and keeps to it.

Each test walks all addresses and names those that do not.
"""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from runs.doors import door_of
from runs.workspaces.access import Access
from runs.workspaces.permissions import NEEDED_ROLE, Action, Role
from studio.middleware import SAFE_METHODS
from tests.factories import make_member, make_token, make_user
from tests.security.routes import Call, walk_routes

ROUTES = walk_routes()
CALLS = [Call(route, method) for route in ROUTES if route.access for method in route.methods]
CLOSED_CALLS = [call for call in CALLS if call.access.action is not Action.PUBLIC]
METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE", "CONNECT"}

# What anybody may ask, and what is streamed to the store without a cap.
PUBLIC = {
    "runs.mlflow_api.server",
    "runs.web.health",
    "runs.web.pipe",
    "runs.web.sign_in",
    "runs.web.start",
}
UNCAPPED = (
    ("mlflow-artifacts/artifacts/<path:address>", "PUT"),
    ("mlflow/upload-artifact", "POST"),
    ("runs/<str:run_id>/files/<path:path>", "PUT"),
    ("runs/<str:run_id>/snapshot", "PUT"),
    ("snapshots", "PUT"),
    ("submit/snapshot", "POST"),
)
MAX_CAP_BYTES = 64 * 1024 * 1024

Send = Callable[..., HttpResponse]


@pytest.fixture
def send(settings, db) -> Send:
    """Send a call as nobody, or as a user in the way its door takes: programs with a token, pages
    with a session."""
    settings.STUDIO_OPEN = False
    browser, program = Client(raise_request_exception=False), Client(raise_request_exception=False)
    tokens: dict[int, str] = {}
    sessions: dict[int, str] = {}

    def sign_in(user: User) -> None:
        """Sign in the browser, unless it still has the session of the user."""
        cookie = browser.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is None or not cookie.value or cookie.value != sessions.get(user.pk):
            browser.force_login(user)
            sessions[user.pk] = browser.cookies[settings.SESSION_COOKIE_NAME].value

    def send(call: Call, user: User | None = None, **meta: str) -> HttpResponse:
        if user is not None and call.route.is_api:
            if user.pk not in tokens:
                tokens[user.pk] = make_token(user)
            meta["HTTP_AUTHORIZATION"] = f"Bearer {tokens[user.pk]}"
        elif user is not None:
            sign_in(user)
        client = program if call.route.is_api else browser
        return client.generic(call.method, call.route.example, b"{}", "application/json", **meta)

    return send


def needed_role(call: Call) -> Role:
    return NEEDED_ROLE.get(call.access.action, Role.READER)


def test_the_walk_finds_the_addresses_and_their_views():
    assert len(ROUTES) > 50
    hidden = [route for route in ROUTES if resolve(route.example).func is not route.view]
    assert hidden == []


def test_every_view_has_an_access_with_an_action_of_the_table():
    assert [route for route in ROUTES if not isinstance(route.access, Access)] == []
    assert [call for call in CLOSED_CALLS if call.access.action not in NEEDED_ROLE] == []


def test_every_view_lists_its_methods():
    assert [route for route in ROUTES if not set(route.methods) <= METHODS] == []
    assert [route for route in ROUTES if not route.methods] == []


def test_every_view_caps_its_body_but_uploads():
    for call in CALLS:
        cap = call.access.max_body_bytes
        if any(call.route.route.endswith(end) and call.method == verb for end, verb in UNCAPPED):
            assert cap is None, call
        else:
            assert cap is not None and 0 < cap <= MAX_CAP_BYTES, call


def test_changing_and_deleting_take_more_than_reading():
    """POST is left out: MLflow's searches are POSTs, and they read."""
    writes = [call for call in CLOSED_CALLS if call.method in ("PUT", "PATCH", "DELETE")]
    assert writes
    of_readers = {call.access.action for call in writes if needed_role(call) == Role.READER}
    assert of_readers == {Action.VIEW_WRITE}


def test_only_listed_views_are_public():
    public = {call.route.view.__module__ for call in CALLS if call not in CLOSED_CALLS}
    assert public <= PUBLIC


def test_an_address_belongs_to_the_door_of_its_view():
    """Sessions depend on the path: no page may lie at a path of an API, no API elsewhere."""
    for route in ROUTES:
        assert door_of(route.example) is route.door, route


@pytest.mark.parametrize("path", ["/w/x/healthz", "/w/x/y/api/v1/runs", "/apis/", "/healthz/", "/"])
def test_what_only_looks_like_an_api_belongs_to_the_pages(path):
    assert door_of(path).has_session


def test_only_api_doors_are_exempt_from_csrf():
    exempt = [route for route in ROUTES if getattr(route.view, "csrf_exempt", False)]
    assert [route for route in exempt if route.door.has_session] == []


def test_nobody_gets_in(send):
    for call in CLOSED_CALLS:
        answer = send(call)
        if call.route.is_api:
            assert answer.status_code == 401, call
        elif answer.status_code == 302:
            assert answer["Location"].startswith("/sign-in?"), call
        else:
            assert answer.status_code == 401, call


def test_a_stranger_is_told_there_is_no_such_workspace(send):
    stranger = make_user()
    answers = {call: send(call, stranger).status_code for call in CLOSED_CALLS}
    assert {call: status for call, status in answers.items() if status != 404} == {}


def test_a_reader_is_refused_what_takes_more(send):
    reader = make_member(Role.READER)
    writes = [call for call in CLOSED_CALLS if needed_role(call) > Role.READER]
    answers = {call: send(call, reader).status_code for call in writes}
    assert {call: status for call, status in answers.items() if status != 403} == {}


@pytest.mark.both_databases
def test_an_owner_gets_an_answer(send):
    owner = make_member(Role.OWNER)
    answers = {call: send(call, owner).status_code for call in CALLS}
    refused = {401, 403, 405, 500, 502}
    assert {call: status for call, status in answers.items() if status in refused} == {}


def test_other_methods_are_refused(send):
    owner = make_member(Role.OWNER)
    for route in ROUTES:
        allowed = {*route.methods, "CONNECT", *(["HEAD"] if "GET" in route.methods else [])}
        for method in METHODS - allowed:
            # A script is refused like a person, but without a page around it.
            answer = send(Call(route, method), owner, HTTP_ACCEPT="application/json")
            assert (answer.status_code, "Allow" in answer) == (405, True), (method, route)


def test_a_page_is_written_only_with_a_csrf_token(db):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_member(Role.OWNER))
    writes = [call for call in CALLS if not call.route.is_api and call.method not in SAFE_METHODS]
    assert writes
    for call in writes:
        answer = client.generic(call.method, call.route.example)
        assert answer.status_code == 403, call


def test_a_session_cookie_opens_reads_of_rest_alone(settings, db):
    settings.STUDIO_OPEN = False
    client = Client()
    client.force_login(make_member(Role.OWNER))
    for call in CLOSED_CALLS:
        if call.route.is_api:
            answer = client.generic(call.method, call.route.example)
            opens = "/api/v1/" in call.route.example and call.method in SAFE_METHODS
            assert (answer.status_code != 401) == opens, call


def test_a_session_cookie_opens_nothing_to_another_site(settings, db):
    settings.STUDIO_OPEN = False
    client = Client(headers={"Sec-Fetch-Site": "cross-site"})
    client.force_login(make_member(Role.OWNER))
    assert client.get("/api/v1/runs").status_code == 401


def test_another_sites_page_writes_nothing(send):
    owner = make_member(Role.OWNER)
    for call in CALLS:
        if call.method not in SAFE_METHODS:
            answer = send(call, owner, HTTP_ORIGIN="http://evil.example")
            assert answer.status_code == 403, call


def test_a_body_above_the_cap_is_refused(send):
    owner = make_member(Role.OWNER)
    for call in CALLS:
        cap = call.access.max_body_bytes
        if cap is not None and call.method not in SAFE_METHODS:
            answer = send(call, owner, CONTENT_LENGTH=str(cap + 1))
            assert answer.status_code == 413, call
