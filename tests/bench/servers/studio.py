"""Studio, as its own command starts it: server, worker, clock and broker."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tests.bench.seeds.blocks import write_block
from tests.bench.seeds.population import RunSeed
from tests.bench.servers.base import Server

BLOCK = 500
ROOT = Path(__file__).resolve().parents[3]


class Studio(Server):
    name = "studio"

    def command(self) -> list[str]:
        return [
            *(self.executable or sys.executable, str(ROOT / "manage.py"), "up"),
            *("--host", "127.0.0.1", "--port", str(self.port), "--data-dir", str(self.data)),
        ]

    def fill(self, experiment_id: str, seeds: Iterator[RunSeed]) -> list[str]:
        """Hand the runs to a process that has the studio's settings."""
        module = [sys.executable, "-m", "tests.bench.seeds.studio_rows", experiment_id]
        environment = {**os.environ, "STUDIO_DATA_DIR": str(self.data)}
        with tempfile.TemporaryFile() as answer:
            process = subprocess.Popen(
                module, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=answer
            )
            assert process.stdin
            while block := list(islice(seeds, BLOCK)):
                write_block(process.stdin, block)
            process.stdin.close()
            if process.wait():
                raise RuntimeError("The studio's store could not be filled.")
            answer.seek(0)
            return answer.read().decode().split()
