"""An HTTP client that costs little: prepared bytes out, status and body in, one socket."""

import json
import socket
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

TIMEOUT_S = 600.0
READ_BYTES = 1 << 18
API = "/api/2.0/mlflow/"


class ConnectionEnded(Exception):
    """The server closed the connection in the middle of an answer."""


@dataclass(frozen=True)
class Endpoint:
    """Where a server is, and how a request to it is written."""

    host: str
    port: int
    prefix: str = ""

    @classmethod
    def of(cls, url: str) -> "Endpoint":
        """Read `http://host:port/prefix`."""
        parts = urlsplit(url)
        return cls(parts.hostname or "127.0.0.1", parts.port or 80, parts.path.rstrip("/"))

    def get(self, path: str, query: dict | list | None = None) -> bytes:
        """The bytes of a GET. `path` begins with `/`."""
        question = f"?{urlencode(query, doseq=True)}" if query else ""
        return f"GET {self.prefix}{path}{question} HTTP/1.1\r\n{self._common()}\r\n".encode()

    def post(self, path: str, body: bytes | dict) -> bytes:
        """The bytes of a POST of JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
        head = (
            f"POST {self.prefix}{path} HTTP/1.1\r\n{self._common()}"
            f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        )
        return head.encode() + raw

    def _common(self) -> str:
        return (
            f"Host: {self.host}:{self.port}\r\nUser-Agent: mlflow-python-client/3.0\r\n"
            "Accept: */*\r\nConnection: keep-alive\r\n"
        )


class Connection:
    """One kept-alive connection. `exchange` sends a request and returns (status, body).

    With `quick_ack` the kernel acknowledges every packet at once, so a server that writes its
    answer in two pieces with Nagle's algorithm on is not held up by us; the case `reuse` measures
    such a server without it.
    """

    def __init__(self, endpoint: Endpoint, quick_ack: bool = True) -> None:
        self.endpoint = endpoint
        self.quick_ack = quick_ack
        self.socket = socket.create_connection((endpoint.host, endpoint.port), TIMEOUT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send one request, wait for the whole answer."""
        sock = self.socket
        sock.sendall(request)
        if self.quick_ack:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        got = sock.recv(READ_BYTES)
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._more()
        head = got[:end].lower()
        at = head.find(b"content-length:")
        rest = got[end + 4 :]
        if got[9:12] == b"204":
            return 204, b""
        if at < 0:
            return int(got[9:12]), self._chunked(rest)
        line_end = head.find(b"\r\n", at)
        length = int(head[at + 15 : line_end if line_end > 0 else end])
        return int(got[9:12]), rest if len(rest) == length else self._fill(rest, length)

    def close(self) -> None:
        self.socket.close()

    def _more(self) -> bytes:
        got = self.socket.recv(READ_BYTES)
        if not got:
            raise ConnectionEnded
        return got

    def _fill(self, start: bytes, length: int) -> bytes:
        body = bytearray(length)
        body[: len(start)] = start
        view, at = memoryview(body), len(start)
        while at < length:
            count = self.socket.recv_into(view[at:])
            if not count:
                raise ConnectionEnded
            at += count
        return bytes(body)

    def _chunked(self, rest: bytes) -> bytes:
        parts: list[bytes] = []
        while True:
            while (end := rest.find(b"\r\n")) < 0:
                rest += self._more()
            size = int(rest[:end].split(b";")[0], 16)
            need = end + 2 + size + 2
            pieces, have = [rest], len(rest)
            while have < need:
                pieces.append(self._more())
                have += len(pieces[-1])
            rest = b"".join(pieces)
            if size == 0:
                return b"".join(parts)
            parts.append(rest[end + 2 : end + 2 + size])
            rest = rest[need:]
