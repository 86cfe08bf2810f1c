"""Nested runs, batches of metrics, files, a figure, a table, and a search over the result.

Needs `pip install mlflow pandas matplotlib`. Say where the studio is, then start it:

    MLFLOW_TRACKING_URI=http://127.0.0.1:8000 python examples/mlflow/runs_and_files.py
"""

import importlib.util
import math
import random
import sys
import tempfile
import time
from pathlib import Path

NEEDED = ("mlflow", "pandas", "matplotlib")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
if MISSING:
    sys.exit(f"Skipped: this example needs {', '.join(MISSING)}. pip install {' '.join(MISSING)}")

import matplotlib  # noqa: E402  (only where it is installed)

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)
import mlflow  # noqa: E402  (only where it is installed)
from mlflow import MlflowClient  # noqa: E402  (as above)
from mlflow.entities import Metric, Param, RunTag  # noqa: E402  (as above)

STEPS = 200


def loss_curve(rate: float) -> list[float]:
    """A loss that falls, faster with a higher rate, and with noise."""
    noise = random.Random(rate)
    return [
        math.exp(-rate * step / 20) + 0.02 * noise.random() + 0.05 * rate for step in range(STEPS)
    ]


def train(rate: float) -> list[float]:
    """One child run: its parameter, its curve in one batch, a text file."""
    with mlflow.start_run(run_name=f"rate {rate}", nested=True) as run:
        losses = loss_curve(rate)
        now = int(time.time() * 1000)
        MlflowClient().log_batch(
            run.info.run_id,
            metrics=[Metric("loss", loss, now + step, step) for step, loss in enumerate(losses)],
            params=[Param("rate", str(rate))],
            tags=[RunTag("kind", "child")],
        )
        mlflow.log_metric("best", min(losses))
        mlflow.log_text(f"lowest loss: {min(losses):.4f}\n", "notes/summary.txt")
    return losses


def main() -> None:
    mlflow.set_experiment("examples/runs and files")
    with mlflow.start_run(run_name="sweep", description="Three learning rates.") as sweep:
        curves = {rate: train(rate) for rate in (0.3, 1.0, 3.0)}
        figure, axes = plt.subplots()
        for rate, losses in curves.items():
            axes.plot(losses, label=f"rate {rate}")
        axes.legend()
        mlflow.log_figure(figure, "figures/loss.png")
        mlflow.log_table(
            {"rate": list(curves), "best": [min(losses) for losses in curves.values()]},
            "tables/best.json",
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "config.txt"
            path.write_text("steps = 200\n")
            mlflow.log_artifact(str(path), "config")

    found = mlflow.search_runs(
        experiment_names=["examples/runs and files"],
        filter_string=f"tags.mlflow.parentRunId = '{sweep.info.run_id}' AND metrics.best < 1",
        order_by=["metrics.best ASC"],
    )
    print(found[["run_id", "params.rate", "metrics.best", "status"]].to_string())
    files = MlflowClient().list_artifacts(sweep.info.run_id)
    print("files:", ", ".join(sorted(file.path for file in files)))
    print(mlflow.load_table("tables/best.json", run_ids=[sweep.info.run_id]).to_string())


if __name__ == "__main__":
    main()
