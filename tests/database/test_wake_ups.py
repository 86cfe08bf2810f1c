"""Who waits for the lock of a SQLite file hears that it is free."""

import os
import threading
import time

import pytest

from runs.database import wake_ups
from runs.database.wake_ups import WakeUps, wake_ups_of

LONG_S = 60.0


@pytest.fixture
def path(tmp_path):
    yield str(tmp_path / "studio.sqlite3")
    wake_ups_of.cache_clear()


def test_another_process_wakes_who_waits(path):
    mine = wake_ups_of(path)
    child = os.fork()
    if child == 0:
        wake_ups_of.cache_clear()
        wake_ups_of(path).send()
        os._exit(0)
    began = time.monotonic()
    mine.wait(LONG_S)
    assert time.monotonic() - began < LONG_S
    assert os.waitpid(child, 0)[1] == 0


def test_a_wake_up_of_before_is_heard(path):
    wake_ups_of(path).send()
    wake_ups_of(path).wait(LONG_S)


def test_all_wake_ups_of_before_count_as_one(path):
    for _ in range(100):
        wake_ups_of(path).send()
    wake_ups_of(path).wait(LONG_S)
    began = time.monotonic()
    wake_ups_of(path).wait(0.05)
    assert time.monotonic() - began >= 0.05


def test_nobody_has_to_read_them(path):
    for _ in range(70_000):
        wake_ups_of(path).send()
    wake_ups_of(path).wait(LONG_S)


def test_several_may_wait_at_once(path):
    threads = [threading.Thread(target=wake_ups_of(path).wait, args=(0.05,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    wake_ups_of(path).send()
    for thread in threads:
        thread.join(LONG_S)
        assert not thread.is_alive()


def test_without_named_pipes_one_sleeps_for_a_moment(path, monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(wake_ups.os, "mkfifo", refuse)
    alone = wake_ups_of(path)
    alone.send()
    began = time.monotonic()
    alone.wait(LONG_S)
    assert time.monotonic() - began < LONG_S
    assert isinstance(alone, WakeUps)
