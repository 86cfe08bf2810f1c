"""Redis only rings: whatever is wrong with it, every page and every submit is answered."""

import signal
from collections.abc import Iterator

import pytest

from tests.faults.test_queue_away import Redis
from tests.outages.studio import HTML, Studio

# A client of Redis that nobody told to hurry waits for two minutes.
AT_ONCE_S = 30.0
JOB = {"experiment_name": "digits", "cluster": "local", "command": ["python", "-c", "1"]}
PAGES = ("/w/default/system/server", "/w/default/compute/clusters/local", "/w/default/experiments")


def stop(queue: Redis) -> None:
    queue.process.send_signal(signal.SIGSTOP)


def fill(queue: Redis) -> None:
    queue.client.config_set("maxmemory", "1")


def demote(queue: Redis) -> None:
    queue.client.replicaof("127.0.0.1", "1")


def lock(queue: Redis) -> None:
    queue.client.config_set("requirepass", "secret")


TROUBLES = {
    "killed": Redis.kill, "stopped": stop, "full": fill, "demoted": demote, "locked": lock,
}  # fmt: skip


@pytest.fixture(scope="module")
def queue(tmp_path_factory) -> Iterator[Redis]:
    queue = Redis(tmp_path_factory.mktemp("redis") / "redis")
    queue.start()
    yield queue
    queue.process.send_signal(signal.SIGCONT)
    queue.kill()


@pytest.fixture(scope="module")
def studio(queue, tmp_path_factory) -> Iterator[Studio]:
    studio = Studio(tmp_path_factory.mktemp("ringing") / "data", REDIS_URL=queue.url)
    studio.start()
    assert studio.ask("/w/default/compute/clusters", headers=HTML).status == 200
    yield studio
    studio.kill()


@pytest.fixture
def trouble(queue, request) -> Iterator[str]:
    TROUBLES[request.param](queue)
    yield request.param
    queue.process.send_signal(signal.SIGCONT)
    queue.kill()
    queue.start()


@pytest.mark.parametrize("trouble", TROUBLES, indirect=True)
def test_submits_and_pages_are_answered(studio, trouble):
    before = len(studio.log_lines())
    submitted = studio.ask("/api/v1/jobs", JOB)
    assert submitted.status == 201, submitted.text[:500]
    assert submitted.seconds < AT_ONCE_S
    for path in PAGES:
        answer = studio.ask(path, headers=HTML)
        assert answer.status == 200, (path, answer.text[:300])
        assert answer.seconds < AT_ONCE_S
    ready = studio.ask("/readyz")
    assert (ready.status, ready.json["database"]) == (200, "ok")
    assert "Traceback" not in "".join(studio.log_lines()[before:])
