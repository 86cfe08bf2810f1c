"""A log that grows while the server is killed again and again is followed without a gap."""

import hashlib
import http.client
import json
import random
import threading
import time
from urllib.parse import urlencode

import pytest

from runs.artifacts.queries import get_file, read_file
from tests.crash.server import Server
from tests.factories import make_run
from tests.waiting import LONGEST_WAIT_S, wait_for

ROUNDS = 3
PATH = "user_logs/std_log.txt"


class Client:
    """Asks again until there is an answer."""

    def __init__(self, port: int, run_id: str) -> None:
        self.port, self.address = port, f"/api/v1/runs/{run_id}/logs"

    def ask(self, method: str, place: str, body: bytes = b"", **query) -> http.client.HTTPResponse:
        deadline = time.monotonic() + LONGEST_WAIT_S
        address = f"{self.address}{place}?{urlencode({'path': PATH, **query})}"
        headers = {"Content-Type": "application/octet-stream"} if body else {}
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_WAIT_S)
            try:
                connection.request(method, address, body or None, headers)
                answer = connection.getresponse()
                answer.content = answer.read()
                if answer.status < 500:
                    return answer
                assert time.monotonic() < deadline, answer.content
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < deadline
            finally:
                connection.close()
            time.sleep(0.05)


def write(client: Client, stop: threading.Event, sent: bytearray) -> None:
    """Append lines, some of them cut in the middle, until told to stop."""
    dice = random.Random(1)
    while not stop.is_set():
        part = dice.randbytes(dice.randint(1, 5000)).hex().encode() + b"\n"
        answer = client.ask("PATCH", "", part, offset=len(sent))
        assert answer.status == 200, answer.content
        sent += part
        assert json.loads(answer.content)["next_offset"] == len(sent)


def follow(client: Client, stop: threading.Event, seen: bytearray) -> None:
    """Read what was added until the writer has stopped and nothing is left."""
    while True:
        ended = stop.is_set()
        answer = client.ask("GET", "/tail", start=len(seen))
        if answer.status == 200:
            assert int(answer.headers["Log-Next"]) == len(seen) + len(answer.content)
            seen += answer.content
        if ended and not answer.content:
            return
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_what_is_followed_is_what_was_written():
    run = make_run()
    server, stop, dice = Server(), threading.Event(), random.Random()
    ended, sent, seen = threading.Event(), bytearray(), bytearray()
    client = Client(server.options.port, run.run_id)
    writer = threading.Thread(target=write, args=(client, stop, sent))
    reader = threading.Thread(target=follow, args=(client, ended, seen))
    server.start()
    try:
        writer.start()
        reader.start()
        for _ in range(ROUNDS):
            before = len(sent)
            wait_for(lambda before=before: len(sent) > before, "lines to be acknowledged", 0.02)
            time.sleep(dice.uniform(0, 0.4))
            server.kill()
            server.start()
        stop.set()
        writer.join()
        ended.set()
        reader.join()
    finally:
        stop.set()
        ended.set()
        server.kill()
    kept = b"".join(read_file(get_file(run, PATH)))
    digests = {hashlib.sha256(part).hexdigest() for part in (sent, seen, kept)}
    print(f"\n{len(sent):,} bytes over {ROUNDS} kills, sha256 {digests}")
    assert len(sent) > 0
    assert len(digests) == 1
