"""Requests to the studio: one connection a thread, new tries while it is away."""

import errno
import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode, urlsplit

from studio.sdk.answer_heads import check_head

TIMEOUT_S = 20.0
PART_BYTES = 1 << 18
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
# The studio, or a proxy in front of it, is busy or away: the same request may work later.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 507})

# What is said of the own disk, on which an answer is written.
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_ANSWER = "no answer"
CLOSED = (ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)


class KeptTooLong(Exception):
    """The studio has closed a connection that was idle for a while. It is not away."""


class Refused(Exception):
    """The studio answered that a request is wrong; asking again does not help."""

    def __init__(self, status: int, facts: dict[str, Any]) -> None:
        super().__init__(facts.get("message") or f"HTTP {status}")
        self.status = status
        self.facts = facts


class Away(Exception):
    """The studio gave no answer, or one that it is busy, for as long as the caller would wait."""


@dataclass(frozen=True)
class FileBody:
    """The first `size_bytes` bytes of a file as the body of a request, read as they are sent."""

    path: Path
    size_bytes: int

    def __iter__(self) -> Iterator[bytes]:
        left = self.size_bytes
        with open(self.path, "rb") as file:
            while left > 0:
                part = file.read(min(PART_BYTES, left))
                if not part:
                    raise OSError(f"{self.path.name} has become shorter")
                left -= len(part)
                yield part


Trace = Callable[[str], None]


class StudioApi:
    """Requests to the REST API of a workspace, signed with a token ("" on an open studio).

    `trace` is called with a line about each request.
    """

    def __init__(
        self,
        url: str,
        workspace: str,
        token: str = "",
        *,
        timeout_s: float = TIMEOUT_S,
        trace: Trace | None = None,
    ) -> None:
        self.parts = urlsplit(url)
        self.base = f"{self.parts.path.rstrip('/')}/w/{quote(workspace)}/api/v1/"
        self.token = token
        self.timeout_s = timeout_s
        self.trace = trace
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

        `body` is JSON, or bytes as they are, or a FileBody. Raises Refused, and Away when nothing
        else came within `patience_s` seconds (0: one try).
        """
        address = self.base + path + (f"?{urlencode(query)}" if query else "")
        return self._keep_asking(method, address, body, patience_s, None)

    def download(self, path: str, target: IO[bytes], *, patience_s: float = 0.0) -> None:
        """Write an answer into a file in parts. Raises Refused, Away, and OSError where the disk of
        the file is full."""
        self._keep_asking("GET", self.base + path, None, patience_s, target)

    def _keep_asking(
        self, method: str, address: str, body: Any, patience_s: float, target: IO[bytes] | None
    ) -> Any:
        deadline = time.monotonic() + patience_s
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return self._send_once(method, address, body, target)
            except KeptTooLong:
                continue
            except Away:
                if time.monotonic() + pause_s > deadline:
                    raise
            time.sleep(pause_s * (0.75 + 0.5 * random.random()))
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _send_once(self, method: str, address: str, body: Any, target: IO[bytes] | None) -> Any:
        content, headers = as_content(body)
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        is_kept = getattr(self.local, "connection", None) is not None
        connection, began, outcome = self._connection(), time.monotonic(), NO_ANSWER
        try:
            connection.request(method, address, body=content, headers=headers)
            response = connection.getresponse()
            check_head(response)
            outcome = str(response.status)
            into = target if response.status < 300 else None
            data = response.read() if into is None else copy_parts(response, into)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            if isinstance(error, OSError) and error.errno in NO_SPACE:
                raise
            if is_kept and outcome == NO_ANSWER and isinstance(error, CLOSED):
                raise KeptTooLong from error
            outcome += f" ({error})"
            raise Away(str(error) or type(error).__name__) from error
        finally:
            if self.trace is not None:
                ms = 1000 * (time.monotonic() - began)
                self.trace(f"{method} {address.removeprefix(self.base)}: {outcome}, {ms:.0f} ms")
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


def as_content(body: Any) -> tuple[Any, dict[str, str]]:
    """Return a body as http.client takes it, with its headers."""
    if body is None:
        return None, {}
    if isinstance(body, FileBody):
        headers = {"Content-Length": str(body.size_bytes)}
        return iter(body), headers | {"Content-Type": "application/octet-stream"}
    if isinstance(body, (bytes, bytearray, memoryview)):
        return body, {"Content-Type": "application/octet-stream"}
    return json.dumps(body).encode(), {"Content-Type": "application/json"}


def copy_parts(response: http.client.HTTPResponse, target: IO[bytes]) -> bytes:
    """Write an answer into a file from its beginning, in parts. Returns no bytes: all are in the
    file."""
    target.seek(0)
    target.truncate()
    while part := response.read(PART_BYTES):
        target.write(part)
    # Python says so by itself only of an answer that is read as a whole.
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return b""


def in_path(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")
