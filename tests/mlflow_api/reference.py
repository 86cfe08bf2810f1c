"""MLflow's own server on an empty SQLite database, asked in this process without a network."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest import mock

from tests.mlflow_api.catalogue_reader import Case
from tests.mlflow_api.sides import Reply, Side, new_word

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


class Answers:
    """MLflow's answers to the cases. They do not depend on the studio's database: the processes of
    pytest keep them in one folder, and each case is asked once."""

    def __init__(self, folder: Path, start: Callable[[], Side]) -> None:
        self.folder = folder
        self.start = start

    @cached_property
    def server(self) -> Side:
        """MLflow's server, which takes seconds to start."""
        return self.start()

    def to(self, case: Case) -> list[Reply]:
        """Return the answer to each step of a case."""
        kept = self.folder / f"{sha256(repr(case).encode()).hexdigest()}.json"
        if not kept.exists():
            written = kept.with_suffix(f".{os.getpid()}")
            written.write_text(json.dumps([asdict(reply) for reply in self.ask(case)]))
            written.replace(kept)
        return [Reply(**fields) for fields in json.loads(kept.read_text())]

    def ask(self, case: Case) -> list[Reply]:
        """Ask the server."""
        self.server.begin(new_word())
        return [self.server.ask(step) for step in case.steps]
