"""The line of those who wait for a locked SQLite file."""

import os
import time
from pathlib import Path

import pytest

from runs.database.waiting import BLOCKED_SINCE, Line, impatient, lock_file

LONGEST_S = 0.3


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(str(tmp_path / "a.sqlite3"), LONGEST_S)


def test_the_time_counts_from_the_first_who_waits(line):
    assert not line.gives_up()
    time.sleep(LONGEST_S / 2)
    assert not line.gives_up()
    time.sleep(LONGEST_S / 2 + 0.05)
    assert line.gives_up()
    assert line.is_stuck()


def test_another_process_gives_up_at_the_same_moment(line):
    line.gives_up()
    time.sleep(LONGEST_S + 0.05)
    child = os.fork()
    if child == 0:
        os._exit(0 if Line(line.path, LONGEST_S).gives_up() else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_whoever_gets_the_lock_ends_the_wait_of_all(line):
    line.gives_up()
    time.sleep(LONGEST_S + 0.05)
    Line(line.path, LONGEST_S).note_progress()
    assert not line.is_stuck()
    assert not line.gives_up()


def test_who_is_impatient_does_not_wait(line):
    with impatient():
        assert line.gives_up()
    assert not line.gives_up()


def test_what_was_noted_before_the_machine_started_again_does_not_count(line):
    os.pwrite(lock_file(line.path), BLOCKED_SINCE.pack(time.monotonic() + 1000), 0)
    assert not line.is_stuck()
    assert not line.gives_up()


def test_a_full_disk_lets_each_wait_for_itself(line, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "pwrite", refuse)
    assert not line.gives_up()
