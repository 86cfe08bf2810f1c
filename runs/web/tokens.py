"""Everybody's page for their own API tokens."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from runs.tracking.errors import InvalidValue
from runs.web import page_events
from runs.web.gate import page
from runs.workspaces.errors import NotAllowed
from runs.workspaces.permissions import Action
from runs.workspaces.queries import get_token, list_tokens
from runs.workspaces.services import make_token, revoke_token

# How long a token may be valid, in days.
DAYS = {"30": 30, "90": 90, "365": 365, "": None}


@page(Action.TOKEN_MAKE)
def tokens(request: HttpRequest) -> HttpResponse:
    """What scripts of this person sign in with. An open studio asks for none."""
    return render(request, "tokens.html", {"crumbs": [{"label": "Your tokens"}], **read(request)})


@page(Action.TOKEN_MAKE, ("POST",))
def make(request: HttpRequest) -> HttpResponse:
    """Make a token called `name`, valid for so many `days`, and show it this once."""
    user = signed_in(request)
    days = request.POST.get("days", "")
    if days not in DAYS:
        raise InvalidValue("Choose how long the token is valid.")
    valid_for = DAYS[days]
    ends = None if valid_for is None else timezone.now() + timedelta(days=valid_for)
    made = make_token(user=user, name=request.POST.get("name", "").strip(), expires_at=ends)
    answer = render(request, "_tokens.html", read(request) | {"made": made})
    answer["Cache-Control"] = "no-store"
    return answer


@page(Action.TOKEN_MAKE, ("POST",))
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Make one of this person's tokens useless."""
    revoke_token(token=get_token(signed_in(request), number))
    answer = render(request, "_tokens.html", read(request))
    return page_events.add_events(answer, "The token is revoked.")


def signed_in(request: HttpRequest) -> User:
    """Return who is signed in with a browser: a token makes no tokens. Raises NotAllowed."""
    user = request.principal.user
    if user is None or "HTTP_AUTHORIZATION" in request.META:
        raise NotAllowed("Sign in with a browser to make tokens.")
    return user


def read(request: HttpRequest) -> dict[str, Any]:
    user = request.principal.user
    return {
        "tokens": [] if user is None else list_tokens(user),
        "origin": request.build_absolute_uri(f"/w/{request.workspace.slug}"),
        "now": timezone.now(),
    }
