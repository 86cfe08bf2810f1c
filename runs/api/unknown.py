"""Addresses of the API that do not exist, answered in its own form."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.endpoint import Endpoint
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action


@extend_schema(exclude=True)
class Unknown(Endpoint):
    """Whatever no other endpoint answers."""

    @Access(Action.WORKSPACE_READ, ("GET",))
    def get(self, request: Request, rest: str) -> Response:
        raise NotFound(f"There is no {request.method} {request.path[:300]} here; see docs.")

    @Access(Action.WORKSPACE_READ, ("POST",))
    def post(self, request: Request, rest: str) -> Response:
        return self.get(request, rest)

    @Access(Action.RUN_WRITE, ("PUT",))
    def put(self, request: Request, rest: str) -> Response:
        return self.get(request, rest)

    @Access(Action.RUN_WRITE, ("PATCH",))
    def patch(self, request: Request, rest: str) -> Response:
        return self.get(request, rest)

    @Access(Action.RUN_WRITE, ("DELETE",))
    def delete(self, request: Request, rest: str) -> Response:
        return self.get(request, rest)
