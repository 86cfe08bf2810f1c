"""What `manage.py test` makes of its passes."""

import subprocess

import psycopg
import pytest

from tests.postgres import find_programs, running_cluster
from tests.runner import BASE_DIR, RANDOM, Choice, Pass, report

SQLITE = Pass("SQLite", 0, {"passed": 3, "browser passed": 1, "slurm passed": 1})
POSTGRES = Pass("PostgreSQL", 0, {"passed": 2, "skipped": 1})


def test_all_that_ran_is_said(capsys):
    assert report([SQLITE, POSTGRES], require_all=True) == 0
    said = capsys.readouterr().out
    assert "SQLite: 3 passed (1 in Chromium)" in said
    assert "PostgreSQL: 2 passed, 1 skipped (0 in Chromium)" in said


@pytest.mark.parametrize(
    ("passes", "missing"),
    [
        ([SQLITE], "PostgreSQL: no test passed on it."),
        ([Pass("SQLite", 0, {"passed": 3}), POSTGRES], "Chromium: "),
        ([SQLITE, Pass("PostgreSQL", 0, {"skipped": 9})], "PostgreSQL: no test passed on it."),
    ],
)
def test_what_is_missing_is_said_and_fails_where_all_is_required(capsys, passes, missing):
    assert report(passes, require_all=False) == 0
    assert report(passes, require_all=True) == 1
    assert missing in capsys.readouterr().out


def test_a_statement_that_postgresql_was_not_asked_fails_the_whole(capsys):
    asked = {"web::a": {"SELECT 1", "SELECT 2"}, "table::b": {"SELECT 1"}}
    sqlite = Pass("SQLite", 0, SQLITE.counts, frozenset({"web::a", "table::b"}), asked)
    proven = Pass("PostgreSQL", 0, {"passed": 2}, frozenset({"web::a", "table::b"}))
    assert report([sqlite, proven], require_all=False) == 0
    partly = Pass("PostgreSQL", 0, {"passed": 1}, frozenset({"table::b"}))
    assert report([sqlite, partly], require_all=False) == 1
    said = capsys.readouterr().out
    assert "PostgreSQL was not asked what web::a asks: mark it both_databases." in said
    assert "SELECT 2" in said and "SELECT 1" not in said
    assert report([sqlite], require_all=False) == 0


def test_a_failed_pass_fails_the_whole():
    assert report([SQLITE, Pass("PostgreSQL", 2, {})], require_all=False) == 2


def test_a_choice_without_a_test_of_the_database_fails_only_where_all_is_required():
    passes = [SQLITE, Pass("PostgreSQL", 5, {})]
    assert report(passes, require_all=False) == 0
    assert report(passes, require_all=True) == 1
    assert report([Pass("SQLite", 5, {})], require_all=False) == 5


def test_the_whole_suite_runs_in_several_processes_and_a_choice_of_it_in_one():
    for arguments in ([], ["--durations=5"]):
        assert "-n" in Choice(arguments).command("SQLite")
    for arguments in (["tests/up"], ["-n0"], ["--pdb"], ["-x"]):
        assert "-n" not in Choice(arguments).command("SQLite")


def test_marks_that_are_asked_for_narrow_both_passes():
    assert Choice([], "slow").command("SQLite")[-2:] == ["-m", "(slow)"]
    narrowed = Choice([], "slow or s3").command("PostgreSQL")
    assert narrowed[-2:] == ["-m", "(slow or s3) and (both_databases)"]


def test_what_uses_the_database_is_marked_for_both():
    both = {"tests/tracking/test_runs.py", "tests/crash/test_kill_nine.py"}
    others = {"tests/tracking/test_filter_parser.py", "tests/web/test_frame_in_browser.py"}
    command = Choice([*both, *others, "--collect-only", "-q"]).command("PostgreSQL")
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=True)
    # A line for each file with tests: `tests/tracking/test_runs.py: 44`.
    named = {line.partition(":")[0] for line in done.stdout.splitlines()}
    assert named & (both | others) == both


@pytest.mark.skipif(find_programs() is None, reason="PostgreSQL is not installed")
def test_a_private_postgresql_answers_and_leaves_nothing():
    with running_cluster(find_programs()) as url:
        with psycopg.connect(url) as connection:
            folder, sync = connection.execute(
                "SELECT current_setting('data_directory'), current_setting('fsync')"
            ).fetchone()
        assert sync == "off"
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    assert folder.endswith("/data")


def test_what_a_test_of_random_requests_asks_proves_nothing(capsys):
    asked = {"web::a": {"SELECT 1"}, f"api/{RANDOM}::b": {"SELECT 1", "SELECT 2"}}
    sqlite = Pass("SQLite", 0, SQLITE.counts, frozenset(asked), asked)
    postgresql = Pass("PostgreSQL", 0, {"passed": 1}, frozenset({f"api/{RANDOM}::b"}))
    assert report([sqlite, postgresql], require_all=False) == 1
    said = capsys.readouterr().out
    assert "PostgreSQL was not asked what web::a asks" in said
    assert RANDOM not in said
