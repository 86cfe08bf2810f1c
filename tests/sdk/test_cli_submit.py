"""Submitting, watching and cancelling by the program `studio`, on real nodes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from studio.sdk import Experiment, Run
from studio.sdk.cli.main import run as run_program
from tests.forks import OF_COMMANDS, Fork
from tests.sdk.lab import BASE_DIR
from tests.waiting import LONGEST_WAIT_S

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TRAIN = """
import os, sys, time
print("alpha", sys.argv[1:], flush=True)
os.makedirs("outputs", exist_ok=True)
open("outputs/model.txt", "w").write("weights")
while os.path.exists(os.environ.get("GATE", "")):
    time.sleep(0.05)
print("done")
sys.exit(3 if "--bad" in sys.argv else 0)
"""


@pytest.fixture
def folder(space, tmp_path, monkeypatch) -> Path:
    """A folder that is attached to the workspace, with a script."""
    place = tmp_path / "code"
    place.mkdir()
    monkeypatch.chdir(place)
    (place / "train.py").write_text(TRAIN)
    assert run_program(["folder", "attach", "-w", "default"]) == 0
    for file in (place / ".studio").glob("*.runconfig"):
        file.write_text(file.read_text().replace("target: local", "target: lab"))
    # An environment with packages would be installed; this one has them already.
    (place / ".studio" / "sklearn.runconfig").write_text(
        (place / ".studio" / "local.runconfig").read_text()
    )
    return place


def start(*arguments: str, **options) -> Fork:
    """Start the program as a process of its own."""
    command = [sys.executable, "-m", "studio.sdk.cli", *arguments]
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = {**os.environ, "PYTHONPATH": str(BASE_DIR)}
    return Fork(command, OF_COMMANDS, env=environment, **options)


def only_run(space) -> Run:
    return next(space.get_runs())


def test_the_submit_of_the_article(lab, start_node, folder, space, capfd):
    start_node()
    code = run_program(
        ["run", "submit-script", "-c", "sklearn", "-e", "testexperiment", "train.py", "--lr", "1"]
    )
    out, err = capfd.readouterr()
    assert code == 0
    assert out == "alpha ['--lr', '1']\ndone\n"
    run = only_run(space)
    assert run.experiment.name == "testexperiment"
    assert run.get_portal_url() in err and f"{run.id}: Completed" in err


def test_the_exit_code_follows_the_status(lab, start_node, folder, space, capfd):
    start_node()
    submit = ["run", "submit-script", "-c", "local", "-e", "digits"]
    assert run_program([*submit, "train.py", "--bad"]) == 1
    assert "Failed: exit code 3" in capfd.readouterr().err
    run = only_run(space)
    assert run_program(["run", "wait", "-r", run.id]) == 1
    assert run_program([*submit, "absent.py"]) == 1
    assert "There is no absent.py" in capfd.readouterr().err


def test_async_returns_at_once_and_cancel_ends_what_waits(lab, folder, space, capfd):
    capfd.readouterr()
    submit = ["run", "submit-script", "-c", "local", "-e", "digits", "--async", "--tag", "try=1"]
    assert run_program([*submit, "--name", "first", "train.py"]) == 0
    shown = json.loads(capfd.readouterr().out)
    assert shown["status"] == "Queued" and shown["tags"] == {"try": "1"}
    assert shown["displayName"] == "first"
    cancel = ["run", "cancel", "-r", shown["runId"], "-w", "default", "-e", "digits"]
    assert run_program([*cancel, "--wait"]) == 0
    assert only_run(space).get_status() == "Canceled"
    assert run_program(["run", "wait", shown["runId"]]) == 3


def test_dry_run_says_what_would_be_sent_and_sends_nothing(lab, start_node, folder, space, capfd):
    submit = ["run", "submit-script", "-c", "local", "-e", "digits", "--dry-run"]
    (folder / "big.csv").write_text("x" * 5000)
    capfd.readouterr()
    assert run_program([*submit, "train.py", "--lr", "1"]) == 0
    plan = json.loads(capfd.readouterr().out)
    assert plan["command"] == ["python", "train.py", "--lr", "1"]
    assert plan["cluster"] == "lab" and plan["place"] == 1
    assert plan["expectedStart"] == "not before a node joins the cluster"
    assert plan["largest"][0] == "big.csv (5,000 bytes)"
    assert plan["files"] == len(list(folder.rglob("*.*"))) - 1
    assert list(space.get_runs()) == []
    start_node()
    lab.until(lambda: space.compute_targets["lab"].serialize()["slots"])
    assert run_program([*submit, "train.py"]) == 0
    assert json.loads(capfd.readouterr().out)["expectedStart"] == "at once"


def test_ctrl_c_ends_the_watching_and_not_the_run(lab, start_node, folder, space, tmp_path):
    gate = tmp_path / "gate"
    gate.touch()
    start_node(GATE=str(gate))
    program = start("run", "submit-script", "-c", "local", "-e", "digits", "train.py")
    assert program.stdout.readline().startswith("alpha")
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=LONGEST_WAIT_S)
    run = only_run(space)
    assert program.returncode == 130
    assert f"studio run cancel -r {run.id}" in err
    assert run.get_status() == "Running"
    gate.unlink()
    assert run.wait_for_completion()["status"] == "Completed"


def test_pipe_passes_its_input_on_and_keeps_it(space, tmp_path):
    text = "".join(f"line {number}\n" for number in range(50_000)) + "no end of line"
    piped = start("pipe", "-e", "digits", "--name", "made", stdin=subprocess.PIPE)
    out, err = piped.communicate(text, timeout=LONGEST_WAIT_S)
    assert piped.returncode == 0, err
    assert out == text
    run = next(Experiment(space, "digits").get_runs())
    assert run.id in err and run.display_name == "made" and run.get_status() == "Completed"
    run.download_file("logs/user_log.txt", str(tmp_path / "log"))
    assert (tmp_path / "log").read_text() == text
