"""What is answered in front of Django is answered as Django answers it."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from runs.mlflow_api.fast_path import FastPath
from runs.tracking.models import Run
from runs.workspaces.services import make_token
from tests.factories import make_run

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

BASE = "/api/2.0/mlflow/runs/"
Answer = tuple[str, dict[str, str], bytes]


class Counted:
    """Django's application, and how often it was asked."""

    def __init__(self) -> None:
        self.application = get_wsgi_application()
        self.calls = 0

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Any:
        self.calls += 1
        return self.application(environ, start_response)


@pytest.fixture(autouse=True)
def keep_connection() -> Iterator[None]:
    """A request would close the connection that the test's own transaction is on."""
    request_started.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)


@pytest.fixture
def django() -> Counted:
    return Counted()


@pytest.fixture
def fast(django, settings, run) -> FastPath:
    """A fast path that has seen one success."""
    settings.STUDIO_OPEN = True
    fast = FastPath(django)
    assert ask(fast, "get", query=f"run_id={run.run_id}")[0] == "200 OK"
    django.calls = 0
    return fast


@pytest.fixture
def run(db) -> Run:
    return make_run()


def ask(
    application: Callable, name: str, body: object = None, query: str = "", **extra: str
) -> Answer:
    """Send a request the way a server does; return status, headers and body."""
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": "GET" if body is None else "POST",
        "PATH_INFO": name if name.startswith("/") else BASE + name,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(raw)),
        "wsgi.input": io.BytesIO(raw),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        **{key.replace("__", "."): value for key, value in extra.items()},
    }
    told: list[Any] = []
    chunks = application(environ, lambda status, headers, *_: told.extend((status, dict(headers))))
    return told[0], told[1], b"".join(chunks)


def test_a_point_is_stored_without_django(fast, django, run):
    point = {"run_id": run.run_id, "key": "loss", "value": 0.5, "timestamp": 1, "step": 3}
    assert ask(fast, "log-metric", point)[::2] == ("200 OK", b"{}")
    assert django.calls == 0
    answer = json.loads(ask(fast, "get", query=f"run_id={run.run_id}")[2])
    assert answer["run"]["data"]["metrics"] == [
        {"key": "loss", "value": 0.5, "timestamp": 1, "step": 3}
    ]


POINT = {"run_id": "RUN", "key": "loss", "value": 1.0, "timestamp": 1}
BATCH = {
    "run_id": "RUN",
    "metrics": [{"key": "a", "value": "NaN", "timestamp": 1}],
    "params": [{"key": "p", "value": "1"}],
    "tags": [{"key": "mlflow.note.content", "value": "n"}],
}
SAME = {
    "a point": ("log-metric", POINT),
    "a batch": ("log-batch", BATCH),
    "a param": ("log-parameter", {"run_id": "RUN", "key": "q", "value": "1"}),
    "a tag": ("set-tag", {"run_id": "RUN", "key": "t", "value": "1"}),
    "an end": ("update", {"run_id": "RUN", "status": "FINISHED", "end_time": 5}),
    "by the old name of the id": ("log-metric", {**POINT, "run_id": None, "run_uuid": "RUN"}),
    "by the workspace": ("/w/default" + BASE + "log-metric", POINT),
    "an unknown workspace": ("/w/nowhere" + BASE + "log-metric", POINT),
    "a workspace that is none": ("/w/a.b" + BASE + "log-metric", POINT),
    "an unknown run": ("log-metric", {**POINT, "run_id": "0" * 32}),
    "no key": ("log-metric", {"run_id": "RUN", "value": 1.0, "timestamp": 1}),
    "a bad value": ("log-batch", {"run_id": "RUN", "metrics": [{"key": "a", "value": "x"}]}),
    "no JSON": ("log-metric", b"{"),
    "no body": ("log-metric", b""),
    "a changed param": ("log-parameter", {"run_id": "RUN", "key": "lr", "value": "2"}),
    "too many points": ("log-batch", {"run_id": "RUN", "metrics": [POINT] * 1001}),
    "another address": ("/api/2.0/mlflow/runs/log-nothing", {}),
}


@pytest.mark.parametrize(("name", "body"), SAME.values(), ids=SAME)
def test_both_ways_answer_alike(fast, django, run, name, body):
    ask(django, "log-parameter", {"run_id": run.run_id, "key": "lr", "value": "1"})
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    raw = raw.replace(b"RUN", run.run_id.encode())
    assert ask(fast, name, raw) == ask(django, name, raw)


UNUSUAL = {
    "a foreign page": {"HTTP_ORIGIN": "https://elsewhere.example"},
    "a form of another site": {"HTTP_SEC_FETCH_SITE": "cross-site"},
    "an unknown host": {"HTTP_HOST": "elsewhere.example"},
    "a form": {"CONTENT_TYPE": "text/plain"},
    "no type": {"CONTENT_TYPE": ""},
    "a charset": {"CONTENT_TYPE": "application/json; charset=utf-8"},
    "a length that is no number": {"CONTENT_LENGTH": "1e3"},
    "a length above the cap": {"CONTENT_LENGTH": "99999999"},
    "two lengths": {"HTTP_TRANSFER_ENCODING": "chunked"},
    "a wrong method": {"REQUEST_METHOD": "PUT"},
    "an unknown token": {"HTTP_AUTHORIZATION": "Bearer nothing"},
    "through a proxy": {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
    "from elsewhere": {"REMOTE_ADDR": "203.0.113.9"},
    "over HTTPS": {"wsgi__url_scheme": "https"},
}


@pytest.mark.parametrize("extra", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_unusual_is_answered_alike(fast, django, run, extra):
    body = {**POINT, "run_id": run.run_id}
    assert ask(fast, "log-metric", body, **extra) == ask(django, "log-metric", body, **extra)


def test_a_body_shorter_than_its_length_stores_nothing(fast, django, run):
    body = json.dumps({**POINT, "run_id": run.run_id}).encode()
    extra = {"CONTENT_LENGTH": str(len(body) + 5)}
    told = ask(fast, "log-metric", body, **extra)
    assert told == ask(django, "log-metric", body, **extra)
    assert told[0].startswith("400")
    assert not run.series.exists()


def test_a_token_is_asked_for_where_the_studio_is_closed(fast, django, run, settings, admin_user):
    settings.STUDIO_OPEN = False
    body = {**POINT, "run_id": run.run_id}
    assert ask(fast, "log-metric", body)[0].startswith("401")
    bearer = f"Bearer {make_token(user=admin_user, name='test')}"
    assert ask(fast, "log-metric", body, HTTP_AUTHORIZATION=bearer)[0] == "200 OK"
    assert django.calls == 0


def test_headers_are_learned_from_a_success_only(django, run, settings):
    settings.STUDIO_OPEN = True
    fast = FastPath(django)
    ask(fast, "log-metric", {**POINT, "run_id": "0" * 32})
    body = {**POINT, "run_id": run.run_id}
    first, second = ask(fast, "log-metric", body), ask(fast, "log-metric", body)
    assert django.calls == 2
    assert first == second
