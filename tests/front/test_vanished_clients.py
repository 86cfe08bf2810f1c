"""A client that vanishes without a word is noticed: the kernel asks after it."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from studio.front.connections import EVERY_S, IDLE_S, TIMES
from tests.front.conftest import Studio
from tests.slow_clients import half_body


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_connection_is_kept_alive_by_questions(studio: Studio) -> None:
    """The timer of the server's end of a connection is the one of keepalive."""
    with studio.open(half_body().opening) as connection:
        server = f":{urlsplit(studio.url).port:04X}"
        client = f":{connection.getsockname()[1]:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        found = [row[5] for row in rows if row[1].endswith(server) and row[2].endswith(client)]
    kind, _, when = found[0].partition(":")
    assert kind == "02"
    assert int(when, 16) / 100 <= IDLE_S + 1


def test_it_is_given_up_within_two_minutes() -> None:
    assert IDLE_S + EVERY_S * TIMES <= 120
