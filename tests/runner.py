"""`python3 manage.py test`: every test on SQLite and, side by side, PostgreSQL where there is one.

- SQLite: every test.
- PostgreSQL: the tests marked `both_databases`. In most rooms `tests/conftest.py` marks every test
  with access to the database (pytest-django refuses it to all others) that does not drive Chromium.
  In the rooms about files, requests, pages and the client (its `MARKED_BY_HAND`) those are marked
  by hand whose subject is what the database does (points that must arrive once, claims and slots of
  nodes, texts it refuses, orders, filters), some that start a studio in a process of its own (the
  stock MLflow client, the commands, a start of `up`), and those that ask what no other test asks.

Every statement is asked on both databases: a whole run fails where a test asks SQLite one that no
test on PostgreSQL asks, and names the test to mark. (What a test asks is noted on SQLite, where all
of them run; the same test asks PostgreSQL the same in its words.)

A whole run keeps temporary files in memory where there is room (`tests/memory_folder.py`).

Arguments beside the three below go to pytest.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.chromium import find_program
from tests.fresh_database import FRESH_FILE, make_fresh_database
from tests.memory_folder import temporary_files_in_memory
from tests.postgres import TEMPLATE, find_programs, fresh_database, running_cluster
from tests.shared_folder import shared_folder
from tests.slurm import has_slurm
from tests.statements import only_asked_by_others, read_records

BASE_DIR = Path(__file__).resolve().parent.parent
OUTCOMES = ("passed", "failed", "error", "skipped")
# The processes of each pass: on two cores both then end at the same time. That on SQLite has most
# of the work, with the tests of the browser and of restarts, which wait more than they compute.
PROCESSES = {"SQLite": "5", "PostgreSQL": "1"}
# The one process on PostgreSQL would end last: it comes first where both want a processor.
NICENESS = 1
# Its requests are made up anew in each run: what it asks proves nothing about the next one.
RANDOM = "test_schema_is_kept"
NOTHING_SELECTED = 5  # pytest's exit code


@dataclass(frozen=True)
class Pass:
    """One run of pytest: its exit code, how many tests ended how, which passed, and which
    statements each has asked, where that was noted."""

    database: str
    exit_code: int
    counts: dict[str, int]
    passed: frozenset[str] = frozenset()
    asked: dict[str, set[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        outcomes = [f"{self.counts[key]} {key}" for key in OUTCOMES if self.counts.get(key)]
        browser = self.counts.get("browser passed", 0)
        return f"{self.database}: {', '.join(outcomes) or 'nothing ran'} ({browser} in Chromium)"


@dataclass(frozen=True)
class Choice:
    """What to run: pytest's arguments, and its expression of marks."""

    arguments: list[str]
    marks: str = ""

    @property
    def is_everything(self) -> bool:
        """Tell whether each pass runs all tests that it has."""
        return not self.marks and self.is_whole

    @property
    def is_whole(self) -> bool:
        """Tell whether no file is named, and nothing is said about processes."""
        named = any(not argument.startswith("-") for argument in self.arguments)
        told = any(one.startswith(("-n", "-p", "--pdb", "-s", "-x")) for one in self.arguments)
        return not named and not told

    def command(self, database: str) -> list[str]:
        """Return pytest's command line for the pass on a database."""
        marks = (self.marks, "both_databases" if database == "PostgreSQL" else "")
        both = " and ".join(f"({one})" for one in marks if one)
        in_parallel = ["-n", PROCESSES[database], "--dist", "worksteal"] if self.is_whole else []
        by_marks = ["-m", both] if both else []
        return [sys.executable, "-m", "pytest", *in_parallel, *by_marks, *self.arguments]


def main(arguments: list[str]) -> int:
    """Run the passes, say what really ran, return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py test", description=__doc__, allow_abbrev=False)
    parser.add_argument("--sqlite-only", action="store_true", help="skip PostgreSQL")
    parser.add_argument(
        "--require-all",
        action="store_true",
        help="fail where one of them is missing",
    )
    parser.add_argument("-m", dest="marks", default="", help="pytest's expression of marks")
    chosen, for_pytest = parser.parse_known_args(arguments)
    choice = Choice(for_pytest, chosen.marks)
    in_memory = temporary_files_in_memory() if choice.is_everything else nullcontext()
    with in_memory, postgres_url(chosen.sqlite_only) as url, shared_folder():
        passes = run_passes(choice, url)
    return report(passes, chosen.require_all)


@contextmanager
def postgres_url(is_left_out: bool) -> Iterator[str]:
    """Yield the address of a PostgreSQL to test on: the one given, else a private one, else ""."""
    given = os.environ.get("STUDIO_TEST_DATABASE_URL", "")
    programs = find_programs()
    if is_left_out or given or programs is None:
        yield "" if is_left_out else given
        return
    with running_cluster(programs) as url:
        yield url


def run_passes(choice: Choice, url: str) -> list[Pass]:
    """Run both passes at once where every test is asked for, else one after the other.

    One pass alone leaves a core idle while its tests wait for a browser or a server.
    """
    if not url:
        return [run_pytest("SQLite", "", choice)]
    if not choice.is_whole:
        return [run_pytest("SQLite", "", choice), run_pytest("PostgreSQL", url, choice)]
    with ThreadPoolExecutor() as threads, tempfile.TemporaryFile() as output:
        postgres = threads.submit(run_pytest, "PostgreSQL", url, choice, output)
        passes = [run_pytest("SQLite", "", choice, niceness=NICENESS), postgres.result()]
        output.seek(0)
        print("\n=== Output of PostgreSQL ===")
        sys.stdout.write(output.read().decode(errors="replace"))
    return passes


def run_pytest(
    database: str,
    url: str,
    choice: Choice,
    output: IO[bytes] | None = None,
    niceness: int = 0,
) -> Pass:
    """Run pytest once against a database, with an environment that knows nothing of the user's."""
    print(f"\n=== {database} ===", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="studio-report-") as folder,
        fresh_database(url) if url and choice.is_whole else nullcontext("") as template,
    ):
        target = Path(folder) / "report.json"
        environment = {**os.environ, "DATABASE_URL": url, "STUDIO_TEST_REPORT": str(target)}
        # Threads of linear algebra would spin for each other on processors that all are busy.
        environment = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"} | environment
        environment[TEMPLATE] = template.rpartition("/")[2]
        if not url and choice.is_whole:
            environment[FRESH_FILE] = str(make_fresh_database(Path(folder) / "fresh"))
        done = subprocess.run(
            ["nice", "-n", str(niceness), *choice.command(database)],
            cwd=BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
            check=False,
        )
        counts = json.loads(target.read_text()) if target.exists() else {}
        asked = read_records(Path(folder)) if choice.is_everything else {}
    expected = "sqlite3" if database == "SQLite" else "postgresql"
    if counts.pop("database", expected) != expected:
        raise RuntimeError(f"The tests of {database} did not run on it.")
    passed = frozenset(counts.pop("tests", ()))
    return Pass(database, done.returncode, counts, passed, asked)


def report(passes: list[Pass], require_all: bool) -> int:
    """Print one line per pass; count what is missing as a failure where all is required."""
    print("\n=== What ran ===")
    for done in passes:
        print(done)
    missing = list(what_is_missing(passes))
    for line in missing:
        print(line)
    if failed := [done.exit_code for done in passes if has_failed(done)]:
        return failed[0]
    unproven = list(what_is_unproven(passes))
    for line in unproven:
        print(line)
    return 1 if unproven or (missing and require_all) else 0


def has_failed(done: Pass) -> bool:
    """Tell whether a pass failed. A choice of tests may have none that runs on PostgreSQL."""
    is_empty = done.database == "PostgreSQL" and done.exit_code == NOTHING_SELECTED
    return bool(done.exit_code) and not is_empty


def what_is_missing(passes: list[Pass]) -> Iterator[str]:
    databases = {done.database for done in passes if done.counts.get("passed")}
    for database in ("SQLite", "PostgreSQL"):
        if database not in databases:
            yield f"{database}: no test passed on it."
    if not any(done.counts.get("browser passed") for done in passes):
        yield f"Chromium: {'no test used it' if find_program() else 'it is not installed'}."
    if not any(done.counts.get("slurm passed") for done in passes):
        yield f"Slurm: {'no test used it' if has_slurm() else 'it is not installed'}."


def what_is_unproven(passes: list[Pass]) -> Iterator[str]:
    """Name what SQLite was asked by tests of which none has passed on PostgreSQL."""
    by_database = {done.database: done for done in passes}
    if len(by_database) < 2:
        return
    passed = by_database["PostgreSQL"].passed
    asked = by_database["SQLite"].asked
    asked = {test: statements for test, statements in asked.items() if RANDOM not in test}
    tests: dict[str, list[str]] = {}
    for statement, test in only_asked_by_others(asked, passed).items():
        tests.setdefault(test, []).append(statement)
    for test, statements in tests.items():
        yield f"PostgreSQL was not asked what {test} asks: mark it both_databases."
        yield from (f"    {statement}" for statement in sorted(statements))
