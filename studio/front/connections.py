"""The connections of this process, as the kernel knows them.

Linux only says when a connection last carried data; elsewhere none is found.
"""

import os
import socket
import stat
import struct
import sys
import time
from contextlib import suppress

# Asked after so long a silence, so often at such a distance; then a client has vanished.
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
# `struct tcp_info` of linux/tcp.h: eight bytes, nine numbers, then the milliseconds since data was
# last sent, since an acknowledgement was (never filled in), and since data last came.
LAST_DATA = struct.Struct("=44xIII")
# The kernel counts in ticks of up to 10 ms.
CLOCK_S = 0.02
# A piece of a body may have begun to come, and have stopped then.
PART = 0.5


class Silent:
    """A connection that has brought nothing for a while, and to which nothing was sent since."""

    def __init__(self, connection: socket.socket, sent_at: float) -> None:
        self.connection = connection
        self.sent_at = sent_at

    def has_sent(self) -> bool:
        """Tell whether something was sent on it since it was found."""
        return last_data(self.connection)[0] > self.sent_at + CLOCK_S

    def shut(self) -> None:
        """End what it reads: the server takes that for a client that has gone."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RD)
        self.release()

    def release(self) -> None:
        """Forget it; the server's own descriptor stays open."""
        self.connection.close()


def silent_connections(longest_s: float) -> list[Silent]:
    """Return the connections that have brought nothing for `longest_s`, and got nothing since."""
    if not hasattr(socket, "TCP_INFO") or sys.platform != "linux":
        return []
    before = time.monotonic() - longest_s * PART
    found = []
    for connection in sockets():
        sent_at, came_at = last_data(connection)
        if came_at < before and sent_at < came_at + CLOCK_S:
            found.append(Silent(connection, sent_at))
        else:
            connection.close()
    return found


def last_data(connection: socket.socket) -> tuple[float, float]:
    """Return when the connection last sent and last received data, on the monotonic clock."""
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA.size)
        sent_ms, _, came_ms = LAST_DATA.unpack(info)
    except (OSError, struct.error):
        return 0.0, float("inf")
    now = time.monotonic()
    return now - sent_ms / 1000, now - came_ms / 1000


def sockets() -> list[socket.socket]:
    """Return the TCP sockets of this process, through descriptors of our own."""
    found = []
    for name in os.listdir("/dev/fd"):
        with suppress(OSError):  # closed in the meantime
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            one = socket.socket(fileno=os.dup(int(name)))
            if one.type == socket.SOCK_STREAM and one.family in (socket.AF_INET, socket.AF_INET6):
                found.append(one)
            else:
                one.close()
    return found


def notice_vanished_clients() -> bool:
    """Let the kernel ask silent clients whether they are there: set it on the sockets that listen,
    from which every connection takes it. Tell whether there is one."""
    found = False
    for one in sockets():
        with one:
            if listens(one):
                set_options(one)
                found = True
    return found


def listens(one: socket.socket) -> bool:
    return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def set_options(listener: socket.socket) -> None:
    """Set what this system has of the options."""
    for name, level, value in OPTIONS:
        if hasattr(socket, name):
            with suppress(OSError):
                listener.setsockopt(level, getattr(socket, name), value)
