"""Tokens of nodes and attempts: JSON Web Tokens (RFC 7519) that the studio signs, and what they
open.

A node token is for the nodes of one cluster. A run token is for one attempt: with it one reads the
workspace as a reader does, and writes the run, the runs below it, and their files.
"""

import time
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any

import jwt
from django.conf import settings
from django.utils.crypto import salted_hmac

ALGORITHM = "HS256"
RUN_TOKEN_S = 30 * 86_400


@dataclass(frozen=True)
class NodeScope:
    """The nodes of a cluster. `key` is the cluster's own: another one makes old tokens void."""

    workspace: int
    cluster: int
    key: str


@dataclass(frozen=True)
class RunScope:
    """An attempt: the key of its run, and its fence."""

    workspace: int
    run: int
    fence: int


Scope = NodeScope | RunScope
KINDS: dict[str, type[Scope]] = {"node": NodeScope, "run": RunScope}
NAMES = {kind: name for name, kind in KINDS.items()}

# What the request of this thread may write; None: whatever the role of its sender allows.
_limit: ContextVar[RunScope | None] = ContextVar("limit", default=None)

_writing: ContextVar[bool] = ContextVar("writing", default=False)


def make_token(scope: Scope) -> str:
    """Return a signed token; one of an attempt expires after 30 days."""
    claims: dict[str, Any] = {"kind": NAMES[type(scope)], **asdict(scope)}
    if isinstance(scope, RunScope):
        claims["exp"] = int(time.time()) + RUN_TOKEN_S
    return jwt.encode(claims, _key(), algorithm=ALGORITHM)


def read_token(text: str) -> Scope | None:
    """Return what a token opens, None where it is not ours or has expired."""
    try:
        claims = jwt.decode(text, _key(), algorithms=[ALGORITHM])
    except jwt.InvalidTokenError:
        return None
    claims.pop("exp", None)
    return KINDS[claims.pop("kind")](**claims)


def limit_writes(scope: RunScope | None) -> None:
    """Let the request of this thread write one run and what is below it; None: no such limit."""
    _limit.set(scope)


def writing_limit() -> RunScope | None:
    """Return to what the writes of this request are limited."""
    return _limit.get()


def mark_writing(is_writing: bool) -> None:
    """Say whether the request of this thread is one in which a client writes a run."""
    _writing.set(is_writing)


def is_writing() -> bool:
    """Tell whether the request of this thread is one in which a client writes a run."""
    return _writing.get()


def _key() -> bytes:
    secret = settings.SECRET_KEY
    return salted_hmac("runs.workspaces.scopes", "", secret=secret, algorithm="sha256").digest()
