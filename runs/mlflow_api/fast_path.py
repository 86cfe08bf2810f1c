"""The requests of training loops, answered in front of Django.

For a request that logs one point, middlewares, URL patterns and signals cost more than storing the
point. What looks like the usual request of a client is handed straight to the view that Django
would have found, with Django's own request object: gate, decoding, limits and errors are the
view's, the same either way. Whatever is unusual goes to Django.

The headers that the middlewares add are taken from an answer that went through them, so both ways
answer alike.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http.response import HttpResponseBase

from runs.mlflow_api.urls import run_urls
from runs.workspaces.access import DEFAULT_MAX_BODY_BYTES, access_of

HOT = ("log-metric", "log-batch", "log-parameter", "set-tag", "create", "update", "get")
BASE = "/api/2.0/mlflow/runs/"
JSON = "application/json"
WORKSPACE = "/w/"

# A browser's page, a proxy's rewriting, a body without a length, a mount point: not for here.
UNUSUAL = ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "HTTP_TRANSFER_ENCODING", "SCRIPT_NAME")
SCHEMES = frozenset({"", "http", "https"})

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
View = Callable[..., HttpResponseBase]

VIEWS: dict[str, View] = {
    BASE + str(pattern.pattern): pattern.callback
    for pattern in run_urls
    if str(pattern.pattern) in HOT
}


class FastPath:
    """A WSGI application: answers the usual requests of `HOT` itself, hands on all others."""

    def __init__(self, django: Application) -> None:
        self.django = django
        # Per scheme, what the middlewares add: a secure answer has one header more.
        self._added: dict[tuple[str, str], dict[str, str]] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        found = find_view(environ)
        if found is None:
            return self.django(environ, start_response)
        scheme = (environ["wsgi.url_scheme"], environ.get("HTTP_X_FORWARDED_PROTO", ""))
        added = self._added.get(scheme)
        if added is None:
            return self.django(environ, self._learning(scheme, start_response))
        request = WSGIRequest(environ)
        try:
            request.get_host()
        except DisallowedHost:
            return self.django(environ, start_response)
        response = found[0](request, workspace=found[1])
        if response.status_code >= 500:
            close_old_connections()
        headers = added | dict(response.items())
        start_response(f"{response.status_code} {response.reason_phrase}", list(headers.items()))
        return [response.content]

    def _learning(self, scheme: tuple[str, str], start_response: StartResponse) -> StartResponse:
        """Keep the headers of an answer that Django gives and that is a success."""

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if status.startswith("200") and scheme[1] in SCHEMES:
                self._added[scheme] = dict(headers)
            return start_response(status, headers, *rest)

        return start


def find_view(environ: Environ) -> tuple[View, str] | None:
    """Return the view of a usual request and its workspace; None for what Django shall answer."""
    path, workspace = environ["PATH_INFO"], "default"
    if path.startswith(WORKSPACE):
        workspace, _, rest = path[len(WORKSPACE) :].partition("/")
        path = f"/{rest}"
    view = VIEWS.get(path)
    if view is None or any(environ.get(name) for name in UNUSUAL):
        return None
    if environ["REQUEST_METHOD"] != "GET" and not has_plain_body(environ):
        return None
    access = access_of(view)
    is_known = access is not None and environ["REQUEST_METHOD"] in access.methods
    return (view, workspace) if is_known else None


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
