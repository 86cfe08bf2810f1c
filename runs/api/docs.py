"""The API described: as OpenAPI for programs, as a page to read and try it for people."""

from csp.utils import build_policy
from django.shortcuts import render
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from runs.api.description import build_description
from runs.api.endpoint import Endpoint
from runs.workspaces.access import Access
from runs.workspaces.permissions import Action


@extend_schema(exclude=True)
class SchemaJson(Endpoint):
    """`/api/v1/schema`."""

    @Access(Action.WORKSPACE_READ, ("GET",))
    def get(self, request: Request) -> Response:
        base = request.path.removesuffix("/schema")
        return Response(build_description(base, request.build_absolute_uri("/").rstrip("/")))


@extend_schema(exclude=True)
class Docs(Endpoint):
    """`/api/v1/docs`: Swagger UI from a Python package; nothing comes from elsewhere.

    The answers of the API are sandboxed by their policy. This one is a page, so it takes the
    policy of the pages: scripts from files of the studio alone.
    """

    @Access(Action.WORKSPACE_READ, ("GET",))
    def get(self, request: Request) -> Response:
        context = {"schema": request.path.removesuffix("docs") + "schema"}
        page = render(request._request, "api/docs.html", context)
        page["Content-Security-Policy"] = build_policy()
        return page
