"""`mlflow server` as its documentation starts it, with SQLite."""

import os
from collections.abc import Iterator

from tests.bench.seeds import mlflow_sql, rows
from tests.bench.seeds.population import RunSeed
from tests.bench.servers.base import Server


class Mlflow(Server):
    name = "mlflow"

    def command(self) -> list[str]:
        return [
            *(self.executable, "server", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--backend-store-uri", f"sqlite:///{self.data / 'mlflow.db'}"),
            *("--artifacts-destination", str(self.data / "artifacts")),
        ]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}

    def fill(self, experiment_id: str, seeds: Iterator[RunSeed]) -> list[str]:
        path = self.data / "mlflow.db"
        return rows.fill(path, experiment_id, seeds, mlflow_sql.INSERTS, "mlflow-artifacts:")
