"""API tokens: 256 random bits, shown once, kept as a SHA-256."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from runs.database.side_writes import beside_a_read
from runs.workspaces.errors import InvalidName
from runs.workspaces.memory import ShortMemory, forget_all
from runs.workspaces.models import ApiToken
from runs.workspaces.storable import is_storable

PREFIX = "studio_"
SHOWN_CHARS = 12
MAX_NAME_CHARS = 128
USE_NOTED_EVERY = timedelta(minutes=1)

_recent: ShortMemory[str, ApiToken] = ShortMemory()
# Of which tokens the use was stored within the last minute, or could not be.
_tried: ShortMemory[int, bool] = ShortMemory(USE_NOTED_EVERY.total_seconds())


def make_token(*, user: User, name: str, expires_at: datetime | None = None) -> str:
    """Make an API token and return it. It cannot be shown again. Raises InvalidValue."""
    if not name.strip() or not is_storable(name) or len(name) > MAX_NAME_CHARS:
        raise InvalidName(f"A token needs a name of at most {MAX_NAME_CHARS} characters.")
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        user=user,
        name=name,
        start=token[:SHOWN_CHARS],
        digest=token_digest(token),
        expires_at=expires_at,
    )
    return token


def revoke_token(*, token: ApiToken) -> None:
    """Make a token useless: here at once, in other server processes within two seconds."""
    token.delete()
    forget_all()


def token_digest(token: str) -> str:
    """Return what is kept of a token. No salt and no slow hash: it is 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def find_user(token: str) -> User | None:
    """Return the active user whose valid token this is, and note once a minute that it is used."""
    digest = token_digest(token)
    found = _recent.get(digest)
    if found is None:
        found = ApiToken.objects.select_related("user").filter(digest=digest).first()
        if found is None:
            return None
        _recent.put(digest, found)
    now = timezone.now()
    if not found.user.is_active or (found.expires_at is not None and found.expires_at <= now):
        return None
    if found.last_used_at is None or now - found.last_used_at >= USE_NOTED_EVERY:
        found.last_used_at = now
        _note_use(found)
    return found.user


def _note_use(token: ApiToken) -> None:
    """Store when a token was used last, unless the database is locked: a read must not wait for
    that, nor fail with it. Then it is tried again a minute later."""
    if _tried.get(token.pk):
        return
    _tried.put(token.pk, True)
    with beside_a_read():
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=token.last_used_at)
