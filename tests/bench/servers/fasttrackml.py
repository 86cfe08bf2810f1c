"""FastTrackML, a tracking server written in Go, with SQLite."""

from collections.abc import Iterator

from tests.bench.seeds import fasttrackml_sql, rows
from tests.bench.seeds.population import RunSeed
from tests.bench.servers.base import Server


class FastTrackML(Server):
    name = "fasttrackml"

    def command(self) -> list[str]:
        return [
            *(self.executable, "server", "--listen-address", f"127.0.0.1:{self.port}"),
            *("--database-uri", f"sqlite://{self.data / 'fasttrackml.db'}"),
            *("--default-artifact-root", str(self.data / "artifacts")),
        ]

    def fill(self, experiment_id: str, seeds: Iterator[RunSeed]) -> list[str]:
        path, root = self.data / "fasttrackml.db", str(self.data / "artifacts")
        return rows.fill(path, experiment_id, seeds, fasttrackml_sql.INSERTS, root)
