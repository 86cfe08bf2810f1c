"""The decorator of every endpoint: method, gate, decoding, and every error in MLflow's JSON."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from runs.mlflow_api.decoding import decode_request
from runs.mlflow_api.encoding import answer, answer_error
from runs.mlflow_api.errors import WRONG_METHOD, ProtocolError
from runs.mlflow_api.faults import explain
from runs.mlflow_api.messages import Message
from runs.workspaces.access import Access, Principal, authorize
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import NEEDED_ROLE, Action

GET, POST = ("GET",), ("POST",)
STREAMED = 0


@dataclass(frozen=True)
class Call:
    """An admitted request: its sender, and the workspace it is for."""

    request: HttpRequest
    workspace: Workspace
    principal: Principal


View = Callable[..., Any]
DjangoView = Callable[..., HttpResponseBase]


def endpoint(
    action: Action,
    methods: tuple[str, ...],
    takes: type[Message] | None = None,
    max_body_bytes: int | None = None,
) -> Callable[[View], DjangoView]:
    """Make an endpoint of `view(call, message, **path)`; without `takes`, of `view(call, **path)`.

    The view returns a Django response, or a value to answer as JSON. The endpoint's `perform`
    returns the same and raises every error. `max_body_bytes` None is the studio's cap for JSON;
    `STREAMED` is no cap, for a view that reads the body itself.
    """
    if max_body_bytes is None:
        max_body_bytes = settings.STUDIO_MAX_BODY_BYTES

    def guard(view: View) -> DjangoView:
        def perform(request: HttpRequest, workspace: str = "default", **path: str) -> Any:
            check_method(request, methods)
            admitted = authorize(request, workspace_slug=workspace, action=action)
            call = Call(request, admitted.workspace, admitted.principal)
            if takes is None:
                return view(call, **path)
            return view(call, decode_request(request, takes, max_body_bytes), **path)

        @functools.wraps(view)
        def guarded(request: HttpRequest, **path: str) -> HttpResponseBase:
            try:
                result = perform(request, **path)
                return result if isinstance(result, HttpResponseBase) else answer(result)
            except Exception as error:
                return refuse(error, methods)

        guarded.csrf_exempt = True
        guarded.perform = perform
        return Access(action, methods, max_body_bytes or None)(guarded)

    return guard


def open_endpoint(methods: tuple[str, ...] = GET) -> Callable[[View], DjangoView]:
    """Make an endpoint of `view(request, **path)` that anybody may ask, signed in or not."""

    def guard(view: View) -> DjangoView:
        @functools.wraps(view)
        def guarded(request: HttpRequest, workspace: str = "", **path: str) -> HttpResponseBase:
            try:
                check_method(request, methods)
                return view(request, **path)
            except ProtocolError as error:
                return refuse(error, methods)

        guarded.csrf_exempt = True
        return Access(Action.PUBLIC, methods, settings.STUDIO_MAX_BODY_BYTES)(guarded)

    return guard


def by_method(views: Mapping[str, DjangoView]) -> DjangoView:
    """Make one view of several that share an address. Each keeps its own gate.

    `access` names the most demanding of them; `by_method` has all.
    """
    methods = tuple(views)

    def dispatch(request: HttpRequest, **path: str) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else request.method
        view = views.get(method or "")
        if view is None:
            return refuse(wrong_method(request, methods), methods)
        return view(request, **path)

    dispatch.csrf_exempt = True
    dispatch.by_method = dict(views)
    strictest = max((view.access for view in views.values()), key=_needed_role)
    return Access(strictest.action, methods, strictest.max_body_bytes)(dispatch)


def _needed_role(access: Access) -> int:
    return NEEDED_ROLE.get(access.action, 0)


def check_method(request: HttpRequest, methods: tuple[str, ...]) -> None:
    """Refuse a method this address does not know. HEAD goes where GET goes."""
    if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
        raise wrong_method(request, methods)


def wrong_method(request: HttpRequest, methods: tuple[str, ...]) -> ProtocolError:
    """The address exists, the method does not."""
    message = f"{request.method} is not allowed here; use {' or '.join(methods)}."
    return ProtocolError(WRONG_METHOD, message)


def refuse(error: Exception, methods: tuple[str, ...]) -> HttpResponse:
    """Answer an error."""
    told = explain(error)
    response = answer_error(told)
    if told.code == WRONG_METHOD:
        response["Allow"] = ", ".join(methods)
    return response
