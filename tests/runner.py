"""`python3 manage.py test`: every test on SQLite, and once more on PostgreSQL where there is one.

Arguments beside the two below go to pytest.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.chromium import find_program
from tests.postgres import find_programs, running_cluster

BASE_DIR = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Pass:
    """One run of pytest: its exit code and how many tests ended how."""

    database: str
    exit_code: int
    counts: dict[str, int]

    def __str__(self) -> str:
        outcomes = [f"{self.counts[key]} {key}" for key in OUTCOMES if self.counts.get(key)]
        browser = self.counts.get("browser passed", 0)
        return f"{self.database}: {', '.join(outcomes) or 'nothing ran'} ({browser} in Chromium)"


OUTCOMES = ("passed", "failed", "error", "skipped")


def main(arguments: list[str]) -> int:
    """Run the passes, say what really ran, return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py test", description=__doc__, allow_abbrev=False)
    parser.add_argument("--sqlite-only", action="store_true", help="skip PostgreSQL")
    parser.add_argument(
        "--require-all", action="store_true", help="fail where a database or Chromium is missing"
    )
    chosen, for_pytest = parser.parse_known_args(arguments)
    passes = [run_pytest("SQLite", "", for_pytest)]
    if not chosen.sqlite_only:
        with postgres_url() as url:
            if url:
                passes.append(run_pytest("PostgreSQL", url, for_pytest))
    return report(passes, chosen.require_all)


@contextmanager
def postgres_url() -> Iterator[str]:
    """Yield the address of a PostgreSQL to test on: the one given, else a private one, else ""."""
    given = os.environ.get("STUDIO_TEST_DATABASE_URL", "")
    programs = find_programs()
    if given or programs is None:
        yield given
        return
    with running_cluster(programs) as url:
        yield url


def run_pytest(database: str, url: str, arguments: list[str]) -> Pass:
    """Run pytest once against a database, with an environment that knows nothing of the user's."""
    print(f"\n=== {database} ===", flush=True)
    with tempfile.TemporaryDirectory(prefix="studio-report-") as folder:
        target = Path(folder) / "report.json"
        environment = {**os.environ, "DATABASE_URL": url, "STUDIO_TEST_REPORT": str(target)}
        command = [sys.executable, "-m", "pytest", *in_parallel(arguments), *arguments]
        done = subprocess.run(command, cwd=BASE_DIR, env=environment, check=False)
        counts = json.loads(target.read_text()) if target.exists() else {}
    expected = "sqlite3" if database == "SQLite" else "postgresql"
    if counts.pop("database", expected) != expected:
        raise RuntimeError(f"The tests of {database} did not run on it.")
    return Pass(database, done.returncode, counts)


def in_parallel(arguments: list[str]) -> list[str]:
    """Two processes for the whole suite; one for a choice of it or where pytest is told how."""
    is_whole = not any(not argument.startswith("-") for argument in arguments)
    is_told = any(argument.startswith(("-n", "-p", "--pdb", "-s")) for argument in arguments)
    return ["-n", "2"] if is_whole and not is_told else []


def report(passes: list[Pass], require_all: bool) -> int:
    """Print one line per pass; count what is missing as a failure where all is required."""
    print("\n=== What ran ===")
    for done in passes:
        print(done)
    missing = list(what_is_missing(passes))
    for line in missing:
        print(line)
    failed = [done.exit_code for done in passes if done.exit_code]
    if failed:
        return failed[0]
    return 1 if missing and require_all else 0


def what_is_missing(passes: list[Pass]) -> Iterator[str]:
    databases = {done.database for done in passes if done.counts.get("passed")}
    for database in ("SQLite", "PostgreSQL"):
        if database not in databases:
            yield f"{database}: no test passed on it."
    if not any(done.counts.get("browser passed") for done in passes):
        yield f"Chromium: {'no test used it' if find_program() else 'it is not installed'}."
