"""Limits the requests of one user, so that a client in an endless loop does not slow the others."""

import threading
import time
from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

MAX_KEPT = 10_000


class UserThrottle(SimpleRateThrottle):
    """Counts the requests of a user (of an address, where there is none) in fixed windows.

    The counts live in this process: each worker process allows the rate of
    `DEFAULT_THROTTLE_RATES["user"]`.
    """

    scope = "user"
    lock = threading.Lock()
    windows: dict[str, tuple[float, int]] = {}  # noqa: RUF012  (shared by all, that is the point)

    def get_cache_key(self, request: Request, view: Any) -> str:
        name = getattr(request.auth, "name", "")
        return name or f"address:{self.get_ident(request)}"

    def allow_request(self, request: Request, view: Any) -> bool:
        if self.rate is None:
            return True
        key, now = self.get_cache_key(request, view), time.monotonic()
        with self.lock:
            if len(self.windows) > MAX_KEPT:
                self.windows.clear()
            begun, count = self.windows.get(key, (now, 0))
            if now - begun >= self.duration:
                begun, count = now, 0
            self.windows[key] = (begun, count + 1)
        self.left_s = begun + self.duration - now
        return count < self.num_requests

    def wait(self) -> float:
        return self.left_s
