"""The examples for MLflow's clients run, or say what they need."""

import importlib.util
import os
import sys

import pytest

from tests.forks import run_fork
from tests.mlflow_api.conftest import ROOT

EXAMPLES = {
    "runs_and_files.py": (("mlflow", "pandas", "matplotlib"), "files: config, figures, tables"),
    "sklearn_autolog.py": (("mlflow", "sklearn"), "training_accuracy_score"),
    "lightning_logger.py": (("mlflow", "torch", "lightning"), "FINISHED"),
}
# What takes most of the time of an example to load.
LOADED = ("matplotlib.pyplot", "mlflow", "pandas")
# To find out which packages a model needs, MLflow starts a Python for each that imports them all.
# That takes longer than the examples, and a studio sees none of it.
NOT_INFERRED = {"MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "0"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_or_says_what_it_needs(server_url, name):
    needed, printed = EXAMPLES[name]
    done = run_fork(
        [sys.executable, str(ROOT / "examples/mlflow" / name)],
        LOADED,
        timeout=300,
        env={**os.environ, **NOT_INFERRED, "MLFLOW_TRACKING_URI": server_url},
    )
    if all(importlib.util.find_spec(package) for package in needed):
        assert done.returncode == 0, done.stderr
        assert printed in done.stdout
    else:
        assert done.returncode == 1
        assert done.stderr.startswith("Skipped: this example needs")
