"""The worker and its option `--clock`."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from studio.bootstrap import BASE_DIR
from studio.worker import read_options
from tests.up.processes import clean_environment, wait_for


def test_the_folder_of_the_clock_is_made(tmp_path):
    file = tmp_path / "not" / "there" / "clock"
    assert read_options(["--clock", str(file)]).clock == str(file)
    assert file.parent.is_dir()


def test_a_clock_without_a_place_ends_the_worker_with_a_reason(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit):
        read_options(["--clock", str(tmp_path / "file" / "clock")])
    assert "cannot be made" in capsys.readouterr().err


def test_a_worker_without_a_clock_makes_nothing():
    assert read_options([]).clock is None


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 1)])
def test_a_worker_starts_anew_at_a_hangup_and_ends_at_a_signal(tmp_path, number, code):
    environment = clean_environment(STUDIO_DATA_DIR=str(tmp_path), REDIS_URL="memory://")
    command = [sys.executable, "-m", "studio.worker", "--clock", str(tmp_path / "clock")]
    worker = subprocess.Popen(command, cwd=BASE_DIR, env=environment)
    try:
        wait_for(lambda: is_working(worker.pid), "the worker")
        before = place_of_stack(worker.pid)
        worker.send_signal(signal.SIGHUP)
        wait_for(lambda: place_of_stack(worker.pid) != before, "its new start")
        wait_for(lambda: is_working(worker.pid), "the worker again")
        worker.send_signal(number)
        assert worker.wait(timeout=30) == code
    finally:
        worker.kill()


def is_working(pid: int) -> bool:
    """Tell whether the threads of the consumer and of the clock are there."""
    return psutil.Process(pid).num_threads() > 2


def place_of_stack(pid: int) -> str:
    """Return what is another at each start of a program."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return next(line for line in lines if line.endswith("[stack]"))
