"""`manage.py monitor`: a machine is watched for a run."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from studio.sdk import Experiment, Run
from studio.sdk.monitoring import Monitor, main
from studio.sdk.supervisor.machine import Machine
from tests.sdk.gate import BASE_DIR
from tests.waiting import LONGEST_WAIT_S

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
CPU = "system/cpu_utilization_percentage"
MEMORY = "system/system_memory_usage_percentage"


@pytest.fixture
def watched(space) -> Run:
    """A run that somebody else logs to."""
    run = Experiment(space, "digits").start_logging(outputs=False)
    with run:
        yield run


def monitor_of(run: Run) -> Monitor:
    machine = Machine(Path("."))
    time.sleep(0.05)  # The kernel counts in hundredths of a second.
    return Monitor(Run.get(run._workspace, run.id), machine)


def test_samples_are_logged_until_the_run_ends(watched):
    monitor = monitor_of(watched)
    assert monitor.tick()
    watched.end("Completed")
    assert not monitor.tick()
    monitor.run.flush()
    found = {metric["name"] for metric in watched._list("/metrics")}
    assert {name.split("_")[0] for name in found} >= {"system/cpu", "system/disk", "system/network"}
    assert not any("process_" in name for name in found)
    assert len(watched.get_metrics(name=CPU)[CPU]) == 2
    assert all(0 < value <= 100 for value in watched.get_metrics(name=MEMORY)[MEMORY])


def test_a_script_that_reads_its_metrics_gets_those_of_the_machine_by_name_alone(watched):
    monitor = monitor_of(watched)
    monitor.tick()
    monitor.run.log("loss", 0.5)
    monitor.run.flush()
    assert watched.get_metrics() == {"loss": 0.5}
    assert watched.get_metrics(recursive=True) == {watched.id: {"loss": 0.5}}
    assert list(watched.get_metrics(name=CPU)) == [CPU]


def test_a_second_monitor_goes_on_behind_the_first(watched):
    for _ in range(2):
        monitor = monitor_of(watched)
        monitor.tick()
        monitor.run.flush()
    points = list(watched._pages("values", CPU))
    assert [point["step"] for point in points] == [0, 1]


def test_samples_wait_for_a_studio_that_does_not_answer(gate, space, watched):
    space._settings = type(space._settings)(gate.url, "default")
    monitor = monitor_of(watched)
    monitor.run._connection = type(space._connection)(space._settings)
    gate.shut()
    assert monitor.tick() and monitor.tick()
    gate.open()
    assert monitor.tick()
    monitor.run.flush()
    assert len(watched.get_metrics(name=CPU)[CPU]) == 3


def test_the_command_ends_with_the_run(watched, capsys):
    words = [watched.id, "--every", "0.5", "--url", watched._workspace.url]
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(words)))
    thread.start()
    watched.end("Failed")
    thread.join(LONGEST_WAIT_S)
    assert codes == [0]
    assert f"values logged to {watched.id}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nobody"], "not found"),
        (["nobody", "--url", "file:///etc/passwd"], "http"),
        (["nobody", "--url", "http://127.0.0.1:9"], "does not answer"),
        (["nobody", "--disk", "/no/such/path"], "--disk"),
        (["nobody", "--every", "0"], "--every"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(space, monkeypatch, capsys, words, message):
    monkeypatch.setattr("studio.sdk.connection.PATIENCE_S", 0.1)
    try:
        code = main(words)
    except SystemExit as end:
        code = end.code
    assert code in (1, 2)
    assert message in capsys.readouterr().err


def test_the_client_loads_no_code_of_the_server():
    program = (
        "import sys, studio.sdk.monitoring, examples.demo.__main__;"
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'runs')"
        " or name.startswith('studio.') and not name.startswith('studio.sdk')])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True)
    assert done.stdout == b"[]\n", done


def test_manage_py_has_the_command():
    command = [sys.executable, "manage.py", "monitor", "--help"]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True)
    assert done.returncode == 0
    assert "manage.py monitor" in done.stdout
