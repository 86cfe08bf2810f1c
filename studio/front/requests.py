"""What happens to a request between the server and the studio's WSGI application.

A body is complete before the application is called, and an answer is sent outside of it: a client
that sends or reads slowly holds a thread, of which there are many, and no place in the application,
of which there are few (`studio.front.gate`).
"""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from runs.database.waiting import note_request
from runs.doors import door_of
from runs.http.errors import STATUS, as_studio_error
from runs.metrics.later import AnsweredLater
from runs.mlflow_api.fast_path import ANSWER
from studio.front.bodies import (
    IN_MEMORY_BYTES,
    BodyWanted,
    NotYetReceived,
    SpoolFull,
    make_spool,
)
from studio.front.gate import Gate, Parts, Place, may_write
from studio.front.stalls import Stalled, Stalls

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

BASE: Environ = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
STALLED = "Nothing of the request body came for {:g} seconds. Nothing was kept; send it again."
BUSY = "Too many uploads are on their way. Nothing was kept; try again in a minute."
FULL = "The disk is full. Nothing was kept; free some space."
RETRY_LATER = ("Retry-After", "60")
# A request with so short a body may wait for its commit without a thread.
LATER_BYTES = 8 * 1024
# A stream that tells so short a length is sent in one piece.
SHORT_BYTES = 256 * 1024


class Start:
    """The `start_response` of WSGI: keeps what it is called with."""

    __slots__ = ("headers", "status")

    def __call__(self, status: str, headers: Headers, _: object = None) -> None:
        self.status = int(status[:3])
        self.headers = headers


class Front:
    """Takes the requests of granian's threads to a WSGI application."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.is_open = settings.STUDIO_OPEN
        self.gate = Gate()
        stalls = Stalls(settings.STUDIO_PAUSE_S, refuse_stalled)
        self.spool = make_spool(settings.SPOOL_DIR, settings.STUDIO_SPOOL_BYTES, stalls)

    def take(self, protocol: Any, scope: Environ) -> None:
        """Answer a request. granian calls this with what an answer is given to, and the part of
        the environ that the request makes."""
        note_request()
        environ = BASE | scope
        length = environ.get("CONTENT_LENGTH")
        if length is None and "HTTP_TRANSFER_ENCODING" not in environ:
            self.answer(protocol, environ)
        elif is_small(length) and (self.is_open or not is_stranger(environ)):
            self.answer_small(protocol, environ, int(length))
        else:
            self.answer_large(protocol, environ)

    def answer_small(self, protocol: Any, environ: Environ, length: int) -> None:
        """Receive the body, then answer."""
        try:
            environ["wsgi.input"] = self.spool.receive_small(environ, protocol, length)
        except Stalled:
            return
        self.answer(protocol, environ, may_be_later=length <= LATER_BYTES)

    def answer_large(self, protocol: Any, environ: Environ) -> None:
        """Ask the application first whether it wants the body at all."""
        try:
            self.answer(protocol, {**environ, "wsgi.input": NotYetReceived()})
            return
        except BodyWanted:
            pass
        try:
            received = self.spool.receive(environ, protocol)
        except Stalled:
            return
        except SpoolFull:
            refuse(protocol, environ, 503, BUSY, RETRY_LATER)
        except OSError as error:
            told = as_studio_error(error)
            if told is None:
                refuse(protocol, environ, 507, FULL)
            else:
                refuse(protocol, environ, STATUS[told.kind], told.message)
        else:
            try:
                self.answer(protocol, environ | {"wsgi.input": received.file})
            finally:
                received.close()

    def answer(self, protocol: Any, environ: Environ, may_be_later: bool = False) -> None:
        """Call the application and send what it answers. Raises BodyWanted."""
        start = Start()
        gate = self.gate
        place = gate.enter(may_write(environ))
        if may_be_later:
            environ[ANSWER] = partial(self.answer_later, protocol, place)
        try:
            result = self.application(environ, start)
            body = whole_body(result, start)
        except AnsweredLater:
            gate.give_connection()
            return
        except BaseException:
            gate.leave(place)
            raise
        gate.leave(place)
        if body is None:
            protocol.response_iter(start.status, start.headers, Parts(result, gate))
        else:
            protocol.response_bytes(start.status, start.headers, body)

    def answer_later(
        self, protocol: Any, place: Place, status: str, headers: Headers, body: bytes
    ) -> None:
        """Answer a request that its own thread has left, and give its place to the next one."""
        try:
            protocol.response_bytes(int(status[:3]), headers, body)
        finally:
            self.gate.give(place)


def whole_body(result: Any, start: Start) -> bytes | None:
    """Return the body of an answer that is in memory or may be; None for a stream."""
    if type(result) is list:
        return b"".join(result)
    if getattr(result, "streaming", False) and not is_short(start.headers):
        return None
    try:
        return b"".join(result)
    finally:
        result.close()


def is_short(headers: Headers) -> bool:
    """Tell whether an answer tells a length that is small."""
    length = next((value for name, value in headers if name == "Content-Length"), "")
    return length.isdigit() and int(length) <= SHORT_BYTES


def is_small(length: str | None) -> bool:
    """Tell whether a body has a length that is told, and fits into memory."""
    if length is None or len(length) > 9 or not length.isascii() or not length.isdigit():
        return False
    return int(length) <= IN_MEMORY_BYTES


def is_stranger(environ: Environ) -> bool:
    """Tell whether nobody stands behind a request: the application refuses most of these without
    their body."""
    return "HTTP_AUTHORIZATION" not in environ and "HTTP_COOKIE" not in environ


def refuse_stalled(protocol: Any, environ: Environ) -> None:
    """Answer a request whose body has stopped coming."""
    refuse(protocol, environ, 408, STALLED.format(settings.STUDIO_PAUSE_S))


def refuse(protocol: Any, environ: Environ, status: int, why: str, *more: tuple[str, str]) -> None:
    """Answer in the form of the door that was asked, and close the connection."""
    request = WSGIRequest(environ | {"wsgi.input": BytesIO(), "CONTENT_LENGTH": "0"})
    response = door_of(request.path_info).refuse(request, status, why)
    headers = [*response.items(), *more, ("Connection", "close")]
    protocol.response_bytes(status, headers, response.content)
