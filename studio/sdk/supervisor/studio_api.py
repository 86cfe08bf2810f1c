"""Talking to the studio: one connection a thread, patience while it is away."""

import http.client
import json
import random
import threading
import time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

TIMEOUT_S = 20.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
# The studio, or a proxy in front of it, is busy or away: the same request may work later.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 507})


class Refused(Exception):
    """The studio answered that a request is wrong; asking again does not help."""

    def __init__(self, status: int, facts: dict[str, Any]) -> None:
        super().__init__(facts.get("message") or f"HTTP {status}")
        self.status = status
        self.facts = facts


class Away(Exception):
    """The studio gave no answer, or one that it is busy, for as long as the caller would wait."""


class StudioApi:
    """Requests to the REST API of a workspace, signed with a token ("" on an open studio)."""

    def __init__(
        self, url: str, workspace: str, token: str = "", *, timeout_s: float = TIMEOUT_S
    ) -> None:
        self.parts = urlsplit(url)
        self.base = f"{self.parts.path.rstrip('/')}/w/{quote(workspace)}/api/v1/"
        self.token = token
        self.timeout_s = timeout_s
        self.local = threading.local()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: Any = None,
        patience_s: float = 0.0,
    ) -> Any:
        """Send a request and return its JSON answer, or its bytes where it is none.

        `body` is JSON, or bytes as they are. Raises Refused, and Away when nothing else came within
        `patience_s` seconds (0: one try).
        """
        address = self.base + path + (f"?{urlencode(query)}" if query else "")
        deadline = time.monotonic() + patience_s
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return self._send_once(method, address, body)
            except Away:
                if time.monotonic() + pause_s > deadline:
                    raise
            time.sleep(pause_s * (0.75 + 0.5 * random.random()))
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _send_once(self, method: str, address: str, body: Any) -> Any:
        is_bytes = isinstance(body, (bytes, bytearray, memoryview))
        content = body if is_bytes or body is None else json.dumps(body).encode()
        kind = "application/octet-stream" if is_bytes else "application/json"
        headers = {"Content-Type": kind} if body is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = self._connection()
        try:
            connection.request(method, address, body=content, headers=headers)
            response = connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            raise Away(str(error) or type(error).__name__) from error
        return self._read(response, data)

    def _read(self, response: http.client.HTTPResponse, data: bytes) -> Any:
        is_json = response.headers.get_content_type() == "application/json"
        answer = json.loads(data) if is_json and data else data
        if response.status < 300:
            return answer
        if response.status in PASSING:
            raise Away(f"HTTP {response.status}")
        raise Refused(response.status, answer.get("error", {}) if isinstance(answer, dict) else {})

    def _connection(self) -> http.client.HTTPConnection:
        connection = getattr(self.local, "connection", None)
        if connection is None:
            secure = self.parts.scheme == "https"
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            connection = kind(self.parts.hostname or "", self.parts.port, timeout=self.timeout_s)
            self.local.connection = connection
        return connection

    def _drop(self) -> None:
        connection = getattr(self.local, "connection", None)
        if connection is not None:
            connection.close()
            self.local.connection = None


def in_path(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")
