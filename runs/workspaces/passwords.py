"""Passwords: checked slowly once, recognised quickly afterwards, guessed at only a few times."""

import hmac
import secrets
import time
from collections import deque
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from runs.workspaces.memory import ShortMemory

MAX_FAILURES = 10
FAILURES_COUNT_S = 60.0
RECOGNISED_S = 300.0

# Of a password only an HMAC is kept, under a key that lives and dies with the process.
_key = secrets.token_bytes(32)
_recognised: ShortMemory[bytes, tuple[int, str]] = ShortMemory(RECOGNISED_S)
_recent: ShortMemory[bytes, User] = ShortMemory()
_failures: ShortMemory[tuple[str, str], deque[float]] = ShortMemory(FAILURES_COUNT_S)


class PatientBackend(ModelBackend):
    """Django's passwords, but after ten wrong ones in a minute from one address for one name it
    stops checking, so that nobody guesses fast or keeps the server busy hashing."""

    def authenticate(
        self, request: HttpRequest | None, username: Any = None, password: Any = None, **more: Any
    ) -> AbstractBaseUser | None:
        address = request.META.get("REMOTE_ADDR", "") if request else ""
        failures = _failures.get((str(username), address)) or deque(maxlen=MAX_FAILURES)
        if len(failures) == MAX_FAILURES and failures[0] > time.monotonic() - FAILURES_COUNT_S:
            raise PermissionDenied
        user = super().authenticate(request, username=username, password=password, **more)
        if user is None:
            failures.append(time.monotonic())
            _failures.put((str(username), address), failures)
        return user


def find_user(request: HttpRequest, name: str, password: str) -> User | None:
    """Return the active user with this name and password, None if there is none.

    A password that was right in the last five minutes is recognised without the slow hash, unless
    it has been changed since.
    """
    mark = hmac.digest(_key, f"{name}\0{password}".encode(), "sha256")
    if user := _recent.get(mark):
        return user
    if known := _recognised.get(mark):
        user_id, encoded = known
        for user in User.objects.filter(id=user_id, password=encoded, is_active=True):
            _recent.put(mark, user)
            return user
    user = authenticate(request, username=name, password=password)
    if isinstance(user, User):
        _recognised.put(mark, (user.pk, user.password))
        return user
    return None
