"""A real server over the database of the test, and real nodes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.server import Server
from tests.sdk.lab import Nodes, Studio


@pytest.fixture(autouse=True)
def files_dir(settings) -> Path:
    """The folder of files in the data folder, where the servers keep theirs."""
    settings.FILES_DIR = settings.DATA_DIR / "files"
    return settings.FILES_DIR


@pytest.fixture
def server(db) -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.kill()


@pytest.fixture
def lab(request, live_server, settings) -> Studio:
    """A studio with a cluster `lab`, on the real server where the test asks for it, else within
    this process, which starts faster."""
    settings.STUDIO_OPEN = True
    if "server" not in request.fixturenames:
        return Studio(live_server.url)
    server = request.getfixturevalue("server")
    return Studio(f"http://127.0.0.1:{server.options.port}")


@pytest.fixture
def nodes(lab, tmp_path) -> Iterator[Nodes]:
    """Nodes of the cluster `lab`; they end with the test."""
    nodes = Nodes(lab.url, tmp_path)
    yield nodes
    nodes.end()
