"""A body that stops coming is given up, and its connection closed."""

import json
import time

import pytest

from tests.front.conftest import PAUSE_S, Studio, read_to_end
from tests.slow_clients import half_body, head_of

LOG = "/api/2.0/mlflow/runs/log-metric"
JSON = "Content-Type: application/json\r\n"


@pytest.mark.parametrize(
    "request_of",
    [
        pytest.param(lambda _: half_body(LOG).opening, id="small"),
        pytest.param(
            lambda _: head_of("POST", LOG, f"{JSON}Content-Length: 300000\r\n") + bytes(100_000),
            id="in pieces",
        ),
        pytest.param(
            lambda _: (
                head_of("POST", LOG, f"{JSON}Transfer-Encoding: chunked\r\n") + b"5\r\nhello\r\n"
            ),
            id="chunked",
        ),
        pytest.param(
            lambda studio: head_of("PUT", studio.file("x"), "Content-Length: 9000000\r\n") + b"x",
            id="upload",
        ),
    ],
)
def test_is_refused_and_closed(studio: Studio, request_of) -> None:
    began = time.monotonic()
    with studio.open(request_of(studio)) as connection:
        answer = read_to_end(connection)
    assert time.monotonic() - began >= PAUSE_S
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error_code"] == "DEADLINE_EXCEEDED"


def test_refusal_has_the_form_of_the_door(studio: Studio) -> None:
    with studio.open(half_body("/api/v1/jobs").opening) as connection:
        answer = read_to_end(connection)
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "body_stalled"


def test_nothing_of_a_stalled_upload_is_kept(studio: Studio) -> None:
    head = head_of("PUT", studio.file("stalled"), "Transfer-Encoding: chunked\r\n")
    with studio.open(head + b"5\r\nhello\r\n") as connection:
        read_to_end(connection)
    listed = f"/api/2.0/mlflow/artifacts/list?run_id={studio.run_id}"
    assert b"stalled" not in studio.send("GET", listed)


def test_a_second_request_of_a_connection_is_watched_too(studio: Studio) -> None:
    with studio.open(head_of("GET", "/healthz")) as connection:
        assert b" 200 " in connection.recv(4096)
        connection.sendall(half_body(LOG).opening)
        assert read_to_end(connection).startswith(b"HTTP/1.1 408 ")


def test_others_stay_connected(studio: Studio) -> None:
    """Neither a connection that rests nor one whose answer takes long is closed with it."""
    with studio.open(head_of("GET", "/healthz")) as resting:
        assert b" 200 " in resting.recv(4096)
        with studio.open(half_body(LOG).opening) as stalled:
            assert read_to_end(stalled).startswith(b"HTTP/1.1 408 ")
        resting.sendall(head_of("GET", "/healthz"))
        assert b" 200 " in resting.recv(4096)


def test_the_threads_are_free_again(studio: Studio) -> None:
    clients = [studio.open(half_body(LOG).opening) for _ in range(30)]
    answers = [read_to_end(client) for client in clients]
    assert all(answer.startswith(b"HTTP/1.1 408 ") for answer in answers)
    studio.log()
