"""What is refused before a view sees it: hosts, origins, unclear bodies, unlisted views."""

import json

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from runs.tracking.models import Experiment
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action
from studio import urls as studio_urls

pytestmark = pytest.mark.django_db

CREATE = "/api/2.0/mlflow/experiments/create"


@pytest.fixture(autouse=True)
def open_studio(settings):
    settings.STUDIO_OPEN = True
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "studio.example"]


@pytest.fixture
def client():
    return Client(HTTP_HOST="localhost:5000")


def create(client, address=CREATE, **meta):
    return client.post(address, {"name": "made"}, content_type="application/json", **meta)


def was_made():
    return Experiment.objects.filter(name="made").exists()


@pytest.mark.parametrize("host", ["localhost", "localhost:5000", "127.0.0.1:80", "studio.example"])
def test_our_own_host_names_are_answered(host):
    assert create(Client(HTTP_HOST=host)).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil-studio.example", "10.0.0.1", "localhost/..",
     "localhost@evil.example", "", "a b", "[::1", "studio.example:80:80", "\u0131localhost"],
)  # fmt: skip
def test_other_host_names_are_refused_by_every_door(host):
    client = Client(HTTP_HOST=host)
    answer = create(client)
    assert (answer.status_code, was_made()) == (400, False)
    assert "STUDIO_ALLOWED_HOSTS" in answer.json()["message"]
    page = client.get("/w/default/experiments")
    assert page.status_code == 400
    assert "STUDIO_ALLOWED_HOSTS" in page.content.decode()


def test_a_forwarded_host_is_not_believed(client):
    answer = create(client, HTTP_X_FORWARDED_HOST="evil.example")
    assert answer.status_code == 200
    client = Client(HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="localhost")
    assert create(client).status_code == 400


def test_a_strange_host_is_shown_as_text(client):
    page = client.get("/", HTTP_HOST="<script>alert(1)</script>")
    assert page.status_code == 400
    assert b"<script>alert" not in page.content


def test_our_own_pages_may_write(client):
    answer = create(client, HTTP_ORIGIN="http://localhost:5000", HTTP_SEC_FETCH_SITE="same-origin")
    assert answer.status_code == 200


def test_programs_that_name_no_origin_may_write(client):
    assert create(client).status_code == 200
    assert create(client, HTTP_SEC_FETCH_SITE="none").status_code == 400  # the name is taken


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://localhost", "http://localhost:5001",
     "https://localhost:5000", "http://localhost:5000.evil.example", "http://localhost:50000",
     "http://evil.localhost:5000", "localhost:5000", "http://[", "file://",
     "chrome-extension://abc", "http://localhost:5000/", "http://LOCALHOST:5000@evil.example"],
)  # fmt: skip
def test_other_origins_write_nothing(client, origin):
    answer = create(client, HTTP_ORIGIN=origin)
    assert (answer.status_code, was_made()) == (403, False)
    assert answer.json()["error_code"] == "PERMISSION_DENIED"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_hides_the_origin_but_names_the_site_writes_nothing(client, site):
    answer = create(client, HTTP_SEC_FETCH_SITE=site)
    assert (answer.status_code, was_made()) == (403, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
def test_no_method_that_writes_is_forgotten(client, method):
    answer = client.generic(method, CREATE, HTTP_ORIGIN="http://evil.example")
    assert answer.status_code == 403


@pytest.mark.parametrize("user_agent", ["Mozilla/5.0", "python-requests/2.32", ""])
def test_the_name_of_the_program_changes_nothing(client, user_agent):
    answer = create(client, HTTP_ORIGIN="http://evil.example", HTTP_USER_AGENT=user_agent)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://team.example", 200),
        ("http://team.example", 403),
        ("https://a.labs.example", 200),
        ("https://labs.example", 200),
        ("https://evillabs.example", 403),
        ("https://evil.example/.labs.example", 403),
        ("http://a.labs.example", 403),
        ("https://team.example.evil.example", 403),
    ],
)
def test_trusted_origins_are_matched_whole(client, settings, origin, expected):
    settings.CSRF_TRUSTED_ORIGINS = ["https://team.example", "https://*.labs.example"]
    assert create(client, HTTP_ORIGIN=origin).status_code == expected


def test_reading_and_links_from_other_sites_are_fine(client):
    headers = {"HTTP_ORIGIN": "http://evil.example", "HTTP_SEC_FETCH_SITE": "cross-site"}
    answer = client.get("/w/default/experiments", **headers)
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer


def test_a_page_refuses_in_html_and_an_api_in_json(client):
    page = client.post("/sign-out", HTTP_ORIGIN="http://evil.example")
    assert (page.status_code, page["Content-Type"]) == (403, "text/html; charset=utf-8")
    answer = create(client, HTTP_ORIGIN="http://evil.example")
    assert answer["Content-Type"] == "application/json"


def test_a_length_and_chunks_at_once_are_refused(client):
    answer = create(client, HTTP_TRANSFER_ENCODING="chunked")
    assert (answer.status_code, was_made()) == (400, False)


@pytest.mark.parametrize(
    "length", ["-1", "+5", "5.0", " 5", "abc", "0x5", "\u0665", "\u00b2", "5,5"]
)
def test_a_length_that_is_no_number_is_refused(client, length):
    answer = create(client, CONTENT_LENGTH=length)
    assert (answer.status_code, was_made()) == (400, False)


def test_a_body_above_the_cap_is_refused_before_it_is_read(client, settings):
    class Unreadable:
        def read(self, *size):
            raise AssertionError("the body was read")

        readline = read

    length = str(settings.STUDIO_MAX_BODY_BYTES + 1)
    answer = client.generic("POST", CREATE, CONTENT_LENGTH=length, **{"wsgi.input": Unreadable()})
    assert answer.status_code == 413
    assert json.loads(answer.content)["error_code"] == "REQUEST_TOO_LARGE"


def unlisted(request):
    raise AssertionError("the view was called")


@Access("run.fly", ("GET",))
def unknown_action(request):
    from runs.workspaces.access import authorize
    from runs.workspaces.errors import NotAllowed

    try:
        authorize(request, workspace_slug="default", action=unknown_action.access.action)
    except NotAllowed:
        return HttpResponse(status=403)
    raise AssertionError("the gate opened")


@Access(Action.PUBLIC, ("GET",))
def listed(request):
    return HttpResponse("fine")


urlpatterns = [
    *studio_urls.urlpatterns,
    path("page", unlisted),
    path("api/unlisted", unlisted),
    path("api/unknown-action", unknown_action),
    path("api/listed", listed),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/page", "/api/unlisted", "/api/unknown-action"])
def test_a_view_that_nobody_has_entered_in_the_table_is_never_called(client, address):
    assert client.get("/api/listed").status_code == 200
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/health", "/version"])
def test_probes_may_ask_by_any_name_of_the_machine(path):
    assert Client(HTTP_HOST="10.0.0.1:8000").get(path).status_code == 200


def test_nothing_else_answers_a_probe_by_another_name():
    for address in ("/healthz/", "/health/x", "/api/v1/runs", "/w/default/health", "/sign-in", "/"):
        assert Client(HTTP_HOST="10.0.0.1:8000").get(address).status_code == 400, address
    assert Client(HTTP_HOST="10.0.0.1:8000").post("/healthz").status_code == 400
