"""Clients that vanish without a word: the kernel asks whether they are still there."""

import os
import socket
from contextlib import suppress

# Asked after so long a silence, so often at such a distance; then the connection is closed.
IDLE_S, EVERY_S, TIMES = 30, 10, 3
# A client may take nothing of its answer for so long.
UNREAD_MS = 300_000

OPTIONS = (
    ("SO_KEEPALIVE", socket.SOL_SOCKET, 1),
    ("TCP_KEEPIDLE", socket.IPPROTO_TCP, IDLE_S),
    ("TCP_KEEPINTVL", socket.IPPROTO_TCP, EVERY_S),
    ("TCP_KEEPCNT", socket.IPPROTO_TCP, TIMES),
    ("TCP_USER_TIMEOUT", socket.IPPROTO_TCP, UNREAD_MS),
)


def notice_vanished_clients() -> bool:
    """Set the options on the sockets of this process that listen, from which each connection
    takes them; tell whether there is one."""
    return any([set_options(number) for number in descriptors()])


def descriptors() -> list[int]:
    return [int(name) for name in os.listdir("/dev/fd") if name.isdigit()]


def set_options(number: int) -> bool:
    """Set what this system has of the options, if the descriptor is a socket that listens."""
    with suppress(OSError), socket.socket(fileno=os.dup(number)) as listener:
        if listener.type != socket.SOCK_STREAM or not accepts(listener):
            return False
        for name, level, value in OPTIONS:
            if hasattr(socket, name):
                with suppress(OSError):
                    listener.setsockopt(level, getattr(socket, name), value)
        return True
    return False


def accepts(listener: socket.socket) -> bool:
    return bool(listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
