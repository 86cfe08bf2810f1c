"""The examples for MLflow's clients run, or say what they need."""

import importlib.util
import os
import subprocess
import sys

import pytest

from tests.mlflow_api.conftest import ROOT

EXAMPLES = {
    "runs_and_files.py": (("mlflow", "pandas", "matplotlib"), "files: config, figures, tables"),
    "sklearn_autolog.py": (("mlflow", "sklearn"), "training_accuracy_score"),
    "lightning_logger.py": (("mlflow", "torch", "lightning"), "FINISHED"),
}
# To find out which packages a model needs, MLflow starts a Python for each that imports them all.
# That takes longer than the examples, and a studio sees none of it.
NOT_INFERRED = {"MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "0"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_or_says_what_it_needs(server_url, name):
    needed, printed = EXAMPLES[name]
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples/mlflow" / name)],
        env={**os.environ, **NOT_INFERRED, "MLFLOW_TRACKING_URI": server_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if all(importlib.util.find_spec(package) for package in needed):
        assert done.returncode == 0, done.stderr
        assert printed in done.stdout
    else:
        assert done.returncode == 1
        assert done.stderr.startswith("Skipped: this example needs")
