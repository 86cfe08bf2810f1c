"""The scripts of examples/submitted run on a node as they are, by Submit's own request."""

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.sdk.gate import BASE_DIR
from tests.sdk.test_several_processes import paths_of

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
SCRIPTS = BASE_DIR / "examples" / "submitted"
# An interpreter that has PyTorch, where the one of the tests has not.
TORCH = os.environ.get("STUDIO_TEST_TORCH", sys.executable if find_spec("torch") else "")


@pytest.fixture
def submit(lab, start_node):
    """Submit a script of the examples, with the whole folder, and wait for its end."""
    start_node(slots=2)
    files = {path.name: path.read_text() for path in SCRIPTS.glob("*.py")}

    def submit(*words: str, **fields) -> str:
        run_id = lab.submit(command=["python", *words], snapshot=lab.store(files), **fields)
        run = lab.wait(run_id)
        assert (run["status"], run["status_reason"]) == ("Completed", "")
        return run_id

    return submit


def metrics_of(lab, run_id: str) -> dict[str, float]:
    return {name: one for name, one in lab.run(run_id)["metrics"].items() if "/" not in name}


@pytest.mark.skipif(find_spec("sklearn") is None, reason="scikit-learn is not installed")
def test_scikit_learn_logs_curves_and_keeps_its_model(lab, submit):
    run_id = submit("digits.py", "--alpha", "0.0003", "--epochs", "5")
    metrics = metrics_of(lab, run_id)
    assert set(metrics) == {"accuracy", "loss"}
    assert metrics["accuracy"] > 0.85
    assert lab.run(run_id)["params"]["alpha"] == "0.0003"
    assert "outputs/digits.joblib" in paths_of(lab, run_id)


@pytest.mark.skipif(find_spec("mlflow") is None, reason="mlflow is not installed")
def test_plain_mlflow_logs_to_the_run_that_it_is(lab, submit):
    run_id = submit("with_mlflow.py", "--steps", "10")
    metrics = metrics_of(lab, run_id)
    assert set(metrics) == {"height", "distance"}
    assert metrics["height"] < 12
    assert "lowest_point.txt" in paths_of(lab, run_id)
    assert lab.run(run_id)["params"] == {"rate": "0.1", "steps": "10"}
    assert len(lab.api.ask("GET", "runs")["items"]) == 1


@pytest.mark.skipif(not TORCH, reason="PyTorch is not installed, and STUDIO_TEST_TORCH names none")
def test_two_processes_of_pytorch_share_their_gradients(lab, submit):
    run_id = submit(
        "two_processes.py", environment={"python": str(Path(TORCH))}, processes_per_node=2,
        communicator="torch",
    )  # fmt: skip
    first, second = (lab.log(run_id, f"azureml-logs/70_driver_log_{rank}.txt") for rank in (0, 1))
    assert "Process 0 of 2" in first and "Process 1 of 2" in second
    losses = [float(loss) for loss in re.findall(r"loss (\S+)", first)]
    assert len(losses) == 10 and losses[-1] < losses[0] / 5
    assert "outputs/wave.pt" in paths_of(lab, run_id)
