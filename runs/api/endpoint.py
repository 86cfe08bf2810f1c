"""The base of every endpoint: access, throttle, strict input, JSON output.

A handler says what it admits by an `Access`; a class has one handler per method. The permission
table decides, through the same `admit` as at every other door.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.http.response import HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from runs.api.inputs import Input
from runs.workspaces.access import Access, Principal, admit, find_principal
from runs.workspaces.models import Workspace
from runs.workspaces.permissions import Role

METHODS = ("get", "post", "put", "patch", "delete")
CHALLENGE = 'Basic realm="Studio", Bearer realm="Studio"'
BROWSER_CHALLENGE = 'Bearer realm="Studio"'


class GateAuthentication(BaseAuthentication):
    """Finds the sender of a request: by token, by password, or as the local owner."""

    def authenticate(self, request: Request) -> tuple[Any, Principal] | None:
        """Return None for nobody known. Raises NotSignedIn for wrong credentials."""
        principal = find_principal(request._request)
        return principal and (principal.user or AnonymousUser(), principal)

    def authenticate_header(self, request: Request) -> str:
        return challenge(request)


def challenge(request: Request) -> str:
    """Return how one may sign in. A browser would ask for a password in a window of its own."""
    return BROWSER_CHALLENGE if is_browser(request) else CHALLENGE


def is_browser(request: Request) -> bool:
    """Tell whether a browser asks: each says from where, and none is an HTTP library."""
    return "Sec-Fetch-Mode" in request.headers or "text/html" in request.headers.get("Accept", "")


class TablePermission(BasePermission):
    """Asks the permission table about the handler's action in the workspace of the address."""

    def has_permission(self, request: Request, view: "Endpoint") -> bool:
        """Raises NotSignedIn, UnknownWorkspace, NotAllowed."""
        admitted = admit(request.auth, workspace_slug=view.slug, action=view.access_now.action)
        view.principal, view.workspace, view.role = admitted
        return True


class Endpoint(APIView):
    """An address of the API. Its handlers find `self.workspace`, and who asks: `self.principal`
    and `self.role`."""

    authentication_classes = (GateAuthentication,)
    permission_classes = (TablePermission,)
    by_method: ClassVar[dict[str, Callable[..., Any]]] = {}

    slug: str
    principal: Principal
    workspace: Workspace
    role: Role | None

    def __init_subclass__(cls) -> None:
        """Only the methods written here are answered: OPTIONS is not."""
        super().__init_subclass__()
        cls.http_method_names = [name for name in METHODS if hasattr(cls, name)]
        cls.by_method = {name.upper(): getattr(cls, name) for name in cls.http_method_names}
        if "get" in cls.http_method_names:
            cls.http_method_names.append("head")

    @classmethod
    def as_view(cls, **options: Any) -> Callable[..., HttpResponseBase]:
        view = super().as_view(**options)
        view.by_method = cls.by_method
        view.access = next(iter(cls.by_method.values())).access
        return view

    def dispatch(
        self, request: Any, *args: Any, workspace: str = "default", **path: Any
    ) -> HttpResponseBase:
        self.slug = workspace
        return super().dispatch(request, *args, **path)

    def initial(self, request: Request, *args: Any, **path: Any) -> None:
        """Refuse an unknown method before looking up who sends the request."""
        if (request.method or "").lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method or "")
        super().initial(request, *args, **path)

    @property
    def access_now(self) -> Access:
        """What the handler of this request admits."""
        method = self.request.method or ""
        return self.by_method["GET" if method == "HEAD" else method].access

    def read_body(self, kind: type[Input]) -> dict[str, Any]:
        """Return the fields of the body. Raises ValidationError."""
        return kind.read(self.request.data)

    def read_query(self, kind: type[Input]) -> dict[str, Any]:
        """Return the fields of the query string. Raises ValidationError."""
        return kind.read(self.request.query_params)


def answer(shape: type, value: Any, status: int = 200) -> Response:
    """Return `value` in the shape of an output serializer."""
    return Response(shape(value).data, status=status)


def nothing() -> Response:
    """Return an answer without a body."""
    return Response(status=204)
