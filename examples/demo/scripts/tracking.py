"""Logging to the run that this script is, with nothing but the standard library.

The node sets MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN and MLFLOW_RUN_ID; `mlflow` itself reads
them too.
"""

import json
import os
import time
from urllib.request import Request, urlopen


def log_params(**params: object) -> None:
    """Log parameters of this run."""
    pairs = [{"key": key, "value": str(value)} for key, value in params.items()]
    _post("log-batch", params=pairs)


def log_metrics(step: int, **metrics: float) -> None:
    """Log metrics of this run at a step."""
    now = time.time_ns() // 1_000_000
    points = [
        {"key": key, "value": float(value), "step": step, "timestamp": now}
        for key, value in metrics.items()
    ]
    _post("log-batch", metrics=points)


def _post(path: str, **fields: object) -> None:
    body = {"run_id": os.environ["MLFLOW_RUN_ID"], **fields}
    address = f"{os.environ['MLFLOW_TRACKING_URI']}/api/2.0/mlflow/runs/{path}"
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    request = Request(address, json.dumps(body).encode(), headers)
    urlopen(request, timeout=30).close()
