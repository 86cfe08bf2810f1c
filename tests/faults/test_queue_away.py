"""Redis only rings: killed, emptied or set back, it loses no run and starts none twice."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from runs.compute.models import Attempt
from studio.up.broker import find_server
from tests.crash.server import Server
from tests.up.processes import free_port
from tests.waiting import LONGEST_WAIT_S, wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


class Redis:
    """A Redis of the test's own that keeps what it holds in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        program = find_server()
        assert program, "there is no Redis"
        words = ["--port", str(self.port), "--dir", str(self.folder), "--save", ""]
        self.process = subprocess.Popen([program, *words, "--loglevel", "warning"], stdout=-3)
        wait_for(self.answers, "Redis")

    def answers(self) -> bool:
        try:
            return self.client.ping()
        except redis.ConnectionError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def queue(tmp_path) -> Iterator[Redis]:
    queue = Redis(tmp_path / "redis")
    queue.start()
    yield queue
    queue.kill()


@pytest.fixture
def server(db, queue) -> Iterator[Server]:
    server = Server(REDIS_URL=queue.url)
    server.start()
    yield server
    server.kill()


def test_runs_start_once_whatever_happens_to_redis(lab, nodes, server, queue):
    run_ids: list[str] = []

    def rings() -> bool:
        # On a busy machine Redis may answer later than the studio waits.
        run_ids.append(submit(lab, "before"))
        return bool(queue.client.keys("cluster.*"))

    wait_for(rings, "the bell to ring")
    queue.client.save()
    shutil.copy(queue.folder / "dump.rdb", queue.folder / "old.rdb")

    queue.client.flushall()
    nodes.start(REDIS_URL=queue.url)
    assert finish(lab, run_ids) == {"Completed"}

    queue.kill()
    began = time.monotonic()
    run_ids += [submit(lab, "while it is away") for _ in range(2)]
    # Two seconds each, and what a busy machine takes; whoever waits for it waits for ever.
    assert time.monotonic() - began < LONGEST_WAIT_S / 4
    assert finish(lab, run_ids) == {"Completed"}

    shutil.copy(queue.folder / "old.rdb", queue.folder / "dump.rdb")
    queue.start()
    run_ids += [submit(lab, "set back") for _ in range(2)]
    assert finish(lab, run_ids) == {"Completed"}
    wait_for(lambda: not queue.client.keys("cluster.*"), "the old bell to be heard")
    assert Attempt.objects.count() == len(run_ids)


def submit(lab, word: str) -> str:
    return lab.submit(command=["python", "-c", f"print({word!r})"])


def finish(lab, run_ids: list[str]) -> set[str]:
    return {lab.wait(run_id)["status"] for run_id in run_ids}
