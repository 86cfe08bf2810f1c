"""What every test may use, and the account of what really ran."""

import gc
import itertools
import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connection, transaction

import studio.celery
from runs.artifacts.logs import line_index, searching
from runs.database import outage_log
from runs.housekeeping.purging import asking
from runs.metrics.known_ids import forget_ids
from runs.tracking.words import take_words
from runs.workspaces import memory
from runs.workspaces.models import Workspace
from runs.workspaces.scopes import limit_writes
from tests.chromium import QUICK_SWITCHES, find_program
from tests.first_rows import restore_in_bulk
from tests.fresh_database import copy_fresh_database
from tests.s3 import running_s3
from tests.slurm import has_slurm, running_slurm
from tests.statements import Record
from tests.waiting import LONGEST_WAIT_S

# A shell that starts the tests in the background has them ignore Ctrl-C, and with them every
# process that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

restore_in_bulk()

# What is imported and collected stays to the end: to look through all of it for garbage, again and
# again, would be a fifth of the time of collecting.
gc.disable()

# The variable with the file that the test runner reads. What tests ask is written beside it.
REPORT = "STUDIO_TEST_REPORT"

# What a page counts or searches in a log, and what a request erases, is little here. On a busy
# machine the time for it could be over before: the clock of the logs stands still.
line_index.time = searching.time = SimpleNamespace(monotonic=lambda: 0.0)
asking.WAIT_S = 600.0

# No example is timed: any may take long on a busy machine. Those of a test share its fixtures.
hypothesis.settings.register_profile(
    "studio",
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,
    ],
)
hypothesis.settings.load_profile("studio")

numbers = itertools.count(1)
statements = Record()
if REPORT in os.environ and settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    statements.listen()

# pytest-django refuses the database to every test without one of these and without its mark.
DATABASE_FIXTURES = frozenset({"db", "transactional_db"})
# The client and its nodes reach the studio over HTTP.
CLIENT_ROOMS = frozenset({"faults", "sdk"})
# These are about files, requests and pages. What they ask of the database is mostly what the tests
# of the other rooms ask: those of them that run on both databases are marked by hand.
MARKED_BY_HAND = CLIENT_ROOMS | {"api", "artifacts", "http", "mlflow_api", "security", "web"}
# These wait for processes and for outages as much as they compute: begun first, they leave no
# processor idle at the end.
WAITING = frozenset({"faults", "outages", "sdk", "up"})


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Take the SQLite file that is there. PostgreSQL's database is a copy of the template that the
    test runner names, else made by all migrations."""
    return settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_keepdb: bool, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Put the SQLite file there, each process one of its own."""
    if django_db_keepdb:
        copy_fresh_database(Path(settings.DATABASES["default"]["TEST"]["NAME"]))


@pytest.fixture(scope="module")
def make_for_file(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[..., Any]]:
    """Calls a maker of rows that each test of the file finds as they were made, whatever other
    tests write. Not for a file with tests that commit."""

    def make(maker: Callable[..., Any], *args: Any, **fields: Any) -> Any:
        with django_db_blocker.unblock():
            return maker(*args, **fields)

    transaction_of_file = transaction.atomic()
    make(transaction_of_file.__enter__)
    yield make
    make(transaction.set_rollback, True)
    make(transaction_of_file.__exit__, None, None, None)


@pytest.fixture
def workspace(db) -> Workspace:
    """The workspace `default`, as the migrations make it."""
    return Workspace.objects.get(slug="default")


@pytest.fixture(autouse=True)
def forget_between_tests() -> None:
    """The gate and the metrics remember rows; a test's rows vanish sooner. The log says an outage
    once."""
    memory.forget_all()
    forget_ids()
    limit_writes(None)
    take_words()
    outage_log.forget()


@pytest.fixture
def lasting_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the gate remembers for two seconds it remembers for the whole test."""
    monkeypatch.setattr(memory, "time", SimpleNamespace(monotonic=lambda: 0.0))


@pytest.fixture(scope="session")
def all_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stores of all tests are."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def files_dir(settings, all_files: Path) -> Path:
    """The root of a local store of the test's own. (To number folders, `tmp_path` looks through
    those of all tests before.)"""
    folder = all_files / str(next(numbers))
    folder.mkdir()
    settings.FILES_DIR = folder / "files"
    return settings.FILES_DIR


@pytest.fixture
def queue_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No queue answers. (With `broker_url` patched too, undoing would leave this one patched.)"""
    monkeypatch.setattr(studio.celery.app.conf, "broker_write_url", "redis://127.0.0.1:1/0")


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of a server of the S3 protocol."""
    with running_s3() as address:
        yield address


@pytest.fixture(scope="session")
def slurm() -> Iterator[Path]:
    """A Slurm of two nodes with two processors each. Who uses it is marked `slurm` by that."""
    if not has_slurm():
        pytest.skip("Slurm is not installed: apt install slurmctld slurmd slurm-client munge")
    with running_slurm() as folder:
        yield folder


@pytest.fixture(scope="session")
def playwright() -> Iterator:
    """Playwright, which starts Chromium. Who uses it is marked `browser` by that."""
    if find_program() is None:
        pytest.skip("Chromium is not installed: apt install chromium-headless-shell")
    from playwright.sync_api import sync_playwright

    # Django gives every event loop connections of its own, and Playwright starts one. The rows of
    # the migrations, which `serialized_rollback` brings back, go over to the new connection.
    rows = getattr(connection, "_test_serialized_contents", None)
    connection.close()
    with sync_playwright() as playwright:
        if rows is not None:
            connection._test_serialized_contents = rows
        yield playwright
        connection.close()


@pytest.fixture(scope="session")
def chromium(playwright) -> Iterator:
    """A headless Chromium (playwright's Browser)."""
    browser = playwright.chromium.launch(
        executable_path=find_program(), args=QUICK_SWITCHES, timeout=LONGEST_WAIT_S * 1000
    )
    yield browser
    browser.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out unless they are asked for. Begin with those that wait. Mark the
    tests that drive Chromium or Slurm, and those that run on every database."""
    if "slow" not in config.option.markexpr:
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
    items.sort(key=lambda item: item.path.parent.name not in WAITING)
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "slurm" in fixtures:
            item.add_marker(pytest.mark.slurm)
        if "playwright" in fixtures:
            item.add_marker(pytest.mark.browser)
        elif asks_database(item) and item.path.parent.name not in MARKED_BY_HAND:
            item.add_marker(pytest.mark.both_databases)


def pytest_collection_finish() -> None:
    """Look for garbage from here on, among what the tests leave, and rarely: what they import
    stays too, and is looked through each time."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 50)
    gc.enable()


def asks_database(item: pytest.Item) -> bool:
    """Tell whether a test asks the database of its process, and does so by itself: what a browser
    or the client asks depends on how fast they are."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if "playwright" in fixtures or item.path.parent.name in CLIENT_ROOMS:
        return False
    return bool(DATABASE_FIXTURES & fixtures or item.get_closest_marker("django_db"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note the statements of a test."""
    if not asks_database(item):
        return (yield)
    with statements.during(item.nodeid):
        return (yield)


def pytest_sessionfinish() -> None:
    """Write down what the tests of this process have asked."""
    if target := os.environ.get(REPORT):
        statements.write(Path(target).parent)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write what ran to the file that the test runner asks for."""
    if not (target := os.environ.get(REPORT)):
        return
    counts: Counter[str] = Counter()
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            counts[outcome] += 1
            counts[f"browser {outcome}"] += "browser" in report.keywords
            counts[f"slurm {outcome}"] += "slurm" in report.keywords
    engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", [])]
    Path(target).write_text(json.dumps({"database": engine, "tests": passed, **counts}))
