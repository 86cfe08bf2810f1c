"""Who reads and who writes compute in turn, and nobody waits long for another."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections

from runs.database import turns as turns_module
from runs.database.turns import Turns, turns
from studio.front.gate import Gate
from tests.up.processes import wait_for

WAIT_S = 60
SHORT_S = 0.2


@pytest.fixture
def patient(monkeypatch):
    """Let nobody pass by."""
    monkeypatch.setattr(turns_module, "READERS_PATIENCE_S", WAIT_S)
    monkeypatch.setattr(turns_module, "WRITERS_PATIENCE_S", WAIT_S)


class Actor:
    """A thread that reads or writes until it is let go."""

    def __init__(self, turns: Turns, kind: str, log: list[str]) -> None:
        self.name, self.log, self.turns = kind, log, turns
        self.has_begun, self.may_end = threading.Event(), threading.Event()
        target = self.read if kind.startswith("read") else self.write
        self.thread = threading.Thread(target=target, daemon=True)
        self.thread.start()

    def read(self) -> None:
        self.turns.begin_to_read()
        self.act()
        self.turns.end_reading()

    def write(self) -> None:
        with self.turns.write():
            self.act()

    def act(self) -> None:
        self.log.append(self.name)
        self.has_begun.set()
        assert self.may_end.wait(WAIT_S)

    def end(self) -> None:
        self.may_end.set()
        self.thread.join(WAIT_S)


def is_placed(actors: list[Actor], own: Turns) -> bool:
    """Tell whether the last of the actors has begun, or waits as all do that have not."""
    waiting = [actor for actor in actors if not actor.has_begun.is_set()]
    return actors[-1] not in waiting or len(own._changed._waiters) == len(waiting)


@contextmanager
def acting(*kinds: str):
    """Give actors that were started one after the other, and the log of who has begun."""
    own, log = Turns(), []
    actors = []
    for kind in kinds:
        actors.append(Actor(own, kind, log))
        wait_for(lambda: is_placed(actors, own), f"{kind} to begin or to wait", every_s=0.001)
    yield actors, log
    for actor in actors:
        actor.end()


def test_those_who_read_do_so_at_once(patient):
    with acting("read 1", "read 2") as (_, log):
        assert log == ["read 1", "read 2"]


def test_who_writes_waits_for_all_who_read(patient):
    with acting("read 1", "read 2", "write") as ((first, second, write), log):
        first.end()
        assert not write.has_begun.wait(SHORT_S)
        second.end()
        assert write.has_begun.wait(WAIT_S)
        assert log == ["read 1", "read 2", "write"]


def test_who_comes_to_read_waits_for_one_who_waits_to_write(patient):
    with acting("read 1", "write", "read 2") as ((first, write, second), log):
        assert log == ["read 1"]
        first.end()
        assert write.has_begun.wait(WAIT_S)
        assert not second.has_begun.wait(SHORT_S)
        write.end()
        assert second.has_begun.wait(WAIT_S)


def test_those_who_wait_to_read_come_before_the_next_who_writes(patient):
    with acting("write 1", "read 1", "read 2") as ((write, *reads), log):
        write.may_end.set()
        with turns_taken(write.turns, log):
            for read in reads:
                read.end()
        assert sorted(log[1:3]) == ["read 1", "read 2"]
        assert log[3] == "write 2"


@contextmanager
def turns_taken(own: Turns, log: list[str]):
    """Write as soon as the block has ended what is in the way."""

    def write() -> None:
        with own.write():
            log.append("write 2")

    with ThreadPoolExecutor(1) as pool:
        wait_for(lambda: not own._is_written, "the end of the first write")
        done = pool.submit(write)
        yield
        done.result(WAIT_S)


def test_who_reads_long_is_passed_by():
    with acting("read", "write") as ((_, write), _):
        assert write.has_begun.wait(WAIT_S)


def test_who_writes_long_is_passed_by():
    with acting("write", "read") as ((_, read), _):
        assert read.has_begun.wait(WAIT_S)


def test_a_thread_that_reads_writes_at_once(patient):
    own = Turns()
    own.begin_to_read()
    with own.write():
        pass
    own.end_reading()
    own.end_reading()
    with own.write():
        pass


def test_a_forked_child_waits_for_no_thread_of_its_parent(patient):
    with acting("write") as ((write,), _):
        child = os.fork()
        if child == 0:
            write.turns.begin_to_read()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0


def test_a_request_that_reads_waits_for_a_commit_on_sqlite_alone(patient, db):
    def enter() -> str:
        own = connections[DEFAULT_DB_ALIAS]
        place = gate.enter(writes=False)
        gate.leave(place)
        connections[DEFAULT_DB_ALIAS] = own
        return "read"

    gate = Gate(places=2, for_readers=1)
    with ThreadPoolExecutor(1) as pool:
        with turns.write():
            reading = pool.submit(enter)
            if connection.vendor == "sqlite":
                with pytest.raises(TimeoutError):
                    reading.result(SHORT_S)
            else:
                assert reading.result(WAIT_S) == "read"
        assert reading.result(WAIT_S) == "read"
