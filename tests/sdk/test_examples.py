"""The examples run: scripts on a node or by themselves, notebooks cell by cell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from studio.sdk import Experiment, Run, ScriptRunConfig
from tests.sdk.gate import BASE_DIR
from tests.sdk.notebooks import read_notebook, run_notebook
from tests.waiting import LONGEST_WAIT_S

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
EXAMPLES = BASE_DIR / "examples" / "sdk"


@pytest.fixture
def folder(lab, start_node, space, tmp_path, monkeypatch) -> Path:
    """A copy of the examples, a node of the cluster `local`, and the client for kernels."""
    lab.api.ask("POST", "clusters", body={"name": "local"})
    start_node(name="local", cluster="local", slots=4)
    place = tmp_path / "sdk"
    shutil.copytree(EXAMPLES, place)
    monkeypatch.setenv("PYTHONPATH", str(BASE_DIR))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(place)
    return place


def submit(space, script: str, *arguments: str) -> Run:
    config = ScriptRunConfig(".", script, list(arguments))
    run = Experiment(space, "examples").submit(config)
    run.wait_for_completion()
    return run


def log_of(run: Run) -> str:
    return run._log_text("azureml-logs/70_driver_log.txt")


def run_alone(script: str, *arguments: str) -> str:
    """Run an example by itself; return what it prints."""
    done = subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True,
                          env=os.environ, check=False, timeout=LONGEST_WAIT_S)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_scripts_of_the_articles(folder, space):
    trained = submit(space, "train.py")
    metrics = trained.get_metrics()
    assert metrics["alpha"] == [round(0.05 * number, 2) for number in range(20)]
    assert len(metrics["mse"]) == 20
    models = [name for name in trained.get_file_names() if name.startswith("outputs/ridge_")]
    assert len(models) == 20
    assert log_of(submit(space, "hello.py")) == "Hello from a submitted script!\n"
    with_children = submit(space, "hello_with_children.py")
    assert [one.get_status() for one in with_children.get_children()] == ["Completed"] * 5


def test_a_parent_submits_children_and_waits(folder, space):
    parent = submit(space, "parent.py", "--cluster", "local")
    children = list(parent.get_children())
    assert [one.get_metrics()["letters"] for one in children] == [6, 6, 5]
    assert f"Orange is a child of {parent.id}\n" == log_of(children[0])
    assert log_of(parent).count("Completed") == 3


def test_a_script_prints_what_it_would_log_without_a_studio(folder, monkeypatch):
    monkeypatch.delenv("STUDIO_URL")
    assert "alpha 0.95, mse" in run_alone("train.py")


def test_the_callback_in_the_style_of_hugging_face(folder, space):
    assert run_alone("fine_tuning.py").startswith("Completed")
    run = next(Experiment(space, "fine-tuning").get_runs())
    metrics = run.get_metrics()
    assert len(metrics["loss"]) == 20 and metrics["accuracy"][-1] > 0.8
    assert "outputs/checkpoint-200/weights.npy" in run.get_file_names()


def test_the_search_with_a_real_library(folder, space):
    assert run_alone("search.py", "--trials", "3").startswith("Completed, best 0.")
    run = next(Experiment(space, "search").get_runs())
    accuracies = [one.get_metrics()["accuracy"] for one in run.get_children()]
    assert run.get_metrics()["best accuracy"] == max(accuracies) and len(accuracies) == 3


@pytest.mark.parametrize("name", ["log_everything", "submit_and_watch", "manage_runs"])
def test_a_notebook_runs_cell_by_cell(folder, space, name):
    notebook = read_notebook(folder / f"{name}.ipynb")
    assert not any(cell.get("outputs") for cell in notebook.cells), "keep notebooks without outputs"
    run_notebook(notebook, folder)
    texts = [str(out) for cell in notebook.cells for out in cell.get("outputs", [])]
    assert any("Open in the studio" in text for text in texts)
    if name != "manage_runs":
        assert any("studio-run" in text for text in texts)
