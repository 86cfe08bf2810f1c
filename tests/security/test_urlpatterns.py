"""Every address says what it admits, and keeps to it."""

import json

import pytest
from django.test import Client
from django.urls import resolve

from runs.workspaces.access import Access
from runs.workspaces.permissions import NEEDED_ROLE, Action, Role
from studio.middleware import SAFE_METHODS, is_api_path
from tests.factories import make_member, make_token, make_user
from tests.security.routes import API_DOORS, PROBES, Route, walk_routes

ROUTES = walk_routes()
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}

# What anybody may ask, and what is streamed to the store without a cap.
PUBLIC = {
    "runs.mlflow_api.server",
    "runs.web.health",
    "runs.web.sign_in",
    "runs.web.start",
}
UNCAPPED = (
    ("mlflow-artifacts/artifacts/<path:address>", "PUT"),
    ("mlflow/upload-artifact", "POST"),
)

every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
calls = [(route, method) for route in ROUTES if route.access for method in route.methods]
every_call = pytest.mark.parametrize(
    ("route", "method"), calls, ids=[f"{method} {route.name}" for route, method in calls]
)


def is_public(route: Route, method: str) -> bool:
    return route.access_for(method).action is Action.PUBLIC


def send(client: Client, route: Route, method: str, **more):
    return client.generic(method, route.example, b"{}", "application/json", **more)


@pytest.fixture
def closed(settings, db):
    settings.STUDIO_OPEN = False


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


def signed_in(client: Client, route: Route, user) -> dict[str, str]:
    """Sign in the way the door of `route` takes: a token for programs, a session for pages."""
    if route.is_api:
        return {"HTTP_AUTHORIZATION": f"Bearer {make_token(user)}"}
    client.force_login(user)
    return {}


def test_there_are_routes():
    assert len(ROUTES) > 50


@every_route
def test_the_example_leads_to_the_view(route):
    found = resolve(route.example)
    assert found.func is route.view or found.func.__module__ == route.view.__module__


@every_route
def test_every_view_has_an_access_with_an_action_of_the_table(route):
    assert isinstance(route.access, Access), "give the view an Access"
    assert isinstance(route.access.action, Action)
    assert route.access.action is Action.PUBLIC or route.access.action in NEEDED_ROLE


@every_route
def test_every_view_lists_its_methods(route):
    assert route.methods
    assert set(route.methods) <= METHODS


@every_call
def test_every_view_caps_its_body(route, method):
    cap = route.access_for(method).max_body_bytes
    is_upload = any(route.route.endswith(end) and method == verb for end, verb in UNCAPPED)
    assert (cap is None) == is_upload
    assert is_upload or 0 < cap <= 64 * 1024 * 1024


@every_call
def test_changing_and_deleting_take_more_than_reading(route, method):
    """POST is left out: MLflow's searches are POSTs, and they read."""
    action = route.access_for(method).action
    if method in ("PUT", "PATCH", "DELETE") and action is not Action.PUBLIC:
        assert NEEDED_ROLE[action] > Role.READER


@every_call
def test_only_listed_views_are_public(route, method):
    if is_public(route, method):
        assert route.view.__module__ in PUBLIC


@every_route
def test_api_paths_and_api_doors_are_the_same(route):
    """The page stack is left out by path: no page may lie at such a path, no API elsewhere."""
    is_probe = route.example.strip("/") in PROBES
    assert is_api_path(route.example) == (route.is_api or is_probe)


@every_route
def test_only_api_doors_are_exempt_from_csrf(route):
    if getattr(route.view, "csrf_exempt", False):
        assert route.view.__module__.startswith(API_DOORS)


@every_call
def test_nobody_gets_in(closed, client, route, method):
    if is_public(route, method):
        return
    answer = send(client, route, method)
    if route.is_api:
        assert answer.status_code == 401
        assert json.loads(answer.content)["error_code"] == "UNAUTHENTICATED"
    else:
        assert answer.status_code in (302, 401)
        assert answer.status_code == 401 or answer["Location"].startswith("/sign-in")


@every_call
def test_a_stranger_is_told_there_is_no_such_workspace(closed, client, route, method):
    if is_public(route, method):
        return
    answer = send(client, route, method, **signed_in(client, route, make_user()))
    assert answer.status_code == 404


@every_call
def test_a_reader_is_refused_what_takes_more(closed, client, route, method):
    if NEEDED_ROLE.get(route.access_for(method).action, Role.READER) == Role.READER:
        return
    answer = send(client, route, method, **signed_in(client, route, make_member(Role.READER)))
    assert answer.status_code == 403


@every_call
def test_an_owner_gets_an_answer(closed, client, route, method):
    answer = send(client, route, method, **signed_in(client, route, make_member(Role.OWNER)))
    assert answer.status_code < 500 or answer.status_code == 501
    assert answer.status_code not in (401, 405)


@every_route
def test_other_methods_are_refused(closed, client, route):
    headers = signed_in(client, route, make_member(Role.OWNER))
    allowed = {*route.methods, *(["HEAD"] if "GET" in route.methods else [])}
    for method in sorted(METHODS - {"CONNECT"} - allowed):
        answer = send(client, route, method, **headers)
        assert answer.status_code == 405
        assert answer["Allow"]


@every_call
def test_a_page_is_written_only_with_a_csrf_token(closed, route, method):
    if route.is_api or method in SAFE_METHODS:
        return
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_member(Role.OWNER))
    assert send(client, route, method).status_code == 403


@every_call
def test_a_session_cookie_opens_no_api(closed, client, route, method):
    if not route.is_api or is_public(route, method):
        return
    client.force_login(make_member(Role.OWNER))
    assert send(client, route, method).status_code == 401


@every_call
def test_another_sites_page_writes_nothing(closed, client, route, method):
    if method in SAFE_METHODS:
        return
    headers = signed_in(client, route, make_member(Role.OWNER))
    answer = send(client, route, method, HTTP_ORIGIN="http://evil.example", **headers)
    assert answer.status_code == 403


@every_call
def test_a_body_above_the_cap_is_refused_unread(closed, client, route, method):
    cap = route.access_for(method).max_body_bytes
    if cap is None or method in SAFE_METHODS:
        return
    headers = signed_in(client, route, make_member(Role.OWNER))
    answer = send(client, route, method, CONTENT_LENGTH=str(cap + 1), **headers)
    assert answer.status_code == 413
