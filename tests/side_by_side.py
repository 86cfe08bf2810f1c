"""A plugin of pytest that runs the tests in forks of the process that has collected them.

    python -m pytest -p tests.side_by_side --forks 5

To load the studio and to collect its tests takes seconds of a processor, which each process of
pytest-xdist takes for itself. Here it is done once. A fork asks for the next tests when it has run
those that it has, and tells what became of each test.
"""

import atexit
import math
import os
import random
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
from collections import deque
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

# These wait for processes and for outages as much as they compute.
WAITING_ROOMS = frozenset({"faults", "outages", "sdk", "up"})
# Of five forks three begin with what waits for processes, two with what drives Chromium: together
# these keep two cores busy. What is left, quick tests, fills the end.
WAITING, BROWSER, OTHERS = "waiting", "browser", "others"
ORDERS = ((WAITING, OTHERS, BROWSER), (BROWSER, OTHERS, WAITING))
SHARE_THAT_WAITS = 3 / 5
# How long a fork may take to clear up when all is to end.
PATIENCE_S = 10.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with the number of forks."""
    parser.addoption("--forks", type=int, default=0, help="how many forks run the tests")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run all tests in forks, where some are asked for."""
    config = session.config
    if not config.option.forks or config.option.collectonly or session.testsfailed:
        return None
    Parent(session).run(config.option.forks)
    return True


@dataclass
class Child:
    """A fork: its number, a handle (pidfd), the way to talk to it, and the tests that it runs."""

    pid: int
    handle: int
    connection: Connection
    order: tuple[str, ...]
    running: list[int] = field(default_factory=list)


class Parent:
    """The process that has collected the tests, and shows what becomes of them."""

    def __init__(self, session: pytest.Session) -> None:
        self.session = session
        self.hook = session.config.hook
        self.work = Work(session.items)
        self.children: list[Child] = []

    def run(self, forks: int) -> None:
        """Have all tests run."""
        # What it keeps, it keeps for each fork: they would share one place in one file.
        capturing = self.session.config.pluginmanager.getplugin("capturemanager")
        capturing.stop_global_capturing()
        sys.stdout.flush()
        sys.stderr.flush()
        self.session.config._tmp_path_factory.getbasetemp()
        try:
            for number in range(forks):
                order = ORDERS[number >= math.ceil(forks * SHARE_THAT_WAITS)]
                self.children.append(self.fork(number, order))
            capturing.start_global_capturing()
            capturing.suspend_global_capture()
            while self.children:
                self.listen()
        finally:
            self.end_all()
        if self.session.shouldfail:
            raise self.session.Failed(self.session.shouldfail)
        if self.session.shouldstop:
            raise self.session.Interrupted(self.session.shouldstop)
        if self.work.count():
            raise self.session.Failed("no process is left to run the other tests")

    def end_all(self) -> None:
        """End the forks that are left where it went wrong, or somebody has pressed Ctrl-C."""
        for child in self.children:
            child.connection.close()
        for child in self.children:
            if not wait([child.handle], PATIENCE_S):
                signal.pidfd_send_signal(child.handle, signal.SIGKILL)
            os.waitpid(child.pid, 0)

    def fork(self, number: int, order: tuple[str, ...]) -> Child:
        """Start a process that runs tests."""
        own, other = Pipe()
        pid = os.fork()
        if pid == 0:
            own.close()
            for child in self.children:
                child.connection.close()
                os.close(child.handle)
            be_fork(self.session, other, f"fork{number}")
        other.close()
        return Child(pid, os.pidfd_open(pid), own, order)

    def listen(self) -> None:
        """Hear what forks tell, until one of them has told something or has ended."""
        ready = wait([one for child in self.children for one in (child.connection, child.handle)])
        for child in list(self.children):
            if child.connection in ready or (child.handle in ready and child.connection.poll()):
                is_there = self.hear(child)
            else:
                is_there = child.handle not in ready
            if not is_there:
                self.bury(child)

    def hear(self, child: Child) -> bool:
        """Take a message of a fork; tell whether there was one."""
        try:
            kind, *facts = child.connection.recv()
        except (EOFError, ConnectionResetError):
            return False
        if kind == "next":
            has_to_stop = self.session.shouldstop or self.session.shouldfail
            child.running = [] if has_to_stop else self.work.take(child.order, self.how_few())
            child.connection.send(child.running)
        elif kind == "warning":
            (facts,) = facts
            facts["warning_message"] = as_warning(*facts["warning_message"])
            self.hook.pytest_warning_recorded.call_historic(kwargs=facts)
        else:
            index, reports = facts
            child.running.remove(index)
            self.show(self.session.items[index], reports)
        return True

    def how_few(self) -> int:
        """Return how many tests a fork may take: few at the end, so that all end together."""
        return max(1, self.work.count() // (4 * len(self.children)))

    def show(self, item: pytest.Item, reports: list[dict[str, Any]]) -> None:
        """Tell pytest what became of a test."""
        self.hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for data in reports:
            self.hook.pytest_runtest_logreport(
                report=self.hook.pytest_report_from_serializable(
                    config=self.session.config, data=data
                )
            )
        self.hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def bury(self, child: Child) -> None:
        """Fail the test that a fork has died of. The others run the rest of what it had."""
        self.children.remove(child)
        _, status = os.waitpid(child.pid, 0)
        os.close(child.handle)
        code = os.waitstatus_to_exitcode(status)
        if child.running:
            index, *rest = child.running
            self.work.give_back(rest)
            item = self.session.items[index]
            told = f"The process that ran this test has ended with {code}."
            dead = pytest.TestReport(
                item.nodeid, item.location, item.keywords, "failed", told, "call"
            )
            self.hook.pytest_runtest_logreport(report=dead)
        elif code:
            raise self.session.Failed(f"a process that ran tests has ended with {code}")


class Work:
    """The tests that are to run: by lane, the indices of neighbors of one file together."""

    def __init__(self, items: list[pytest.Item]) -> None:
        self.lanes: dict[str, deque[list[int]]] = {
            WAITING: deque(),
            BROWSER: deque(),
            OTHERS: deque(),
        }
        for (lane, _), group in groupby(range(len(items)), lambda index: place_of(items[index])):
            self.lanes[lane].append(list(group))

    def count(self) -> int:
        """Return how many are to run."""
        return sum(map(len, (tests for lane in self.lanes.values() for tests in lane)))

    def take(self, order: tuple[str, ...], most: int) -> list[int]:
        """Return the next ones, of one file, of the first of some lanes that has any."""
        for lane in (self.lanes[name] for name in order):
            if lane:
                tests = lane.popleft()
                if tests[most:]:
                    lane.appendleft(tests[most:])
                return tests[:most]
        return []

    def give_back(self, tests: list[int]) -> None:
        """Have some run by somebody else."""
        if tests:
            self.lanes[OTHERS].appendleft(tests)


def place_of(item: pytest.Item) -> tuple[str, Path]:
    """Return the lane of a test, and its file."""
    if item.get_closest_marker("browser"):
        return BROWSER, item.path
    return (WAITING if item.path.parent.name in WAITING_ROOMS else OTHERS), item.path


def be_fork(session: pytest.Session, connection: Connection, name: str) -> None:
    """Run the tests that the parent names, then end."""
    code = 1
    config = session.config
    plugins = config.pluginmanager
    try:
        atexit._clear()
        random.seed()
        folder = move_data_folder(name)
        config.workerinput = {"workerid": name}
        config._tmp_path_factory._basetemp /= name
        config._tmp_path_factory._basetemp.mkdir()
        # The parent alone shows what happens.
        plugins.unregister(name="terminalreporter")
        plugins.getplugin("capturemanager").start_global_capturing()
        plugins.getplugin("capturemanager").suspend_global_capture()
        plugins.register(teller := Teller(config, connection))
        try:
            run_tests(session, connection, teller)
        finally:
            config.hook.pytest_sessionfinish(session=session, exitstatus=session.testsfailed)
            atexit._run_exitfuncs()
            shutil.rmtree(folder, ignore_errors=True)
        code = 0
    except (KeyboardInterrupt, EOFError, ConnectionError):
        pass  # Somebody has pressed Ctrl-C, or the parent has gone.
    except BaseException:
        plugins.getplugin("capturemanager").stop_global_capturing()
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def run_tests(session: pytest.Session, connection: Connection, teller: "Teller") -> None:
    """Run tests until there are no more."""
    while True:
        connection.send(("next",))
        if not (indices := connection.recv()):
            return
        # The test before was followed by one of another file, whose folder may be another one too.
        session._setupstate.teardown_exact(session.items[indices[0]])
        for index, following in zip(indices, [*indices[1:], None], strict=True):
            item = session.items[index]
            coming = other_file(session, item) if following is None else session.items[following]
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=coming)
            connection.send(("ran", index, teller.take()))


def other_file(session: pytest.Session, item: pytest.Item) -> pytest.Item | None:
    """Return a test of another file: what belongs to the whole session stays, the rest goes."""
    return next((one for one in session.items if one.path != item.path), None)


class Teller:
    """Keeps the reports of a test until it has run; tells warnings at once."""

    def __init__(self, config: pytest.Config, connection: Connection) -> None:
        self.config = config
        self.connection = connection
        self.reports: list[dict[str, Any]] = []

    def take(self) -> list[dict[str, Any]]:
        """Return the reports of a test that has run."""
        taken, self.reports = self.reports, []
        return taken

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what became of a part of a test."""
        hook = self.config.hook
        self.reports.append(hook.pytest_report_to_serializable(config=self.config, report=report))

    def pytest_warning_recorded(
        self,
        warning_message: warnings.WarningMessage,
        when: str,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        """Tell a warning."""
        text = f"{warning_message.category.__name__}: {warning_message.message}"
        message = (text, warning_message.filename, warning_message.lineno)
        facts = {"when": when, "nodeid": nodeid, "location": location}
        self.connection.send(("warning", {"warning_message": message, **facts}))


def as_warning(text: str, file: str, line: int) -> warnings.WarningMessage:
    """Return a warning of a fork, whose own class need not be known here."""
    return warnings.WarningMessage(UserWarning(text), UserWarning, file, line)


def move_data_folder(name: str) -> Path:
    """Give this process a data folder of its own, in the settings and for what it starts."""
    old = str(settings.DATA_DIR)
    new = tempfile.mkdtemp(prefix=f"studio-test-{name}-")
    for key in filter(str.isupper, dir(settings)):
        setattr(settings, key, moved(getattr(settings, key), old, new))
    os.environ["STUDIO_DATA_DIR"] = new
    return Path(new)


def moved(value: Any, old: str, new: str) -> Any:
    """Return a setting with one folder in another's place. Dictionaries stay what they are: others
    have them too."""
    if isinstance(value, dict):
        for key, one in value.items():
            value[key] = moved(one, old, new)
    elif isinstance(value, Path):
        return Path(moved(str(value), old, new))
    elif isinstance(value, str):
        return value.replace(old, new)
    return value
