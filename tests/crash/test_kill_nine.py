"""What the server has acknowledged survives `kill -9` of all its processes.

Three rounds, for the whole proof STUDIO_TEST_CRASH_ROUNDS=20. How long the server took to answer
again is told; on a quiet machine STUDIO_TEST_CRASH_RETURN_S=5 makes it a demand.
"""

import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from runs.metrics.models import Series
from tests.crash.server import Server
from tests.crash.writers import KEYS, NUMBERS_EACH, Writer
from tests.factories import make_experiment, make_run
from tests.metrics.invariants import check_series
from tests.waiting import wait_for

ROUNDS = int(os.environ.get("STUDIO_TEST_CRASH_ROUNDS", "3"))
LONGEST_RETURN_S = float(os.environ.get("STUDIO_TEST_CRASH_RETURN_S", "inf"))
WRITERS = 10
RUNS = 3
POINTS_EACH_ROUND = 100


@contextmanager
def running(server: Server, writers: list[Writer]) -> Iterator[None]:
    """Let the writers work; at the end, wait until each has finished its last request."""
    threads = [threading.Thread(target=writer.work) for writer in writers]
    server.start()
    try:
        for thread in threads:
            thread.start()
        yield
    finally:
        for writer in writers:
            writer.stop.set()
        for thread in threads:
            thread.join()
        server.kill()


def let_work(writers: list[Writer]) -> None:
    """Wait until the server has acknowledged more points."""

    def count() -> int:
        return sum(len(writer.acknowledged) for writer in writers)

    enough = count() + POINTS_EACH_ROUND
    wait_for(lambda: count() > enough, "points to be acknowledged", every_s=0.02)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_no_acknowledged_point_is_lost_doubled_or_out_of_order():
    experiment = make_experiment()
    run_ids = [make_run(experiment=experiment).run_id for _ in range(RUNS)]
    server, stop, dice = Server(), threading.Event(), random.Random()
    writers = [
        Writer(number, server.options.port, run_ids, retries=number % 2 == 0, stop=stop)
        for number in range(WRITERS)
    ]
    returns = []
    with running(server, writers):
        for _ in range(ROUNDS):
            let_work(writers)
            time.sleep(dice.uniform(0, 0.8))
            server.kill()
            returns.append(server.start())
        let_work(writers)
    told = check_stored(writers)
    print(f"\n{told}; back after {min(returns):.1f} to {max(returns):.1f} s, {ROUNDS} times")
    assert max(returns) < LONGEST_RETURN_S


def check_stored(writers: list[Writer]) -> str:
    """Compare what was acknowledged with what is stored; return a line about it."""
    assert [refusal for writer in writers for refusal in writer.refused] == []
    stored: dict[int, list[int]] = defaultdict(list)
    for series in Series.objects.order_by("id"):
        per_writer: dict[int, list[int]] = defaultdict(list)
        for step, _, value in check_series(series):
            number, counter = divmod(int(value), NUMBERS_EACH)
            assert counter == step
            per_writer[number].append(counter)
        for number, counters in per_writer.items():
            assert counters == sorted(counters), "out of order"
            stored[number] += counters
    for writer in writers:
        found = set(stored[writer.number])
        assert len(found) == len(stored[writer.number]), "doubled"
        assert not set(writer.acknowledged) - found, "lost"
        assert found <= set(range(writer.sent)), "never sent"
    check_file()
    acknowledged = sum(len(writer.acknowledged) for writer in writers)
    assert acknowledged > POINTS_EACH_ROUND * ROUNDS
    assert Series.objects.count() == RUNS * len(KEYS)
    return f"{acknowledged} points acknowledged, {sum(map(len, stored.values()))} stored"


def check_file() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
