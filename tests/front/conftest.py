"""Real servers whose patience is short or long, and raw connections to them."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.mlflow_api.conftest import Server, running_server

PAUSE_S = 4.0
# Longer than anything takes that need not wait; shorter than the pause of a patient studio.
LONG_S = 60.0
PATIENCE_S = 300.0
API = "/api/2.0/mlflow"
FILES = "/api/2.0/mlflow-artifacts/artifacts"


@dataclass(frozen=True)
class Studio:
    """A server and a run in it."""

    server: Server
    run_id: str
    token: str = ""

    @property
    def url(self) -> str:
        return self.server.url

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> bytes:
        """Return the body of a success."""
        request = Request(f"{self.url}{path}", body, headers, method=method)
        with urlopen(request, timeout=LONG_S) as answer:
            return answer.read()

    def file(self, name: str) -> str:
        """The address of a file of the run."""
        return f"{FILES}/0/{self.run_id}/artifacts/{name}"

    def log(self) -> None:
        """Log one point."""
        body = {
            "run_id": self.run_id,
            "metrics": [{"key": "m", "value": 1, "timestamp": 1, "step": 1}],
        }
        kind = {"Content-Type": "application/json"}
        self.send("POST", f"{API}/runs/log-batch", json.dumps(body).encode(), **kind)

    def open(self, data: bytes, receive_bytes: int = 0) -> socket.socket:
        """Send `data` on a new connection, whose window is `receive_bytes` where that is given."""
        connection = socket.socket()
        if receive_bytes:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.settimeout(LONG_S)
        parts = urlsplit(self.url)
        connection.connect((parts.hostname, parts.port))
        connection.sendall(data)
        return connection


@contextmanager
def open_studio(pause_s: float) -> Iterator[Studio]:
    """A studio that is open to this machine, with one process, which waits so long for a body."""
    with running_server(STUDIO_OPEN="1", STUDIO_PAUSE_SECONDS=str(pause_s)) as server:
        made = json.loads(
            Studio(server, "").send(
                "POST",
                f"{API}/runs/create",
                b'{"experiment_id":"0"}',
                **{"Content-Type": "application/json"},
            )
        )
        yield Studio(server, made["run"]["info"]["run_id"])


@pytest.fixture(scope="session")
def studio() -> Iterator[Studio]:
    with open_studio(PAUSE_S) as studio:
        yield studio


@pytest.fixture(scope="session")
def patient_studio() -> Iterator[Studio]:
    with open_studio(PATIENCE_S) as studio:
        yield studio


@pytest.fixture(scope="session")
def studio_with_users() -> Iterator[Studio]:
    """A studio where people sign in; it waits for a body for long."""
    with running_server(STUDIO_OPEN="0", STUDIO_PAUSE_SECONDS=str(PATIENCE_S)) as server:
        yield Studio(server, "")


def read_to_end(connection: socket.socket) -> bytes:
    """Return everything until the server closes the connection."""
    answer = bytearray()
    while part := connection.recv(65536):
        answer += part
    return bytes(answer)
