"""Callers that meet share a commit; each gets its own outcome; nobody waits for ever."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from runs.metrics.group_commit import GroupCommit, Ticket

WAIT_S = 10


class Store:
    """Stands in for the database: notes the groups it gets, and can be held in a commit."""

    def __init__(self) -> None:
        self.groups: list[list[object]] = []
        self.entered = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.refuse: Callable[[list[object]], BaseException | None] = lambda group: None

    def write(self, group):
        self.entered.set()
        assert self.may_go_on.wait(WAIT_S)
        if error := self.refuse(list(group)):
            raise error
        self.groups.append(list(group))
        return [ValueError(work) if work == "refused" else None for work in group]


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def commits(store):
    return GroupCommit(store.write)


def outcome(commits, work):
    try:
        commits.submit(work)
    except BaseException as error:
        return error
    return None


def submit_together(commits, store, first, *others):
    """Let `others` come while `first` is in its commit; return the outcome of each."""
    store.may_go_on.clear()
    with ThreadPoolExecutor(1 + len(others)) as pool:
        futures = [pool.submit(outcome, commits, first)]
        assert store.entered.wait(WAIT_S)
        for count, other in enumerate(others, start=1):
            futures.append(pool.submit(outcome, commits, other))
            wait_until(lambda count=count: len(commits._pending) == count)
        store.may_go_on.set()
        return [future.result(WAIT_S) for future in futures]


def wait_until(condition):
    for _ in range(WAIT_S * 1000):
        if condition():
            return
        threading.Event().wait(0.001)
    raise AssertionError("waited in vain")


def test_one_caller_is_a_group(commits, store):
    commits.submit("a")
    commits.submit("b")
    assert store.groups == [["a"], ["b"]]


def test_callers_that_come_during_a_commit_share_the_next(commits, store):
    assert submit_together(commits, store, "a", "b", "c", "d") == [None] * 4
    assert store.groups == [["a"], ["b", "c", "d"]]


def test_a_refused_work_fails_alone(commits, store):
    outcomes = submit_together(commits, store, "a", "b", "refused", "d")
    assert [type(o) for o in outcomes] == [type(None), type(None), ValueError, type(None)]
    assert store.groups == [["a"], ["b", "refused", "d"]]


def test_a_work_that_breaks_the_group_fails_alone(commits, store):
    store.refuse = lambda group: RuntimeError("broken") if "bad" in group else None
    outcomes = submit_together(commits, store, "a", "b", "bad", "d")
    assert [type(o) for o in outcomes] == [type(None), type(None), RuntimeError, type(None)]
    assert store.groups == [["a"], ["b"], ["d"]]


def test_each_caller_gets_an_error_of_its_own(commits, store):
    store.refuse = lambda group: RuntimeError(group)
    first, second = submit_together(commits, store, "a", "b", "c")[1:]
    assert first is not second
    assert (first.args, second.args) == ((["b"],), (["c"],))


def test_when_the_leader_dies_the_others_are_committed(commits, store):
    store.refuse = lambda group: KeyboardInterrupt() if "b" in group else None
    outcomes = submit_together(commits, store, "a", "b", "c", "d")
    assert [type(o) for o in outcomes] == [type(None), KeyboardInterrupt, type(None), type(None)]
    assert store.groups == [["a"], ["c", "d"]]


def test_after_a_dead_leader_new_callers_are_served(commits, store):
    store.refuse = lambda group: KeyboardInterrupt()
    assert isinstance(outcome(commits, "a"), KeyboardInterrupt)
    store.refuse = lambda group: None
    assert outcome(commits, "b") is None


def test_the_lead_passes_by_a_caller_that_stopped_waiting(commits, store):
    """As when a signal ends the thread that waits: nobody may hang behind it."""

    class Interrupted:
        def acquire(self):
            raise KeyboardInterrupt

    store.may_go_on.clear()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(outcome, commits, "a")
        assert store.entered.wait(WAIT_S)
        with pytest.raises(KeyboardInterrupt):
            ticket = Ticket("b", wake=Interrupted())
            commits._pending.append(ticket)
            commits._wait(ticket)
        last = pool.submit(outcome, commits, "c")
        store.may_go_on.set()
        assert (first.result(WAIT_S), last.result(WAIT_S)) == (None, None)
    assert store.groups == [["a"], ["c"]]


def test_a_forked_child_commits_although_its_parent_was_in_a_commit(commits, store):
    store.may_go_on.clear()
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(outcome, commits, "a")
        assert store.entered.wait(WAIT_S)
        child = os.fork()
        if child == 0:
            store.may_go_on.set()
            os._exit(0 if outcome(commits, "b") is None else 1)
        store.may_go_on.set()
        assert os.waitpid(child, 0)[1] == 0
        assert held.result(WAIT_S) is None


def test_sixteen_threads_lose_and_double_nothing(commits, store):
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda work: outcome(commits, work), range(3000)))
    assert outcomes == [None] * 3000
    assert sorted(work for group in store.groups for work in group) == list(range(3000))


def test_who_comes_while_the_leader_waits_for_its_turn_is_in_its_group(store):
    may_write = threading.Event()

    @contextmanager
    def turn():
        assert may_write.wait(WAIT_S)
        yield

    commits = GroupCommit(store.write, turn)
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(outcome, commits, work) for work in "abc"]
        wait_until(lambda: len(commits._pending) == 3)
        may_write.set()
        assert [future.result(WAIT_S) for future in futures] == [None] * 3
    assert [sorted(group) for group in store.groups] == [["a", "b", "c"]]


def test_all_who_wait_fail_with_a_turn_that_does_not_come(store):
    may_fail = threading.Event()

    @contextmanager
    def turn():
        assert may_fail.wait(WAIT_S)
        raise TimeoutError("locked")
        yield

    commits = GroupCommit(store.write, turn)
    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(outcome, commits, work) for work in "ab"]
        wait_until(lambda: len(commits._pending) == 2)
        may_fail.set()
        errors = [future.result(WAIT_S) for future in futures]
    assert [error.args for error in errors] == [("locked",)] * 2
    assert errors[0] is not errors[1]
    assert store.groups == []
