"""A script that knows nothing of Studio: plain `mlflow`, which finds the run by itself."""

import math
import time

import mlflow

with mlflow.start_run():
    mlflow.log_params({"model": "cosine", "steps": 40})
    for step in range(1, 41):
        mlflow.log_metric("loss", math.exp(-step / 12) * (1 + 0.1 * math.cos(step)), step=step)
        time.sleep(0.1)
    print(
        "The run",
        mlflow.active_run().info.run_id,
        "has been logged with mlflow",
        mlflow.__version__,
    )
