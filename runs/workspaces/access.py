"""Who sends a request, and may they do what it asks? No other module below the doors reads one.

A request is sent by, in this order: the owner of the token, or the user of the password, in the
`Authorization` header; the user signed in with a session (pages, and reads of the REST API: no
other request of an API has a session); the one local user of an open studio.
"""

import base64
import binascii
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

from runs.workspaces import passwords, tokens
from runs.workspaces.errors import NotAllowed, NotSignedIn, UnknownWorkspace
from runs.workspaces.memory import ShortMemory
from runs.workspaces.models import Member, Workspace
from runs.workspaces.permissions import (
    NEEDED_ROLE,
    NODE_ACTIONS,
    RUN_CLAIMS,
    RUN_READS,
    RUN_WORDS,
    RUN_WRITES,
    Action,
    Role,
    is_allowed,
)
from runs.workspaces.scopes import NodeScope, Scope, limit_writes, mark_writing, read_token

DEFAULT_MAX_BODY_BYTES = settings.STUDIO_MAX_BODY_BYTES
LOCAL_OWNER = "local"

# Headers of a proxy: whoever asks through one is somewhere else.
PASSED_ON = frozenset({"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"})

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """What a view admits. Every view has one as `view.access`; a view without it is refused.

    `max_body_bytes` None means no cap: an upload that is streamed. As a decorator it
    only sets `view.access`: `@Access(Action.RUN_READ, ("GET",))`.
    """

    action: Action
    methods: tuple[str, ...]
    max_body_bytes: int | None = DEFAULT_MAX_BODY_BYTES

    def __call__(self, view: View) -> View:
        view.access = self
        return view


def access_of(view: Callable[..., Any], method: str = "") -> Access | None:
    """Return what a view admits, None when it does not say.

    A view that hands each method to another view keeps those in `view.by_method`.
    """
    chosen = getattr(view, "by_method", {}).get("GET" if method == "HEAD" else method, view)
    owner = getattr(chosen, "view_class", None) or getattr(chosen, "cls", None) or chosen
    access = getattr(chosen, "access", None) or getattr(owner, "access", None)
    return access if isinstance(access, Access) else None


@dataclass(frozen=True)
class Principal:
    """The one who asks. `user` is None for the local owner of an open studio, and for a node or an
    attempt, whose `scope` says what its token opens."""

    name: str
    user: User | None = None
    is_local_owner: bool = False
    scope: Scope | None = None

    @property
    def is_owner_everywhere(self) -> bool:
        return self.is_local_owner or (self.user is not None and self.user.is_superuser)


ANYBODY = Principal(name="")

_workspaces: ShortMemory[str, Workspace] = ShortMemory()
_roles: ShortMemory[tuple[int, int], Role | None] = ShortMemory()


class Admission(NamedTuple):
    """A request that may go on. `role` is None for a stranger at a public address, and for a
    token with a scope."""

    principal: Principal
    workspace: Workspace
    role: Role | None


def authorize(request: HttpRequest, *, workspace_slug: str, action: Action) -> Admission:
    """Return the principal of a request, the workspace and the role there.

    Raises NotSignedIn, UnknownWorkspace (to a stranger too) and NotAllowed.
    """
    return admit(find_principal(request), workspace_slug=workspace_slug, action=action)


def admit(principal: Principal | None, *, workspace_slug: str, action: Action) -> Admission:
    """Do as `authorize` for a principal who is known already, or None for nobody."""
    limit_writes(None)
    mark_writing(action in RUN_WORDS)
    if principal is None:
        if action is not Action.PUBLIC:
            raise NotSignedIn("Sign in, or send an API token.")
        principal = ANYBODY
    workspace = find_workspace(workspace_slug)
    if principal.scope is not None:
        workspace = check_scope(principal.scope, workspace, workspace_slug, action)
        return Admission(principal, workspace, None)
    role = find_role(principal, workspace) if workspace else None
    if workspace is None or (role is None and action is not Action.PUBLIC):
        raise UnknownWorkspace(f"There is no workspace '{workspace_slug}' for you.")
    if not is_allowed(role, action):
        raise NotAllowed(refusal_of(role, workspace_slug, action))
    return Admission(principal, workspace, role)


def refusal_of(role: Role | None, workspace_slug: str, action: Action) -> str:
    """Return which role an action needs, for somebody with another one."""
    needed = NEEDED_ROLE.get(action)
    if role is None or needed is None:
        return f"Your role in '{workspace_slug}' does not allow {action}."
    where = f"in '{workspace_slug}' ({action})"
    return f"This needs the role {needed.label} {where}; yours is {role.label}."


def check_scope(scope: Scope, workspace: Workspace | None, slug: str, action: Action) -> Workspace:
    """Return the workspace that a node or an attempt asks for; limit what an attempt may write.

    Raises UnknownWorkspace, NotAllowed.
    """
    if workspace is None or workspace.pk != scope.workspace:
        raise UnknownWorkspace(f"There is no workspace '{slug}' for you.")
    if isinstance(scope, NodeScope):
        is_open = action in NODE_ACTIONS
    else:
        is_open = action in RUN_READS | RUN_CLAIMS | RUN_WRITES
        limit_writes(scope if action in RUN_WRITES else None)
    if not is_open and action is not Action.PUBLIC:
        raise NotAllowed(f"This token does not allow {action}.")
    return workspace


def find_workspace(slug: str) -> Workspace | None:
    """Return a workspace by its slug. Its counter may be stale: nothing reads it here."""
    workspace = _workspaces.get(slug)
    if workspace is None:
        workspace = Workspace.objects.filter(slug=slug).first()
        if workspace is not None:
            _workspaces.put(slug, workspace)
    return workspace


def find_role(principal: Principal, workspace: Workspace) -> Role | None:
    """Return the role of `principal` in `workspace`, None for a stranger."""
    if principal.is_owner_everywhere:
        return Role.OWNER
    if principal.user is None:
        return None
    place = (workspace.id, principal.user.pk)
    role = _roles.get(place)
    if role is None:
        members = Member.objects.filter(workspace=workspace, user=principal.user)
        role = next((Role(value) for value in members.values_list("role", flat=True)), None)
        _roles.put(place, role)
    return role


def find_principal(request: HttpRequest) -> Principal | None:
    """Return who sends the request; None for nobody known.

    Raises NotSignedIn when the credentials are wrong, also where a session or the local owner
    would be let in.
    """
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if header:
        scope = _scope_of_header(header)
        if scope is not None:
            return Principal(name="node" if isinstance(scope, NodeScope) else "run", scope=scope)
        user = _user_of_header(request, header)
        if user is None:
            raise NotSignedIn("The token or password is wrong, expired or revoked.")
        return Principal(name=user.get_username(), user=user)
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return Principal(name=user.get_username(), user=user)
    if is_local_owner(request):
        return Principal(name=LOCAL_OWNER, is_local_owner=True)
    return None


def _scope_of_header(header: str) -> Scope | None:
    """Return what the token of a node or an attempt opens; these alone have two dots."""
    scheme, _, token = header.partition(" ")
    is_signed = scheme.lower() == "bearer" and token.count(".") == 2
    return read_token(token.strip()) if is_signed else None


def _user_of_header(request: HttpRequest, header: str) -> User | None:
    scheme, _, credentials = header.partition(" ")
    credentials = credentials.strip()
    if scheme.lower() == "bearer":
        return tokens.find_user(credentials)
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    name, _, password = decoded.partition(":")
    if "\0" in name:
        return None
    if password.startswith(tokens.PREFIX):
        return tokens.find_user(password)
    return passwords.find_user(request, name, password)


def is_local_owner(request: HttpRequest) -> bool:
    """Tell whether the studio is open and the request comes from this machine itself.

    A request that a proxy has passed on comes from elsewhere, whatever its address says.
    """
    if not settings.STUDIO_OPEN or not PASSED_ON.isdisjoint(request.META):
        return False
    return is_loopback(request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=1024)
def is_loopback(text: str) -> bool:
    """Tell whether an IP address means this machine."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback
