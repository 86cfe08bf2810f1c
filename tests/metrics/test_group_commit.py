"""Callers that meet share a commit; each gets its own outcome; nobody waits for ever."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from runs.metrics.group_commit import GroupCommit, Ticket

WAIT_S = 60


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


class Told:
    """A caller that does not wait: what it is told, and by which thread."""

    def __init__(self) -> None:
        self.outcomes: list[Exception | None] = []
        self.threads: list[str] = []

    def __call__(self, error: Exception | None) -> None:
        self.outcomes.append(error)
        self.threads.append(threading.current_thread().name)


@contextmanager
def held(commits, store, first, tell=None):
    """Hold the commit of `first` while the block runs; give the future of what it returns."""
    store.may_go_on.clear()
    store.entered.clear()
    with ThreadPoolExecutor(1, "leader") as pool:
        future = pool.submit(commits.submit, first, tell)
        assert store.entered.wait(WAIT_S)
        yield future
        store.may_go_on.set()


def test_a_caller_alone_is_answered_by_itself(commits, store):
    told = Told()
    assert commits.submit("a", told) is True
    assert (store.groups, told.outcomes) == ([["a"]], [])
    with pytest.raises(ValueError, match="refused"):
        commits.submit("refused", told)
    assert told.outcomes == []


def test_a_caller_that_need_not_wait_returns_and_the_leader_tells_it(commits, store):
    own, others = Told(), [Told(), Told()]
    with held(commits, store, "a", own) as leader:
        assert commits.submit("b", others[0]) is False
        assert commits.submit("refused", others[1]) is False
        assert others[0].outcomes == []
    # It goes on for them, and has answered its own caller before.
    assert leader.result(WAIT_S) is False
    assert own.outcomes == [None]
    assert others[0].outcomes == [None]
    assert [type(error) for error in others[1].outcomes] == [ValueError]
    assert store.groups == [["a"], ["b", "refused"]]
    assert others[0].threads == own.threads


def test_a_leader_that_has_more_to_do_leaves_them_to_another_thread(commits, store):
    told = Told()
    with held(commits, store, "a") as leader:
        assert commits.submit("b", told) is False
    assert leader.result(WAIT_S) is True
    wait_until(lambda: told.outcomes)
    assert (told.outcomes, told.threads) == ([None], ["commits"])


def test_who_waits_leads_before_a_new_thread_does(commits, store):
    told = Told()
    with held(commits, store, "a") as leader, ThreadPoolExecutor(1) as pool:
        commits.submit("b", told)
        waits = pool.submit(outcome, commits, "c")
        wait_until(lambda: len(commits._pending) == 2)
        store.may_go_on.set()
        assert waits.result(WAIT_S) is None
    assert leader.result(WAIT_S) is True
    assert (store.groups, told.outcomes) == ([["a"], ["b", "c"]], [None])


def test_a_leader_that_dies_leaves_them_to_another_thread(commits, store):
    told = Told()
    store.refuse = lambda group: KeyboardInterrupt() if "a" in group else None
    with held(commits, store, "a", Told()) as leader:
        commits.submit("b", told)
    assert isinstance(leader.exception(WAIT_S), KeyboardInterrupt)
    wait_until(lambda: told.outcomes)
    assert (store.groups, told.outcomes) == ([["b"]], [None])


def test_a_caller_that_cannot_be_told_keeps_nobody_from_being_told(commits, store, caplog):
    def vanished(error):
        raise ConnectionError

    told = Told()
    with held(commits, store, "a", Told()):
        commits.submit("b", vanished)
        commits.submit("c", told)
    assert told.outcomes == [None]
    assert "could not be told" in caplog.text
    assert outcome(commits, "d") is None


def test_all_who_do_not_wait_are_refused_where_no_thread_can_be_started(
    commits, store, monkeypatch
):
    told = Told()

    def refuse(self):
        raise RuntimeError("can't start new thread")

    with held(commits, store, "a") as leader:
        commits.submit("b", told)
        monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.undo()
    assert leader.result(WAIT_S) is True
    assert [type(error) for error in told.outcomes] == [RuntimeError]
    assert outcome(commits, "c") is None


def test_waiting_and_leaving_callers_mixed_lose_and_double_nothing(commits, store):
    told = {work: Told() for work in range(0, 3000, 3)}

    def send(work):
        return commits.submit(work, told.get(work))

    with ThreadPoolExecutor(16) as pool:
        committed = list(pool.map(send, range(3000)))
    left = [work for work, done in enumerate(committed) if not done]
    wait_until(lambda: all(told[work].outcomes == [None] for work in left))
    assert all(not told[work].outcomes for work in told if work not in left)
    assert sorted(work for group in store.groups for work in group) == list(range(3000))
