"""Processes that share a SQLite file write one after the other."""

import fcntl
import os
import sqlite3
import threading

import pytest
from django.db import connection

from runs.database import writer
from runs.database.writer import hold_writer_lock
from runs.metrics import services
from runs.metrics.services import log_batch

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has row locks"),
]


@pytest.fixture
def other_process():
    """The lock as another process sees it: its own open file."""
    name = str(connection.settings_dict["NAME"])
    handle = os.open(f"{name}.lock", os.O_RDWR | os.O_CREAT)
    yield handle
    os.close(handle)


def is_free(handle):
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(handle, fcntl.LOCK_UN)
    return True


def test_the_lock_is_held_inside_and_free_afterwards(other_process):
    with hold_writer_lock():
        assert not is_free(other_process)
    assert is_free(other_process)


def test_the_lock_is_freed_by_an_error(other_process):
    with pytest.raises(ZeroDivisionError), hold_writer_lock():
        raise ZeroDivisionError
    assert is_free(other_process)


def test_a_writer_waits_for_another_process(run, ref, other_process):
    fcntl.flock(other_process, fcntl.LOCK_EX)
    done = threading.Event()

    def write():
        log_batch(run=ref, points=[("loss", 0, 0, 1.0)])
        done.set()
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert not done.wait(0.2)
    fcntl.flock(other_process, fcntl.LOCK_UN)
    assert done.wait(60)
    thread.join()


def test_a_database_that_stays_locked_fails_a_group_once(run, ref, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.1)
    monkeypatch.setattr(writer, "_held", {})
    tries = []
    once = services._commit_group_once
    monkeypatch.setattr(
        services, "_commit_group_once", lambda group: tries.append(group) or once(group)
    )
    stranger = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    requests = [services.Request(services.check_points(ref, [("loss", i, 0, 0.5)])) for i in (1, 2)]
    errors = services._commit_group(requests)
    stranger.execute("ROLLBACK")
    assert [str(error) for error in errors] == ["database is locked"] * 2
    assert len(tries) == 1
    log_batch(run=ref, points=[("loss", 0, 0, 1.0)])


def test_the_kernel_frees_the_lock_of_a_killed_process(other_process):
    child = os.fork()
    if child == 0:
        with hold_writer_lock():
            os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    assert is_free(other_process)


def test_a_forked_child_does_not_share_its_parents_lock():
    with hold_writer_lock():
        pass
    child = os.fork()
    if child == 0:
        with hold_writer_lock():
            handle = os.open(f"{connection.settings_dict['NAME']}.lock", os.O_RDWR)
            os._exit(0 if not is_free(handle) else 1)
    assert os.waitpid(child, 0)[1] == 0
