"""Clients that send or read slowly keep nobody waiting."""

import pytest

from tests.front.conftest import LONG_S, PAUSE_S, Studio
from tests.slow_clients import (
    SlowClient,
    download,
    half_body,
    half_head,
    held,
    no_reader,
    upload,
    wait_for,
)

# More than the places of a server process; they would have frozen it.
MANY = 40
PAGE = "/w/default/runs"
LARGE_BYTES = 4_000_000
# So an upload or a download of that takes longer than others wait.
RATE = 20_000.0


@pytest.fixture(scope="module")
def large(patient_studio: Studio) -> str:
    """The address of a file larger than what sockets and server keep."""
    path = patient_studio.file("large.bin")
    patient_studio.send("PUT", path, bytes(LARGE_BYTES))
    return path


def check_others(studio: Studio, clients: list[SlowClient]) -> None:
    """Pages and writes are answered while the clients are held. A studio that was frozen would
    answer after its pause at best; who asks waits for a part of that."""
    with held(studio.url, clients):
        for _ in range(3):
            studio.send("GET", PAGE)
            studio.log()


def test_half_sent_heads(patient_studio: Studio) -> None:
    check_others(patient_studio, [half_head() for _ in range(MANY)])


def test_half_sent_bodies(patient_studio: Studio) -> None:
    check_others(patient_studio, [half_body() for _ in range(MANY)])


def test_half_sent_forms(studio_with_users: Studio) -> None:
    clients = [half_body("/sign-in") for _ in range(MANY)]
    with held(studio_with_users.url, clients):
        assert studio_with_users.send("GET", "/sign-in")


def test_readers_that_read_nothing(patient_studio: Studio, large: str) -> None:
    check_others(patient_studio, [no_reader(large) for _ in range(MANY)])


def test_slow_uploads(patient_studio: Studio) -> None:
    clients = [upload(patient_studio.file(f"{at}.bin"), LARGE_BYTES, RATE) for at in range(MANY)]
    check_others(patient_studio, clients)


def test_slow_downloads(patient_studio: Studio, large: str) -> None:
    check_others(patient_studio, [download(large, RATE) for _ in range(MANY)])


def test_slow_uploads_arrive_whole(studio: Studio) -> None:
    """It takes longer than a pause may, and nothing of it is missing."""
    clients = [upload(studio.file("slow.bin"), 800_000, 800_000 / (PAUSE_S + 1))]
    with held(studio.url, clients):
        assert wait_for(lambda: b"200 OK" in clients[0].answer, seconds=LONG_S)
    assert studio.send("GET", studio.file("slow.bin")) == bytes(800_000)


def test_slow_zips_keep_nobody_waiting(patient_studio: Studio, large: str) -> None:
    path = f"/w/default/runs/{patient_studio.run_id}/zip"
    check_others(patient_studio, [no_reader(path) for _ in range(MANY)])
