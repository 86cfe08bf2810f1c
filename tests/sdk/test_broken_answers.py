"""An answer that breaks off is asked for again where it was only read."""

import socket
import threading
from collections.abc import Iterator

import pytest

from studio.sdk import Workspace
from studio.sdk.exceptions import StudioAway
from studio.sdk.supervisor.studio_api import Away, StudioApi
from tests.waiting import LONGEST_WAIT_S

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
BODY = b'{"count": 1}'


class Breaking:
    """A studio that closes the connection in the middle of its first answers."""

    def __init__(self, broken: int, cut: bytes) -> None:
        self.left = broken
        self.cut = cut
        self.asked = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            with client:
                client.recv(65536)
                self.asked += 1
                # Before the answer: behind it the test may say anew how many are left.
                self.left -= 1
                client.sendall(self.cut if self.left >= 0 else HEAD + BODY)


@pytest.fixture(params=[HEAD + BODY[:5], HEAD, HEAD[:30]], ids=["body", "no body", "head"])
def breaking(request) -> Iterator[Breaking]:
    server = Breaking(broken=2, cut=request.param)
    yield server
    server.server.close()


def ask(server: Breaking, method: str, **options: float) -> object:
    connection = Workspace(workspace_name="default", url=server.url)._connection
    return connection.ask(method, "runs", **options)


def test_what_is_read_is_asked_for_again(breaking):
    assert ask(breaking, "GET", patience_s=LONGEST_WAIT_S) == {"count": 1}
    assert breaking.asked == 3


def test_a_node_asks_again_too(breaking, tmp_path):
    api = StudioApi(breaking.url, "default")
    assert api.ask("POST", "clusters/lab/nodes/1/claim", patience_s=LONGEST_WAIT_S) == {"count": 1}
    assert breaking.asked == 3

    breaking.left = 2
    with open(tmp_path / "snapshot", "w+b") as file:
        api.download("runs/r/snapshot/zip", file, patience_s=LONGEST_WAIT_S)
        assert (file.seek(0), file.read()) == (0, BODY)
    with pytest.raises(Away):
        breaking.left = 1
        api.ask("POST", "clusters/lab/nodes/1/claim")


def test_what_is_read_in_parts_is_never_cut_silently(breaking):
    connection = Workspace(workspace_name="default", url=breaking.url)._connection
    breaking.left = 1
    with pytest.raises(StudioAway), connection.open("GET", "file", patience_s=0) as answer:
        while answer.read(4):
            pass


def test_without_patience_it_is_asked_for_once(breaking):
    with pytest.raises(StudioAway, match="broke off"):
        ask(breaking, "GET", patience_s=0)
    assert breaking.asked == 1


@pytest.mark.parametrize("breaking", [HEAD + BODY[:5], HEAD], indirect=True)
def test_what_changes_something_is_not_sent_again(breaking):
    with pytest.raises(StudioAway, match="broke off"):
        ask(breaking, "POST")
    assert breaking.asked == 1


def test_who_has_loaded_logging_hears_of_each_request(caplog):
    server = Breaking(broken=0, cut=b"")
    with server.server, caplog.at_level("DEBUG", "studio.sdk"):
        assert ask(server, "GET") == {"count": 1}
    (told,) = caplog.messages
    assert told.startswith("GET ") and "/api/v1/runs: 200 in " in told
