"""The program `studio` while the studio is away for a while."""

import os
import subprocess
import sys
import time

import pytest

from studio.sdk import Experiment, Run
from studio.sdk.cli.main import run as run_program
from tests.forks import OF_COMMANDS, Fork
from tests.sdk.gate import BASE_DIR, Gate
from tests.sdk.test_outbox import is_over, wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LOG = "azureml-logs/70_driver_log.txt"


def start(gate: Gate, *arguments: str, **options) -> Fork:
    environment = {**os.environ, "PYTHONPATH": str(BASE_DIR), "STUDIO_URL": gate.url}
    command = [sys.executable, "-m", "studio.sdk.cli", *arguments]
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return Fork(command, OF_COMMANDS, env=environment, **options)


def append(run: Run, offset: int, text: str) -> int:
    query = {"path": LOG, "offset": offset}
    return run._ask("PATCH", "/logs", query=query, body=text.encode())["next_offset"]


def test_monitor_logs_goes_on_at_the_byte_where_it_was(space, gate):
    run = Experiment(space, "digits").start_logging()
    lines = [f"line {number}\n" for number in range(300)]
    offset = append(run, 0, "".join(lines[:100]))
    watching = start(gate, "run", "monitor-logs", "-r", run.id)
    seen = [watching.stdout.readline() for _ in range(100)]
    gate.shut()
    offset = append(run, offset, "".join(lines[100:200]))
    time.sleep(1.5)
    assert watching.poll() is None, watching.stderr.read()
    gate.open()
    seen += [watching.stdout.readline() for _ in range(100)]
    append(run, offset, "".join(lines[200:]))
    run.complete()
    rest, err = watching.communicate(timeout=30)
    assert "".join(seen) + rest == "".join(lines)
    assert watching.returncode == 0 and f"{run.id}: Completed" in err


def test_pipe_passes_on_while_the_studio_is_away_and_sends_later(space, gate, tmp_path):
    piped = start(gate, "pipe", "-e", "digits", stdin=subprocess.PIPE)
    piped.stdin.write("first\n")
    piped.stdin.flush()
    assert piped.stdout.readline() == "first\n"
    gate.shut()
    piped.stdin.write("second\n")
    piped.stdin.flush()
    assert piped.stdout.readline() == "second\n"
    time.sleep(1.0)
    gate.open()
    _, err = piped.communicate(timeout=60)
    assert piped.returncode == 0, err
    run = next(Experiment(space, "digits").get_runs())
    run.download_file("logs/user_log.txt", str(tmp_path / "log"))
    assert (tmp_path / "log").read_text() == "first\nsecond\n"
    assert run.get_status() == "Completed"


def test_pipe_of_a_studio_that_is_away_from_the_beginning_keeps_all(space, gate, tmp_path):
    gate.shut()
    began = time.monotonic()
    piped = start(gate, "pipe", "-e", "digits", stdin=subprocess.PIPE)
    piped.stdin.write("first\n")
    piped.stdin.flush()
    assert piped.stdout.readline() == "first\n"
    assert time.monotonic() - began < 10
    _, err = piped.communicate(timeout=60)
    assert piped.returncode == 6 and "`studio sync` sends it too" in err
    gate.open()
    run_id = err.partition(":")[0]
    wait_for(lambda: is_over(run_id), 40)
    run = Run.get(space, run_id)
    run.download_file("logs/user_log.txt", str(tmp_path / "log"))
    assert ((tmp_path / "log").read_text(), run.status) == ("first\n", "Completed")


OFFLINE = """
run = start(captures_console=False)
for i in range(300):
    run.log("x", i)
print(run.id, flush=True)
os._exit(0)
"""


@pytest.fixture
def left(gate, scripts) -> str:
    """A run of a script that was killed while the studio was away, without a sender."""
    gate.shut()
    return scripts.run(OFFLINE, STUDIO_SENDER="supervisor")[0].strip()


def test_sync_sends_what_a_script_logged_without_a_studio(space, left, gate, monkeypatch, capfd):
    assert run_program(["doctor", "-o", "json", "--query", "[?!ok].found"]) == 1
    assert f"{left}: 301 entries wait." in capfd.readouterr().out
    monkeypatch.setattr("studio.sdk.cli.sync.PATIENCE_S", 0.5)
    assert run_program(["sync"]) == 6
    gate.open()
    monkeypatch.setattr("studio.sdk.cli.sync.PATIENCE_S", 20.0)
    assert run_program(["sync"]) == 0
    assert "everything is sent" in capfd.readouterr().err
    assert Run.get(space, left).get_metrics()["x"] == list(range(300))
    assert run_program(["sync"]) == 0
    assert capfd.readouterr().err == "Nothing waits.\n"
