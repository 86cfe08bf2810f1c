"""The decorator of every page: methods, the permission gate, and errors turned into answers."""

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from runs.http.errors import STATUS, as_studio_error
from runs.web import problems
from runs.workspaces.access import DEFAULT_MAX_BODY_BYTES, Access, authorize
from runs.workspaces.errors import NotAllowed, NotSignedIn
from runs.workspaces.permissions import Action
from runs.workspaces.scopes import mark_writing

View = Callable[..., HttpResponse]

LAST_WORKSPACE = "workspace"
LAST_WORKSPACE_S = 365 * 24 * 3600


def page(
    action: Action,
    methods: tuple[str, ...] = ("GET",),
    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
) -> Callable[[View], View]:
    """Guard a view: only `methods`, only who may do `action` in the workspace of the address.

    The view finds `request.principal`, `request.role` and `request.workspace`; a public one finds
    none of them. Errors of the rooms become an HTML page, or JSON for a script and for a part of a
    page.
    """

    def guard(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            answer = answer_of(view, guarded.access, request, args, kwargs)
            # One address answers with a page, a part of it or JSON: caches must keep them apart.
            patch_vary_headers(answer, ["HX-Request", "Accept", "Cookie"])
            answer.setdefault("Cache-Control", "no-cache")
            if role := getattr(request, "role", None):
                answer["X-Role"] = role.label
            remember_workspace(request, answer)
            return answer

        guarded.access = Access(action, methods, max_body_bytes)
        return guarded

    return guard


def answer_of(
    view: View, access: Access, request: HttpRequest, args: tuple, kwargs: dict
) -> HttpResponse:
    if not is_method_allowed(request.method or "", access.methods):
        return problems.method_not_allowed(request, access.methods)
    try:
        if access.action is not Action.PUBLIC:
            slug = kwargs.pop("workspace", "default")
            admitted = authorize(request, workspace_slug=slug, action=access.action)
            if admitted.principal.scope is not None:
                raise NotAllowed("Tokens of nodes and runs are for the API, not for pages.")
            # What a person changes on a page is no word of the run's client.
            mark_writing(False)
            request.principal, request.workspace, request.role = admitted
        return view(request, *args, **kwargs)
    except NotSignedIn:
        return problems.sign_in_first(request)
    except Exception as error:
        if (refused := as_studio_error(error)) is None:
            raise
        return problems.answer(request, STATUS[refused.kind], str(refused))


def remember_workspace(request: HttpRequest, answer: HttpResponse) -> None:
    """Keep which workspace was used last, for the bare address."""
    workspace = getattr(request, "workspace", None)
    if workspace is None or request.COOKIES.get(LAST_WORKSPACE) == workspace.slug:
        return
    answer.set_cookie(
        LAST_WORKSPACE,
        workspace.slug,
        max_age=LAST_WORKSPACE_S,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def is_method_allowed(method: str, methods: tuple[str, ...]) -> bool:
    return method in methods or (method == "HEAD" and "GET" in methods)
