"""MLflow's own server on an empty SQLite database, asked in this process without a network."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

FIRST_EXPERIMENT = 7_000_001


@contextmanager
def running_reference(folder: Path) -> Iterator[Any]:
    """Yield the test client of MLflow's Flask application, its data in `folder`."""
    settings = {
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder}/mlflow.db",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": f"{folder}/artifacts",
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # The studio refuses what is too long, as MLflow's server does when told not to cut it.
        "MLFLOW_TRUNCATE_LONG_VALUES": "false",
    }
    with mock.patch.dict(os.environ, settings):
        from mlflow.server import app

        client = app.test_client()
        assert client.get("/api/2.0/mlflow/experiments/get?experiment_id=0").status_code == 200
        begin_ids_at(folder / "mlflow.db", FIRST_EXPERIMENT)
        yield client


def begin_ids_at(database: Path, number: int) -> None:
    """Make experiments be numbered from `number` on: ids that no other number is taken for."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO experiments (experiment_id, name, lifecycle_stage, workspace)"
            " VALUES (?, 'far', 'deleted', 'default')",
            [number - 1],
        )
