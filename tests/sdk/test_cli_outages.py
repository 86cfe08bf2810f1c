"""The program `studio` while the studio is away for a while."""

import os
import subprocess
import sys
import time

import pytest

from studio.sdk import Experiment, Run
from studio.sdk.cli.main import run as run_program
from tests.forks import OF_COMMANDS, Fork
from tests.sdk.gate import BASE_DIR, PATIENT, Gate
from tests.sdk.test_outbox import is_over
from tests.waiting import LONGEST_WAIT_S, wait_for

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LOG = "azureml-logs/70_driver_log.txt"


# The program, with the patience of people.
PROGRAM = "import sys; from studio.sdk.cli.main import main; sys.exit(main())"


def start(gate: Gate, *arguments: str, before: str = PATIENT, **options) -> Fork:
    environment = {**os.environ, "PYTHONPATH": str(BASE_DIR), "STUDIO_URL": gate.url}
    command = [sys.executable, "-c", before + PROGRAM, *arguments]
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
    gate.wait_until_missed(times=3)
    assert watching.poll() is None, watching.stderr.read()
    gate.open()
    seen += [watching.stdout.readline() for _ in range(100)]
    append(run, offset, "".join(lines[200:]))
    run.complete()
    rest, err = watching.communicate(timeout=LONGEST_WAIT_S)
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
    gate.wait_until_missed(times=2)
    gate.open()
    _, err = piped.communicate(timeout=LONGEST_WAIT_S)
    assert piped.returncode == 0, err
    run = next(Experiment(space, "digits").get_runs())
    run.download_file("logs/user_log.txt", str(tmp_path / "log"))
    assert (tmp_path / "log").read_text() == "first\nsecond\n"
    assert run.get_status() == "Completed"


# Who waits for a studio before the end, waits as long as a test.
BRIEF_AT_THE_END = PATIENT + "from studio.sdk.outbox import outbox\noutbox.EXIT_WAIT_S = 1.0\n"


def test_pipe_of_a_studio_that_is_away_from_the_beginning_keeps_all(space, gate, tmp_path):
    gate.shut()
    began = time.monotonic()
    words = ("pipe", "-e", "digits")
    piped = start(gate, *words, before=BRIEF_AT_THE_END, stdin=subprocess.PIPE)
    piped.stdin.write("first\n")
    piped.stdin.flush()
    assert piped.stdout.readline() == "first\n"
    assert time.monotonic() - began < LONGEST_WAIT_S
    _, err = piped.communicate(timeout=LONGEST_WAIT_S)
    assert piped.returncode == 6 and "`studio sync` sends it too" in err
    gate.open()
    run_id = err.partition(":")[0]
    wait_for(lambda: is_over(run_id), "the end of the run")
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
    return scripts.run(OFFLINE, is_patient=False, STUDIO_SENDER="supervisor")[0].strip()


def test_sync_sends_what_a_script_logged_without_a_studio(space, left, gate, monkeypatch, capfd):
    assert run_program(["doctor", "-o", "json", "--query", "[?!ok].found"]) == 1
    assert f"{left}: 301 entries wait." in capfd.readouterr().out
    monkeypatch.setattr("studio.sdk.cli.sync.PATIENCE_S", 0.5)
    assert run_program(["sync"]) == 6
    gate.open()
    monkeypatch.setattr("studio.sdk.cli.sync.PATIENCE_S", LONGEST_WAIT_S)
    assert run_program(["sync"]) == 0
    assert "everything is sent" in capfd.readouterr().err
    assert Run.get(space, left).get_metrics()["x"] == list(range(300))
    assert run_program(["sync"]) == 0
    assert capfd.readouterr().err == "Nothing waits.\n"
