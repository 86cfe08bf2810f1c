"""Tests that run in forks of the process that has collected them."""

import subprocess
import sys

import pytest

from tests.runner import BASE_DIR

CONFTEST = """
import os
import pytest
from django.conf import settings

COLLECTED_BY = os.getpid()

@pytest.fixture(scope="session")
def told():
    yield
    with open({path!r}, "a") as file:
        file.write(f"{{os.getpid()}} {{settings.DATA_DIR}} {{os.environ['STUDIO_DATA_DIR']}}\\n")

@pytest.fixture(autouse=True)
def in_a_fork(told):
    assert os.getpid() != COLLECTED_BY
"""
GOOD = """
import pytest, sys, warnings
@pytest.mark.parametrize("number", range(40))
def test_good(number, capfd):
    print(number)
    assert capfd.readouterr().out == f"{number}\\n"
def test_warns():
    warnings.warn("mind the step")
def test_is_left_out():
    pytest.skip("not today")
"""
BAD = """
def test_bad():
    print("what it said")
    assert 2 + 2 == 5
def test_fine():
    pass
"""
DEADLY = """
import os, signal
def test_before(): pass
def test_kills():
    os.kill(os.getpid(), signal.SIGKILL)
def test_after(): pass
"""


@pytest.fixture
def run(tmp_path):
    """Runs files of tests in three forks; returns the exit code and what was written."""

    def run_files(*options: str, **files: str) -> tuple[int, str]:
        (tmp_path / "conftest.py").write_text(CONFTEST.format(path=str(tmp_path / "told")))
        for name, text in files.items():
            (tmp_path / f"test_{name}.py").write_text(text)
        forked = ["-p", "no:xdist", "-p", "no:cacheprovider", "-p", "tests.side_by_side"]
        place = ["-c", str(BASE_DIR / "pyproject.toml"), f"--rootdir={tmp_path}", str(tmp_path)]
        command = [sys.executable, "-m", "pytest", *forked, "--forks", "3", *place, *options]
        done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)
        print(done.stdout + done.stderr)
        return done.returncode, done.stdout + done.stderr

    return run_files


def test_each_test_runs_once_and_what_fails_is_shown(run, tmp_path):
    code, said = run(good=GOOD, bad=BAD, more=GOOD)
    assert code == 1
    assert "1 failed, 83 passed, 2 skipped, 2 warnings" in said
    assert "assert (2 + 2) == 5" in said and "what it said" in said
    assert "mind the step" in said
    told = [line.split() for line in (tmp_path / "told").read_text().splitlines()]
    pids, folders, named = map(set, zip(*told, strict=True))
    assert len(told) == len(pids) == len(folders) <= 3
    assert folders == named


def test_a_test_that_kills_its_process_fails_and_the_others_run(run):
    code, said = run(deadly=DEADLY, good=GOOD)
    assert code == 1
    assert "1 failed, 43 passed, 1 skipped" in said
    assert "The process that ran this test has ended with -9." in said
    assert "test_kills" in said


def test_what_fails_after_the_last_test_fails_the_whole(run):
    broken = "import pytest\n@pytest.fixture(scope='session')\ndef odd():\n    yield\n    1 / 0\n"
    code, said = run(broken=broken + "def test_one(odd):\n    pass\n")
    assert code not in (0, None)
    assert "ZeroDivisionError" in said


def test_it_stops_where_it_is_told_to(run):
    code, said = run("--maxfail=1", bad=BAD, good=GOOD)
    assert code == 1
    assert "1 failed" in said and "stopping after 1 failures" in said
