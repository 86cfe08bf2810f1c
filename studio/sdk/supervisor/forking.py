"""A process that only forks supervisors: small, with one thread and all modules loaded.

It lives apart from the node: when the node is killed it goes on until its supervisors have ended.
"""

import errno
import gc
import json
import os
import select
import signal
import socket
from pathlib import Path

from studio.sdk.supervisor.guard import Guard, Placement
from studio.sdk.supervisor.waking import Waker

LOOK_S = 5.0
LONGEST_REQUEST = 1 << 16


class Forker:
    """The node's end: asks the process for supervisors. It is started at first use, and again when
    it has been killed; `waker` wakes the node when a supervisor has ended."""

    def __init__(self, waker: Waker) -> None:
        self.waker = waker
        self.connection: socket.socket | None = None
        self.pid = 0

    def place(self, placement: Placement) -> None:
        """Start the supervisor of an attempt. Raises OSError where this machine cannot."""
        try:
            self._ask(placement)
        except (ConnectionError, BrokenPipeError):
            self.close()
            self._ask(placement)

    def _ask(self, placement: Placement) -> None:
        if self.connection is None:
            self.start()
        words = [str(placement.folder), str(placement.cache), placement.token]
        assert self.connection is not None
        self.connection.send(json.dumps(words).encode())
        answer = self.connection.recv(LONGEST_REQUEST)
        if not answer:
            raise ConnectionResetError("the process that forks supervisors has ended")
        if number := json.loads(answer):
            raise OSError(number, os.strerror(number), words[0])

    def start(self) -> None:
        """Start the process."""
        own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        gc.freeze()
        try:
            self.pid = os.fork()
        except OSError:
            own.close()
            other.close()
            raise
        if self.pid == 0:
            own.close()
            serve(other, self.waker)
            os._exit(0)
        other.close()
        self.connection = own

    def close(self) -> None:
        """Ask for nothing more: the process ends with its last supervisor."""
        if self.connection is not None:
            self.connection.close()
            os.waitpid(self.pid, os.WNOHANG)
            self.connection = None


def serve(requests: socket.socket, node: Waker) -> None:
    """Start a supervisor for each request; end when nobody asks any more and none is left."""
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    waker, guard, is_open = Waker(), Guard(), True
    waker.on_signal(signal.SIGCHLD)
    while is_open or guard.placed:
        watched = [waker.reader, requests] if is_open else [waker.reader]
        ready, _, _ = select.select(watched, [], [], LOOK_S)
        waker.clear()
        if requests in ready:
            is_open = answer(requests, guard)
        if guard.look_after():
            node.wake()


def answer(requests: socket.socket, guard: Guard) -> bool:
    """Start what is asked for, and answer 0 or the number of the error; return whether there may
    be more."""
    request = requests.recv(LONGEST_REQUEST)
    if not request:
        return False
    folder, cache, token = json.loads(request)
    number = 0
    try:
        guard.start(Placement(Path(folder), Path(cache), token))
    except OSError as error:
        number = error.errno or errno.EIO
    try:
        requests.send(json.dumps(number).encode())
    except OSError:
        return False
    return True
