"""A live, open studio with a cluster, and real nodes and supervisors as processes of their own."""

import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.sdk.lab import Nodes, Studio


@pytest.fixture
def lab(live_server, settings) -> Studio:
    settings.STUDIO_OPEN = True
    return Studio(live_server.url)


@pytest.fixture
def start_node(lab, tmp_path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start nodes of the cluster `lab`; they end with the test."""
    nodes = Nodes(lab.url, tmp_path)
    yield nodes.start
    nodes.end()
