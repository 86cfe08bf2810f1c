"""API tokens: 256 random bits, shown once, kept as a SHA-256."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from runs.workspaces.models import ApiToken

PREFIX = "studio_"
SHOWN_CHARS = 12
USE_NOTED_EVERY = timedelta(minutes=1)


def make_token(*, user: User, name: str, expires_at: datetime | None = None) -> str:
    """Make an API token and return it. It cannot be shown again."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        name=name,
        start=token[:SHOWN_CHARS],
        digest=digest_of(token),
        expires_at=expires_at,
    )
    return token


def revoke_token(*, token: ApiToken) -> None:
    """Make a token useless."""
    token.delete()


def digest_of(token: str) -> str:
    """Return what is kept of a token. No salt and no slow hash: it is 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def find_user(token: str) -> User | None:
    """Return the user whose valid token this is, and note once a minute that it was used."""
    found = ApiToken.objects.select_related("user").filter(digest=digest_of(token)).first()
    now = timezone.now()
    if found is None or not found.user.is_active:
        return None
    if found.expires_at is not None and found.expires_at <= now:
        return None
    if found.last_used_at is None or now - found.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(id=found.id).update(last_used_at=now)
    return found.user
