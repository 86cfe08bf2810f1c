"""Another program locks the SQLite file of a running studio."""

import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.outages.studio import HTML, MLFLOW, Answer, Studio

LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""
# As a process of the studio that was stopped in the middle of a commit.
STOPPED = """
import fcntl, os, signal, sys
handle = os.open(sys.argv[1] + ".lock", os.O_RDWR | os.O_CREAT)
fcntl.flock(handle, fcntl.LOCK_EX)
print("locked", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
"""
WRITERS = 54
# Who waits for the lock waits for ten seconds from the first who does.
LOCK_WAIT_S = 10.0
# Less than that, and more than an answer takes that waits for nothing.
AT_ONCE_S = 8.0
READS = (
    "/w/default/experiments",
    "/w/default/experiments/Default",
    "/w/default/runs",
    "/w/default/runs/{run}",
    "/w/default/runs/{run}/metrics",
    "/w/default/compute/clusters",
    "/w/default/compute/clusters/local",
    "/w/default/pipelines",
    "/w/default/submit",
    "/w/default/system",
    "/w/default/system/server",
    "/w/default/system/deleted",
    "/w/default/tokens",
    "/w/default/log-search",
    "/w/default/counts",
    "/w/default/run-rows",
    "/w/default/columns",
    "/w/default/runs/{run}/zip",
    "/w/default/search?q=a",
    "/api/v1/runs/{run}",
    "/api/v1/experiments",
    f"{MLFLOW}runs/get?run_id={{run}}",
    "/healthz",
    "/readyz",
)


@pytest.fixture(scope="module")
def studio(tmp_path_factory) -> Iterator[Studio]:
    studio = Studio(tmp_path_factory.mktemp("locked") / "data")
    studio.start()
    yield studio
    studio.kill()


@contextmanager
def locked(studio: Studio, program: str = LOCKER) -> Iterator[None]:
    """Let another process hold the lock of writers."""
    command = [sys.executable, "-c", program, str(studio.database)]
    locker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert locker.stdout.readline() == "locked\n"
    try:
        yield
    finally:
        locker.stdin.close()
        locker.send_signal(signal.SIGCONT)
        locker.wait()


class Writers:
    """Clients that each write a param of their own, one after the other, until they are stopped."""

    def __init__(self, studio: Studio, run_id: str, count: int = WRITERS) -> None:
        self.studio, self.run_id, self.stop = studio, run_id, threading.Event()
        self.answers: list[list[tuple[float, Answer]]] = [[] for _ in range(count)]
        self.threads = [threading.Thread(target=self.write, args=(at,)) for at in range(count)]

    def write(self, number: int) -> None:
        for turn in range(10_000):
            if self.stop.is_set():
                return
            body = {"run_id": self.run_id, "key": f"p{number}.{turn}", "value": "1"}
            path = f"{MLFLOW}runs/{('log-parameter', 'set-tag')[number % 2]}"
            began, answer = time.monotonic(), self.studio.ask(path, body)
            self.answers[number].append((began, answer))
            if answer.status == 503:
                self.stop.wait(int(answer.headers["Retry-After"]))

    @property
    def all_answers(self) -> list[Answer]:
        return [answer for own in self.answers for _, answer in own]

    def __enter__(self) -> "Writers":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


def test_reads_answer_while_writers_wait(studio):
    run = studio.make_run()
    for path in READS:
        assert studio.ask(path.format(run=run), headers=HTML).status == 200, path
    took = {}
    with locked(studio), Writers(studio, run, 4):
        time.sleep(0.5)
        for path in READS:
            answer = studio.ask(path.format(run=run), headers=HTML)
            assert answer.status == 200, (path, answer.text[:300])
            took[path] = answer.seconds
    print({path: round(seconds, 3) for path, seconds in took.items()})
    assert max(took.values()) < AT_ONCE_S, took


def test_a_crowd_of_writers_leaves_room_for_reads(studio):
    run, took = studio.make_run(), []
    with locked(studio), Writers(studio, run) as writers:
        began = time.monotonic()
        while time.monotonic() - began < 15:
            took.append(studio.ask("/w/default/experiments", headers=HTML).seconds)
            took.append(studio.ask("/healthz").seconds)
            found = studio.ask(f"{MLFLOW}runs/search", {"experiment_ids": ["0"]})
            assert found.status == 200, found.text[:300]
            took.append(found.seconds)
            time.sleep(0.05)
    told = Counter(answer.status for answer in writers.all_answers)
    longest = max(answer.seconds for answer in writers.all_answers)
    print(f"\n{len(took)} reads, p50 {statistics.median(took):.3f} s, "
          f"p99 {sorted(took)[int(len(took) * 0.99)]:.3f} s, max {max(took):.3f} s; "
          f"writers: {dict(told)}, the longest waited {longest:.2f} s")  # fmt: skip
    assert set(told) == {503}
    assert max(took) < AT_ONCE_S
    assert longest < 2 * LOCK_WAIT_S


def test_a_few_writers_wait_together_and_later_ones_fail_at_once(studio):
    run = studio.make_run()
    with locked(studio):
        began = time.monotonic()
        with Writers(studio, run, 6) as writers:
            time.sleep(0.7 * LOCK_WAIT_S)
            late = studio.ask(f"{MLFLOW}runs/log-metric", metric(run))
            quick = [studio.ask(f"{MLFLOW}runs/log-metric", metric(run)) for _ in range(5)]
    check_waited_together(writers, began, late)
    assert [answer.status for answer in quick] == [503] * 5
    assert max(answer.seconds for answer in quick) < AT_ONCE_S, quick


def check_waited_together(writers: Writers, began: float, late: Answer) -> None:
    """The first answers of all came when the wait of the first was over, and so did that of one who
    came late."""
    first = [own[0] for own in writers.answers]
    assert {answer.status for _, answer in first} == {late.status} == {503}
    ends = [at + answer.seconds - began for at, answer in first]
    assert min(ends) > LOCK_WAIT_S - 2 and max(ends) < 2 * LOCK_WAIT_S, ends
    assert late.seconds < AT_ONCE_S


def test_writes_go_on_at_once_when_the_lock_is_free(studio):
    run = studio.make_run()
    with locked(studio):
        # The first one waits until it gives up, the second one does so at once.
        for _ in range(2):
            assert studio.ask(f"{MLFLOW}runs/log-metric", metric(run)).status == 503
    answers = [studio.ask(f"{MLFLOW}runs/log-metric", metric(run)) for _ in range(20)]
    assert {answer.status for answer in answers} == {200}
    assert studio.ask("/readyz").json["database"] == "ok"


def test_what_was_refused_is_not_stored_and_what_is_sent_again_is_stored_once(studio):
    run = studio.make_run()
    with locked(studio):
        refused = studio.ask(f"{MLFLOW}runs/log-metric", metric(run))
    assert refused.status == 503
    assert "Nothing was stored" in refused.json["message"]
    assert studio.ask(f"{MLFLOW}runs/log-metric", metric(run)).status == 200
    path = f"{MLFLOW}metrics/get-history?run_id={run}&metric_key=loss"
    assert len(studio.ask(path).json["metrics"]) == 1


def test_writers_wait_together_for_a_process_that_was_stopped_in_a_commit(studio):
    run = studio.make_run()
    with locked(studio, STOPPED):
        began = time.monotonic()
        with Writers(studio, run, 6) as writers:
            time.sleep(0.7 * LOCK_WAIT_S)
            late = studio.ask(f"{MLFLOW}runs/log-metric", metric(run))
        assert studio.ask(f"{MLFLOW}runs/get?run_id={run}").status == 200
    check_waited_together(writers, began, late)
    assert {answer.status for answer in writers.all_answers} == {503}
    assert studio.ask(f"{MLFLOW}runs/log-metric", metric(run)).status == 200


def metric(run: str) -> dict[str, object]:
    return {"run_id": run, "key": "loss", "value": 1.0, "timestamp": 1, "step": 1}
