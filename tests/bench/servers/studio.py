"""Studio, as its own command starts it: server, worker, clock and broker."""

import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench.seeds.population import RunSeed
from tests.bench.servers.base import Server

ROOT = Path(__file__).resolve().parents[3]


class Studio(Server):
    name = "studio"

    def command(self) -> list[str]:
        return [
            *(self.executable or sys.executable, str(ROOT / "manage.py"), "up"),
            *("--host", "127.0.0.1", "--port", str(self.port), "--data-dir", str(self.data)),
        ]

    def fill(self, experiment_id: str, seeds: Iterator[RunSeed]) -> list[str] | None:
        return None
