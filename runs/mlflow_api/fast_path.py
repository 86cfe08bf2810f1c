"""The requests of training loops, answered in front of Django.

For a request that logs one point, middlewares, URL patterns and signals cost more than storing the
point. What looks like the usual request of a client is handed straight to the endpoint that Django
would have found, with Django's own request object: gate, decoding, limits and errors are the
endpoint's, the same either way. Whatever is unusual goes to Django.

The headers that the middlewares add are taken from an answer that went through them, and a host is
one that Django has accepted, so both ways answer alike.

Where the server says in the environ how to answer from any thread (`ANSWER`), a request may be
answered by the thread that commits its points (`runs.metrics.later`).
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections, connection
from django.http.response import HttpResponseBase

from runs.metrics.later import let_answer, take_back
from runs.mlflow_api.encoding import encode
from runs.mlflow_api.endpoint import refuse
from runs.mlflow_api.urls import run_urls
from runs.workspaces.access import DEFAULT_MAX_BODY_BYTES, access_of

HOT = ("log-metric", "log-batch", "log-parameter", "set-tag", "create", "update", "get")
BASE = "/api/2.0/mlflow/runs/"
# `path("w/<slug:workspace>/", …)`
IN_WORKSPACE = re.compile(r"/w/([-a-zA-Z0-9_]+)(/.*)")
JSON = "application/json"
LENGTH = "Content-Length"
MAX_REMEMBERED = 1000
OK = "200 OK"
FAILED = 500
DONE = encode({})
LENGTH_OF_DONE = str(len(DONE))
# In the environ: a function that answers the request with a status, headers and a body, from any
# thread.
ANSWER = "studio.answer"

# A page of a browser, a body without a length, an application mounted below a path.
UNUSUAL = ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_TRANSFER_ENCODING", "SCRIPT_NAME")
# What the answers' headers depend on: the host is refused or not, a secure answer has one more.
OUTER = ("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "wsgi.url_scheme")

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Endpoint = Callable[..., HttpResponseBase]

ENDPOINTS: dict[str, Endpoint] = {
    BASE + str(pattern.pattern): pattern.callback
    for pattern in run_urls
    if str(pattern.pattern) in HOT
}


class FastPath:
    """A WSGI application: answers the usual requests of `HOT` itself, hands on all others."""

    def __init__(self, django: Application) -> None:
        self.django = django
        self._headers: dict[tuple[str | None, ...], Headers] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        found = find_endpoint(environ)
        if found is None:
            return self.django(environ, start_response)
        outer = tuple(map(environ.get, OUTER))
        headers = self._headers.get(outer)
        if headers is None:
            return self.django(environ, self._learning(outer, start_response))
        endpoint, workspace = found
        # Django's signal of a new request does the same: the database may have been started anew.
        connection.health_check_done = False
        answer = environ.get(ANSWER)
        token = let_answer(Later(answer, endpoint, headers)) if answer is not None else None
        try:
            result = endpoint.perform(WSGIRequest(environ), workspace=workspace)
        except Exception as error:
            return send(refuse(error, endpoint.access.methods), headers, start_response)
        finally:
            if token is not None:
                take_back(token)
        if isinstance(result, HttpResponseBase):
            return send(result, headers, start_response)
        body = encode(result)
        start_response(OK, [*headers, (LENGTH, str(len(body)))])
        return [body]

    def _learning(self, outer: tuple[str | None, ...], start: StartResponse) -> StartResponse:
        """Keep the headers of an answer that Django gives and that is a success."""

        def start_response(status: str, headers: Headers, *rest: Any) -> Any:
            if status.startswith("200") and len(self._headers) < MAX_REMEMBERED:
                self._headers[outer] = [pair for pair in headers if pair[0] != LENGTH]
            return start(status, headers, *rest)

        return start_response


class Later:
    """The answer of a request whose points another thread commits. `answer` takes a status, headers
    and a body."""

    __slots__ = ("answer", "endpoint", "headers")

    def __init__(self, answer: Callable[..., None], endpoint: Endpoint, headers: Headers) -> None:
        self.answer = answer
        self.endpoint = endpoint
        self.headers = headers

    def __call__(self, error: Exception | None) -> None:
        """Answer that all is stored, or with an error."""
        if error is None:
            self.answer(OK, [*self.headers, (LENGTH, LENGTH_OF_DONE)], DONE)
            return
        started: list[Any] = []
        refusal = refuse(error, self.endpoint.access.methods)
        body = send(refusal, self.headers, lambda *start: started.extend(start))
        self.answer(*started, b"".join(body))


def send(
    response: HttpResponseBase, headers: Headers, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer with a response of Django's, its own headers before those of a success."""
    if response.status_code >= FAILED:
        close_old_connections()
    status = f"{response.status_code} {response.reason_phrase}"
    start_response(status, list((dict(headers) | dict(response.items())).items()))
    return [response.content]


def find_endpoint(environ: Environ) -> tuple[Endpoint, str] | None:
    """Return the endpoint of a usual request and its workspace; None for what Django is to
    answer."""
    path, workspace = environ["PATH_INFO"], "default"
    if (named := IN_WORKSPACE.fullmatch(path)) is not None:
        workspace, path = named.groups()
    endpoint = ENDPOINTS.get(path)
    if endpoint is None or any(map(environ.get, UNUSUAL)):
        return None
    access, method = access_of(endpoint), environ["REQUEST_METHOD"]
    if access is None or method not in access.methods:
        return None
    return (endpoint, workspace) if method == "GET" or has_plain_body(environ) else None


def has_plain_body(environ: Environ) -> bool:
    """Tell whether the body is JSON of a length that is told and that no cap forbids."""
    length = environ.get("CONTENT_LENGTH", "")
    return (
        environ.get("CONTENT_TYPE") == JSON
        and length.isascii()
        and length.isdigit()
        and len(length) < 10
        and int(length) <= DEFAULT_MAX_BODY_BYTES
    )
