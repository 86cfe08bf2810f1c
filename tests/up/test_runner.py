"""What `manage.py test` makes of its passes."""

import psycopg
import pytest

from tests.postgres import find_programs, running_cluster
from tests.runner import Pass, in_parallel, report

SQLITE = Pass("SQLite", 0, {"passed": 3, "browser passed": 1})
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


def test_a_failed_pass_fails_the_whole():
    assert report([SQLITE, Pass("PostgreSQL", 2, {})], require_all=False) == 2


def test_the_whole_suite_runs_in_two_processes_and_a_choice_of_it_in_one():
    assert in_parallel([]) == in_parallel(["--durations=5"]) == ["-n", "2"]
    assert in_parallel(["tests/up"]) == in_parallel(["-n0"]) == in_parallel(["--pdb"]) == []


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
