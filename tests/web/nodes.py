"""A real node for tests of pages."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import LONGEST_WAIT_S

BASE_DIR = Path(__file__).resolve().parents[2]


@contextmanager
def start_node(url: str, folder: Path, cluster: str = "local", slots: int = 2) -> Iterator[None]:
    """Run a node of a cluster of the studio at `url` as a process of its own."""
    command = [sys.executable, "-m", "studio.sdk.node", "--url", url, "--cluster", cluster]
    command += ["--name", "n1", "--slots", str(slots), "--folder", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(BASE_DIR)}
    node = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        yield
    finally:
        node.terminate()
        node.wait(LONGEST_WAIT_S)
