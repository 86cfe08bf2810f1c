"""The one way to a studio: HTTP with time-outs, retries and the errors of `exceptions`.

Standard library only. A connection is kept open for each thread, and none is shared with a forked
child.
"""

import http.client
import json
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO
from urllib.parse import quote, urlencode, urlsplit

from studio.sdk.answer_heads import check_head
from studio.sdk.exceptions import BY_STATUS, Conflict, RequestRefused, StudioAway
from studio.sdk.settings import Settings, make_settings

TIMEOUT_S = 30.0
CONNECT_S = 5.0
PATIENCE_S = 15.0
# How long a start waits for a studio that refuses, or says nothing, before it goes on without.
START_PATIENCE_S, START_SILENCE_S = 2.0, 5.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
PART_BYTES = 1 << 20
# The studio, or a proxy in front of it, is busy or away: the same request may work later.
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 507})

BINARY = "application/octet-stream"
Body = dict[str, Any] | bytes | BinaryIO | None


class BrokeOff(StudioAway):
    """The studio went away while it answered."""


class Connection:
    """Requests to the REST API of a workspace.

    All requests are tried again for `patience_s` seconds when the studio does not answer. They may
    reach it twice, so what they make carries an id or a name (`make`), and the rest may be done
    twice without harm.
    """

    def __init__(self, settings: Settings, *, patience_s: float | None = None) -> None:
        self.settings = settings
        self.patience_s = PATIENCE_S if patience_s is None else patience_s
        self._parts = urlsplit(settings.url)
        self._base = f"{self._parts.path.rstrip('/')}/w/{quote(settings.workspace)}/api/v1/"
        self._local = threading.local()

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """Send a request; return its JSON answer, its bytes where it is none.

        The options are those of `open`. What is read is asked for again, too, where its answer
        breaks off. Raises StudioAway, or the error of its answer.
        """
        patience_s = options.pop("patience_s", None)
        deadline = time.monotonic() + (self.patience_s if patience_s is None else patience_s)
        while True:
            try:
                left_s = max(deadline - time.monotonic(), 0.0)
                with self.open(method, path, patience_s=left_s, **options) as answer:
                    return read_answer(answer)
            except BrokeOff:
                if method != "GET" or time.monotonic() + FIRST_PAUSE_S > deadline:
                    raise
            time.sleep(FIRST_PAUSE_S)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the connection: another process opens one of its own. The token goes along only to
        a process that this one starts."""
        settings = self.settings
        token = settings.token if is_spawning() else ""
        return connect, (settings.url, settings.workspace, token)

    def make(self, path: str, body: dict[str, Any], place: str, **options: Any) -> Any:
        """Make what has an id or a name of its own, and return it. Where it was made by a request
        whose answer was lost, it is read from `place`. Raises Conflict where it was there before.
        """
        try:
            return self.ask("POST", path, body=body, **options)
        except Conflict as refused:
            if not refused.is_resent:
                raise
        return self.ask("GET", place, **options)

    @contextmanager
    def open(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: Body = None,
        patience_s: float | None = None,
        timeout_s: float = TIMEOUT_S,
        kind: str = BINARY,
    ) -> Iterator[http.client.HTTPResponse]:
        """Send a request and give its answer to be read in parts; its status is below 300.

        `body` is JSON, an open file, or bytes, whose content type is `kind`. A studio that says
        nothing for `timeout_s` seconds does not answer.
        """
        address = self._base + path + (f"?{urlencode(query, doseq=True)}" if query else "")
        patience_s = self.patience_s if patience_s is None else patience_s
        deadline, pause_s = time.monotonic() + patience_s, FIRST_PAUSE_S
        is_resent = False
        self._local.timeout_s = timeout_s
        while True:
            try:
                answer = self._send(method, address, body, kind)
                break
            except StudioAway:
                if time.monotonic() + pause_s > deadline:
                    raise
            except RequestRefused as refused:
                refused.is_resent |= is_resent
                raise
            is_resent = True
            time.sleep(pause_s * (0.75 + 0.5 * random.random()))
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        try:
            yield answer
            # Python says so by itself only of an answer that is read as a whole.
            if answer.isclosed() and answer.length:
                raise http.client.IncompleteRead(b"", answer.length)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            raise BrokeOff(f"The answer of {self.settings.url} broke off: {error}.") from error
        finally:
            if not answer.isclosed():
                self._drop()

    def _send(self, method: str, address: str, body: Body, kind: str) -> http.client.HTTPResponse:
        """Send a request once; twice where a connection that was kept open had been closed."""
        was_open = getattr(self._local, "connection", None) is not None
        try:
            return self._send_once(method, address, body, kind)
        except StudioAway as away:
            if not (was_open and isinstance(away.__cause__, ConnectionError)):
                raise
        try:
            return self._send_once(method, address, body, kind)
        except RequestRefused as refused:
            refused.is_resent = True
            raise

    def _send_once(
        self, method: str, address: str, body: Body, kind: str
    ) -> http.client.HTTPResponse:
        content, headers = self._encode(body, kind)
        connection = self._connection()
        began = time.monotonic()
        try:
            connection.request(method, address, body=content, headers=headers)
            answer = connection.getresponse()
            check_head(answer)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            told = str(error) or type(error).__name__
            raise StudioAway(f"{self.settings.url} does not answer: {told}.") from error
        took_ms = (time.monotonic() - began) * 1000
        # Where nobody has loaded it, nobody listens: to load it takes milliseconds of each start.
        if logging := sys.modules.get("logging"):
            logger = logging.getLogger("studio.sdk")
            logger.debug("%s %s: %d in %.0f ms", method, address, answer.status, took_ms)
        if answer.status >= 300:
            self._refuse(answer)
        return answer

    def _encode(self, body: Body, kind: str) -> tuple[Any, dict[str, str]]:
        headers = {"Accept": "application/json"}
        if self.settings.token:
            headers["Authorization"] = f"Bearer {self.settings.token}"
        if body is None:
            return None, headers
        if isinstance(body, dict):
            return json.dumps(body).encode(), headers | {"Content-Type": "application/json"}
        headers["Content-Type"] = kind
        if not isinstance(body, bytes | bytearray | memoryview):
            body.seek(0)
            headers["Content-Length"] = str(os.fstat(body.fileno()).st_size)
        return body, headers

    def _refuse(self, answer: http.client.HTTPResponse) -> None:
        """Raise the error that an answer tells."""
        try:
            told = read_answer(answer)
        except (OSError, http.client.HTTPException):
            told = None
            self._drop()
        facts = told.get("error", {}) if isinstance(told, dict) else {}
        message = facts.get("message") or f"{self.settings.url} answered HTTP {answer.status}."
        if hint := facts.get("hint"):
            message = f"{message} {hint}"
        kind = StudioAway if answer.status in PASSING else BY_STATUS.get(answer.status)
        raise (kind or RequestRefused)(
            message, status=answer.status, code=facts.get("code", ""), facts=facts
        )

    def _connection(self) -> http.client.HTTPConnection:
        local = self._local
        if getattr(local, "pid", None) != os.getpid():
            local.connection, local.pid = None, os.getpid()
        timeout_s = getattr(local, "timeout_s", TIMEOUT_S)
        if local.connection is None:
            secure = self._parts.scheme == "https"
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            connection = kind(self._parts.hostname or "", self._parts.port, timeout=CONNECT_S)
            try:
                connection.connect()
            except OSError as error:
                told = error.strerror or str(error)
                raise StudioAway(f"{self.settings.url} does not answer: {told}.") from error
            local.connection = connection
        # Where an answer has closed the connection, the next request opens it with this time-out.
        local.connection.timeout = timeout_s
        if local.connection.sock is not None:
            local.connection.sock.settimeout(timeout_s)
        return local.connection

    def _drop(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None


def connect(url: str, workspace: str, token: str) -> Connection:
    """Return a connection; without a token, that of the environment or of the login opens it."""
    return Connection(make_settings(url, workspace, token))


def is_spawning() -> bool:
    """Tell whether multiprocessing is just starting a process, which gets what is pickled."""
    context = sys.modules.get("multiprocessing.context")
    return context is not None and context.get_spawning_popen() is not None


def read_answer(answer: http.client.HTTPResponse) -> Any:
    """Return what an answer holds: JSON read, anything else as bytes."""
    data = answer.read()
    is_json = answer.headers.get_content_type() == "application/json"
    return json.loads(data) if is_json and data else data


def in_path(text: str) -> str:
    """Return a text as one part of an address."""
    return quote(text, safe="")


def pages(
    connection: Connection, path: str, query: dict[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the items of a list, page after page."""
    query = dict(query or {})
    while True:
        page = connection.ask("GET", path, query=query)
        yield from page["items"]
        if page["next"] is None:
            return
        query["after"] = page["next"]
