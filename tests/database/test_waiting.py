"""The line of those who wait for a locked SQLite file."""

import os
import sqlite3
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from runs.database import waiting
from runs.database.waiting import TIMES, Line, busy, impatient, lock_file

LONGEST_S = 0.3


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(str(tmp_path / "a.sqlite3"), LONGEST_S)


class Lock:
    """The lock of somebody else: counts who tries to get it."""

    def __init__(self) -> None:
        self.tries = 0
        self.is_free = False

    def attempt(self) -> str:
        self.tries += 1
        if self.is_free:
            return "got it"
        time.sleep(LONGEST_S / 10)
        raise busy()


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """The clock of those who wait, which goes on when the test says so."""
    clock = SimpleNamespace(now=time.monotonic())
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


def give_up(line: Line) -> None:
    with pytest.raises(sqlite3.OperationalError):
        line.wait(Lock().attempt, time.monotonic())


def test_the_time_counts_from_the_first_who_waits(line, clock):
    assert not line.gives_up(clock.now)
    clock.now += LONGEST_S / 2
    assert not line.gives_up(clock.now)
    clock.now += LONGEST_S / 2 + 0.05
    assert line.gives_up(clock.now)
    assert line.is_stuck()


def test_another_process_gives_up_at_the_same_moment(line, clock):
    line.gives_up(clock.now)
    clock.now += LONGEST_S + 0.05
    child = os.fork()
    if child == 0:
        os._exit(0 if Line(line.path, LONGEST_S).gives_up(clock.now) else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_who_came_before_the_last_try_gives_up_without_one(line):
    came_at, lock = time.monotonic(), Lock()
    give_up(line)
    with pytest.raises(sqlite3.OperationalError):
        line.wait(lock.attempt, came_at)
    assert lock.tries == 0


def test_who_comes_later_tries_once(line):
    give_up(line)
    lock = Lock()
    with pytest.raises(sqlite3.OperationalError):
        line.wait(lock.attempt, time.monotonic())
    assert lock.tries == 1


def test_a_later_one_gets_a_lock_that_has_become_free(line):
    give_up(line)
    lock = Lock()
    lock.is_free = True
    assert line.wait(lock.attempt, time.monotonic()) == "got it"


def test_whoever_gets_the_lock_ends_the_wait_of_all(line):
    came_at = time.monotonic()
    give_up(line)
    Line(line.path, LONGEST_S).note_progress()
    assert not line.is_stuck()
    assert not line.has_answered(came_at)
    assert not line.gives_up(time.monotonic())


def test_other_trouble_is_not_waited_for(line):
    def fail() -> None:
        sqlite3.connect(":memory:").execute("SELECT 1 FROM nowhere")

    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        line.wait(fail, time.monotonic())
    assert not line.is_stuck()


def test_who_is_impatient_does_not_wait(line):
    with impatient():
        assert line.gives_up(time.monotonic())
    assert not line.gives_up(time.monotonic())


def test_what_was_noted_before_the_machine_started_again_does_not_count(line):
    os.pwrite(lock_file(line.path), TIMES.pack(time.monotonic() + 1000, 0.0), 0)
    assert not line.is_stuck()
    assert not line.gives_up(time.monotonic())


def test_a_full_disk_lets_each_wait_for_itself(line, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "pwrite", refuse)
    assert not line.gives_up(time.monotonic())
