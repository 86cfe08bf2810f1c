"""Clients that send and read slowly, held open at a server while a test or the bench looks."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TICK_S = 0.1
SMALL_WINDOW = 4096
CONNECT_S = 30.0
KEPT_BYTES = 4096


@dataclass
class SlowClient:
    """One connection: sends `opening`, then `rate` bytes a second of `body`, and reads `reads`
    bytes a second of the answer (None: nothing at all)."""

    opening: bytes
    body: int = 0
    rate: float = 0.0
    reads: float | None = None
    connection: socket.socket = field(init=False, repr=False)
    answer: bytearray = field(default_factory=bytearray, repr=False)
    sent: int = 0
    is_closed: bool = False

    def connect(self, address: tuple[str, int]) -> None:
        self.connection = socket.socket()
        if self.reads is not None and not self.reads:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
        self.connection.settimeout(CONNECT_S)
        self.connection.connect(address)
        self.connection.sendall(self.opening)
        self.connection.setblocking(False)

    def tick(self) -> None:
        """Send and read what a tick allows."""
        left = min(int(self.rate * TICK_S), self.body - self.sent)
        try:
            if left > 0:
                self.sent += self.connection.send(bytes(left))
        except BlockingIOError:
            pass
        except OSError:
            self.is_closed = True
        if self.reads:
            self.read(int(self.reads * TICK_S))

    def read(self, size: int) -> None:
        try:
            part = self.connection.recv(size)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        self.is_closed = not part
        self.answer += part[: max(0, KEPT_BYTES - len(self.answer))]

    def close(self) -> None:
        self.connection.close()


def half_head() -> SlowClient:
    return SlowClient(b"POST /api/2.0/mlflow/runs/log-batch HTTP/1.1\r\nHost: local")


def half_body(path: str = "/api/2.0/mlflow/runs/log-batch", headers: str = "") -> SlowClient:
    """A request whose body has stopped coming."""
    head = head_of(
        "POST", path, f"Content-Type: application/json\r\nContent-Length: 900\r\n{headers}"
    )
    return SlowClient(head + b'{"run_id":')


def no_reader(path: str) -> SlowClient:
    """A client that asks and takes nothing of the answer."""
    return SlowClient(head_of("GET", path), reads=0.0)


def upload(path: str, size: int, rate: float) -> SlowClient:
    """An upload of `size` bytes at `rate` bytes a second."""
    return SlowClient(head_of("PUT", path, f"Content-Length: {size}\r\n"), size, rate, reads=4096.0)


def download(path: str, rate: float) -> SlowClient:
    return SlowClient(head_of("GET", path), reads=rate)


def head_of(method: str, path: str, headers: str = "") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode()


@contextmanager
def held(url: str, clients: list[SlowClient]) -> Iterator[list[SlowClient]]:
    """Keep all `clients` going during the block."""
    parts = urlsplit(url)
    address = (parts.hostname or "127.0.0.1", parts.port or 80)
    for client in clients:
        client.connect(address)
    is_over = threading.Event()
    worker = threading.Thread(target=keep_going, args=(clients, is_over), daemon=True)
    worker.start()
    try:
        yield clients
    finally:
        is_over.set()
        worker.join()
        for client in clients:
            client.close()


def keep_going(clients: list[SlowClient], is_over: threading.Event) -> None:
    moving = [client for client in clients if client.rate or client.reads]
    while not is_over.wait(TICK_S):
        for client in moving:
            client.tick()


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Tell whether `condition` comes true within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()
