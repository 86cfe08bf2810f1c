"""The flows of three notebooks for Azure ML, cell by cell in a kernel; the import root is the only
change."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from studio.sdk import Experiment
from tests.sdk.gate import BASE_DIR
from tests.sdk.notebooks import make_notebook, run_notebook

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SEEDS = Path(__file__).parent / "seeds"
EXAMPLES = BASE_DIR / "examples" / "sdk"


class Played:
    """A notebook after its cells have run: what each has shown, by the words it begins with."""

    def __init__(self, notebook: Any) -> None:
        self.cells = notebook.cells

    def __getitem__(self, title: str) -> str:
        (cell,) = [one for one in self.cells if one.source.startswith(f"# %% {title}")]
        return "".join(shown(output) for output in cell.outputs)


def shown(output: Any) -> str:
    """Return an output as a text."""
    return output.get("text") or "".join(output.get("data", {}).values())


@pytest.fixture
def play(lab, start_node, space, tmp_path, monkeypatch):
    """Run the cells of a file in a kernel, in a folder with the scripts of the articles; the studio
    has the cluster `local`."""
    lab.api.ask("POST", "clusters", body={"name": "local"})
    start_node(name="local", cluster="local", slots=3, PYTHONPATH=str(BASE_DIR))
    folder = tmp_path / "work"
    shutil.copytree(SEEDS / "code", folder)
    shutil.copy(EXAMPLES / "hello.py", folder)
    monkeypatch.setenv("PYTHONPATH", str(BASE_DIR))
    monkeypatch.setenv("HOME", str(tmp_path))
    # So that `more` does not wait at the end of a file.
    monkeypatch.setenv("MORE", "-e")

    def play(name: str, **constants: str) -> Played:
        text = (SEEDS / f"{name}.py").read_text()
        for constant, value in constants.items():
            text = text.replace(constant, repr(value))
        sources = [f"# %% {cell}" for cell in text.split("# %% ")[1:]]
        notebook = make_notebook(sources)
        run_notebook(notebook, folder)
        return Played(notebook)

    return play


def test_logging_api(play, space):
    cells = play("notebook_logging_api")
    (run,) = Experiment(space, "logging-api-test").get_runs()
    assert cells["The workspace"].startswith("Workspace name: default\n")
    assert run.id in cells["Alone in a cell"] and "<table" in cells["Alone in a cell"]
    assert cells["The end"] == "Completed\n"
    fibonacci = "{'Fibonacci': [0.0, 1.0, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 55.0, 89.0]}\n"
    assert cells["One metric"] == fibonacci
    names = ["Cosine Wave", "Fibonacci", "Hyperbolic Tangent", "Sigmoid", "Sine Wave", "food"]
    assert cells["All metrics"] == f"{names}\n"
    assert cells["The newest run"] == "True\n"
    assert cells["The files"] == (
        "files/myfile.txt This is an output file that will be uploaded.\n"
    )
    tags = {"FileCount": "1", "SuccessfullyLogged": "Yes"}
    assert cells["Tags and properties"] == f"{tags} azureml-user\n"
    assert cells["Found by them"] == "[True] [True]\n"
    assert cells["In the portal"] == run.get_portal_url() + "\n"
    images = [name for name in run.get_file_names() if name.endswith(".png")]
    assert len(images) == 2


def test_manage_runs(play, space):
    cells = play("notebook_manage_runs")
    assert cells["The status"] == "Running\n"
    assert "'status': 'Running'" in cells["All that is known"]
    assert (
        cells["It ends by itself"] == "Is it still running? Running\nHas it completed? Completed\n"
    )
    assert "Hello from a submitted script!" in cells["With its output"]
    assert cells["Over"] == "Completed\n"
    assert "author" in cells["It cannot be changed"]
    assert cells["A tag without"] == "{'quality': 'fantastic run', 'worth another look': None}\n"
    assert cells["Found by properties"].count("Run(") == 2
    assert cells["Children of a script"].endswith("Completed\n")
    assert cells["All of them"].count("Run(") == 5
    assert cells["Their metrics at once"] == "6\n"
    assert cells["Their parent"] == "True\n"
    assert cells["Until it has ended"] == "Canceled\n"
    assert cells["It was the wrong one"] == "Failed\nThe wrong script was used\n"


def test_train_on_local(play, space, wheel):
    cells = play("notebook_train_on_local", WHEEL=str(wheel))
    user, system = reversed(list(Experiment(space, "train-on-local").get_runs()))
    assert 'run.log("mse", mse)' in cells["The script"]
    assert user._log_text("azureml-logs/70_driver_log.txt") in cells["Until its end"]
    assert "installed\n" in cells["Submitted with it"]
    assert cells["Submitted with it"].endswith("Completed\n")
    assert cells["The metrics"] == "['alpha', 'mse']\n"
    assert cells["The best of them"].startswith("When alpha is 0.00, we have min MSE 0.00")
    assert cells["The files"] == "20\n"
    assert "--> Version: 1\n" in cells["The best model"]
    assert cells["and downloaded"] == f"models{os.sep}ridge_0.00.pkl\n"
    assert "studio-run" in cells["The view"]
    assert system.status == "Completed"
