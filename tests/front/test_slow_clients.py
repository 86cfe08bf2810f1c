"""Clients that send or read slowly keep nobody waiting."""

import pytest

from tests.front.conftest import Studio
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
# On a machine that does other things too; frozen, they are answered after the pause at best.
AT_ONCE_S = 3.0
RATE = 200_000.0
LARGE_BYTES = 4_000_000


@pytest.fixture(scope="module")
def large(studio: Studio) -> str:
    """The address of a file larger than what sockets and server keep."""
    path = studio.file("large.bin")
    studio.send("PUT", path, bytes(LARGE_BYTES))
    return path


def check_others(studio: Studio, clients: list[SlowClient]) -> None:
    """A page and a write are answered at once while the clients are held."""
    with held(studio.url, clients):
        assert max(studio.seconds_of("GET", PAGE) for _ in range(3)) < AT_ONCE_S
        assert max(studio.log() for _ in range(3)) < AT_ONCE_S


def test_half_sent_heads(studio: Studio) -> None:
    check_others(studio, [half_head() for _ in range(MANY)])


def test_half_sent_bodies(studio: Studio) -> None:
    check_others(studio, [half_body() for _ in range(MANY)])


def test_half_sent_forms(studio_with_users: Studio) -> None:
    clients = [half_body("/sign-in") for _ in range(MANY)]
    with held(studio_with_users.url, clients):
        assert studio_with_users.seconds_of("GET", "/sign-in") < AT_ONCE_S


def test_readers_that_read_nothing(studio: Studio, large: str) -> None:
    check_others(studio, [no_reader(large) for _ in range(MANY)])


def test_slow_uploads(studio: Studio) -> None:
    clients = [upload(studio.file(f"{at}.bin"), LARGE_BYTES, RATE) for at in range(MANY)]
    check_others(studio, clients)


def test_slow_downloads(studio: Studio, large: str) -> None:
    check_others(studio, [download(large, RATE) for _ in range(MANY)])


def test_slow_uploads_arrive_whole(studio: Studio) -> None:
    """It takes longer than a pause may, and nothing of it is missing."""
    clients = [upload(studio.file("slow.bin"), 800_000, RATE)]
    with held(studio.url, clients):
        assert wait_for(lambda: b"200 OK" in clients[0].answer, seconds=30)
    assert studio.send("GET", studio.file("slow.bin")) == bytes(800_000)


def test_slow_zips_keep_nobody_waiting(studio: Studio, large: str) -> None:
    path = f"/w/default/runs/{studio.run_id}/zip"
    check_others(studio, [no_reader(path) for _ in range(MANY)])
