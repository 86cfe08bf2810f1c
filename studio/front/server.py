"""granian with the studio's way to take a request."""

import resource
import threading
import time
from collections.abc import Callable
from typing import Any

import granian.server.mp
from granian import Granian
from granian.http import HTTP1Settings

from studio.front.connections import notice_vanished_clients

APPLICATION = "studio.application:application"
# A client that is waited for holds one each. A thread that only waits costs about 50 KiB.
THREADS = 2000
BACKLOG = 4096
# What the server keeps for each connection, of what comes and of what goes.
BUFFER_BYTES = 64 * 1024
# Files of a process that are not connections of clients, with room to spare.
OWN_FILES = 500
LOOK_AGAIN_S = 0.05


def take_requests(application: Any, *_: object) -> Callable[..., None]:
    """Return what granian calls with every request, in each of its processes.

    granian's own wrapper of a WSGI application takes its place: that one reads the body inside the
    application, and holds everything until the client has read the answer.
    """
    # Their settings are those of the server's process.
    from studio.application import begin_process
    from studio.front.requests import Front

    begin_process()
    threading.Thread(target=set_up_sockets, name="sockets", daemon=True).start()
    return Front(application).take


# The server's processes are forked from this one, or import this module anew.
granian.server.mp._wsgi_call_wrap = take_requests


def make_server(host: str, port: int, workers: int) -> Granian:
    """Return a server that keeps its processes alive."""
    return Granian(
        APPLICATION,
        address=host,
        port=port,
        workers=workers,
        interface="wsgi",
        http="1",
        websockets=False,
        http1_settings=HTTP1Settings(max_buffer_size=BUFFER_BYTES),
        blocking_threads=THREADS,
        backlog=BACKLOG,
        backpressure=allow_connections(),
        workers_kill_timeout=8,
        respawn_failed_workers=True,
        log_level="error",
    )


def allow_connections() -> int:
    """Let a process open as many files as the system allows it; return how many of them may be
    connections."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if most == resource.RLIM_INFINITY else most
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return max(most - OWN_FILES, most // 2)


def set_up_sockets() -> None:
    """Wait until this process listens, and let it notice clients that vanish."""
    while not notice_vanished_clients():
        time.sleep(LOOK_AGAIN_S)
