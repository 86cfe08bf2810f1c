"""The code of the five articles runs with another import root and no other change."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from studio.sdk import Experiment, Run
from studio.sdk.exceptions import ActivityFailedException
from studio.sdk.submitting import submit
from tests.sdk.gate import BASE_DIR, PATIENT, Scripts
from tests.waiting import LONGEST_WAIT_S

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SEEDS = Path(__file__).parent / "seeds"


@pytest.fixture
def notebook(lab, start_node, space, tmp_path):
    """Run the cells of a file as a notebook does, on a studio with the clusters `local` and
    `gpu-compute`; return what they print, cell by cell."""
    for name in ("local", "gpu-compute"):
        lab.api.ask("POST", "clusters", body={"name": name})
        start_node(name=name, cluster=name, slots=3, PYTHONPATH=str(BASE_DIR))
    scripts = Scripts(space.url, tmp_path)
    if importlib.util.find_spec("pytorch_lightning") is None:
        scripts.environment["PYTHONPATH"] += os.pathsep + str(SEEDS / "stand_ins")
    shutil.copytree(SEEDS / "code", tmp_path / "work")

    def notebook(name: str, before: str = "", after: str = "") -> list[str]:
        text = (SEEDS / f"{name}.py").read_text()
        cells = [before, *text.split("# %%\n")[1:], after]
        joined = f"\nprint({MARK!r})\n".join(map(without_magic, cells))
        command = [sys.executable, "-c", "import os, subprocess, sys\n" + PATIENT + joined]
        work, environment = tmp_path / "work", scripts.environment
        done = subprocess.run(
            command, cwd=work, env=environment, capture_output=True, text=True,
            timeout=LONGEST_WAIT_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.split(MARK + "\n")[1:]

    return notebook


MARK = "== cell =="


def without_magic(cell: str) -> str:
    """Return a cell with `!command` lines as calls of the shell."""
    lines = [
        f"subprocess.run({line[1:].split()!r}, check=True)" if line.startswith("!") else line
        for line in cell.splitlines()
    ]
    return "\n".join(lines)


def test_start_monitor_and_cancel(notebook, space):
    cells = notebook("manage_runs")
    exp = Experiment(space, "explore-runs")
    assert cells[0].startswith("0.1.0")
    assert cells[3] == "Running\n"
    assert "'status': 'Running'" in cells[4]
    assert cells[5] == "Completed\n"
    assert cells[6] == "Running\nCompleted\n"
    status, canceled = cells[7].split()
    assert status in ("Queued", "Preparing", "Running")
    assert canceled in ("CancelRequested", "Canceled")
    assert cells[8] == "Failed\n"
    assert cells[9].endswith("Completed\n")
    assert "Web View: " in cells[9]
    assert "'author': 'azureml-user'" in cells[11]
    assert "author" in cells[12]
    assert cells[13] == "{'quality': 'great run'}\n{'quality': 'fantastic run'}\n"
    assert cells[14] == "{'quality': 'fantastic run', 'worth another look': None}\n"
    (found,) = exp.get_runs(properties={"author": "azureml-user"}, tags="worth another look")
    assert [one.get_metrics() for one in found.get_children()] == [
        {"Hello from child run": float(c)} for c in reversed(range(5))
    ]
    parents = [run for run in exp.get_runs() if len(list(run.get_children())) == 5]
    assert len(parents) == 2


def test_log_and_view_metrics(notebook, space, tmp_path):
    (tmp_path / "work" / "breadpudding.jpg").write_bytes(b"\xff\xd8\xff\xe0 an image")
    before = """
import numpy as np
from studio.sdk import Experiment, Workspace
tqdm, sines, metric_value = iter, {"angle": [], "sine": []}, 0.5
run = Experiment(Workspace.from_config(), "logging-api").start_logging()
os.environ["STUDIO_RUN_ID"] = run.id
print("run", run.id)
"""
    cells = notebook("log_metrics", before, "print(metrics['metric-name'], mlflow_url)")
    (run,) = Experiment(space, "logging-api").get_runs()
    assert cells[-2] == run.get_portal_url() + "\n"
    assert cells[-1] == f"0.5 {space.get_mlflow_tracking_uri()}\n"
    metrics = run.get_metrics()
    assert metrics["Fibonacci"] == [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]
    assert [len(metrics[name]) for name in ("Sigmoid", "Cosine Wave", "Sine Wave")] == [20, 2, 2]
    assert len(metrics["Sine Wave"]["sine"]) == 20
    assert "/images/food_" in metrics["food"]
    assert metrics["train_loss"] == 0.25
    assert run.get_status() == "Completed"


def test_submit_a_script_and_watch_it(notebook, space):
    cells = notebook("submit")
    (run,) = Experiment(space, "train-on-local").get_runs()
    log = run._log_text("azureml-logs/70_driver_log.txt")
    assert log.count("\n") == 20
    assert log in cells[1]
    assert log in cells[2]
    metrics = run.get_metrics()
    assert len(metrics["alpha"]) == len(metrics["mse"]) == 20
    assert run.id in cells[4]
    assert cells[5] == run.get_portal_url() + "\n"
    assert run.id in cells[6]
    assert sum(name.startswith("outputs/ridge_") for name in run.get_file_names()) == 20


def test_a_child_script_finds_its_parent(notebook, space, tmp_path):
    from studio.sdk import ScriptRunConfig

    with Experiment(space, "fruits").start_logging() as parent:
        arguments = ["--fruit", "Apple"]
        config = ScriptRunConfig(str(tmp_path / "work"), "child.py", arguments)
        child = parent.submit_child(config)
        assert child.wait_for_completion()["status"] == "Completed"
    assert child.parent.id == parent.id


def test_a_parent_script_submits_children_to_another_cluster(notebook, space, tmp_path):
    """The article asks for Docker, which this studio's nodes do not have: that is what each child
    tells, and the parent, which waits for them."""
    from studio.sdk import ScriptRunConfig

    config = ScriptRunConfig(source_directory=str(tmp_path / "work"), script="parent.py")
    run = submit(Experiment(space, "fruits"), config, tags={})
    with pytest.raises(ActivityFailedException, match="docker"):
        run.wait_for_completion()
    children = list(run.get_children())
    assert run.get_metrics()["Status"] == [
        "Launching Apple", "Launching Banana", "Launching Orange",
    ]  # fmt: skip
    assert {child.get_details()["target"] for child in children} == {"gpu-compute"}
    assert [child._job()["command"][1:] for child in reversed(children)] == [
        ["child.py", "--fruit", fruit] for fruit in ("Apple", "Banana", "Orange")
    ]
    for child in children:
        child.wait_for_completion(raise_on_error=False)
        assert "docker" in Run.get(space, child.id)._known["status_reason"]
