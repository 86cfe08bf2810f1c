"""A live, open studio with a cluster, and real nodes and supervisors as processes of their own."""

import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.sdk import Workspace
from tests.forks import Fork
from tests.sdk.gate import Gate, Scripts
from tests.sdk.lab import Nodes, Studio
from tests.sdk.patience import be_patient


@pytest.fixture
def lab(live_server, settings) -> Studio:
    settings.STUDIO_OPEN = True
    return Studio(live_server.url)


@pytest.fixture
def start_node(lab, tmp_path) -> Iterator[Callable[..., Fork]]:
    """Start nodes of the cluster `lab`; they end with the test."""
    nodes = Nodes(lab.url, tmp_path)
    yield nodes.start
    nodes.end()


@pytest.fixture
def space(live_server, settings, monkeypatch, tmp_path) -> Workspace:
    """The workspace of a live, open studio, as a script finds it by the environment."""
    settings.STUDIO_OPEN = True
    for name in [one for one in os.environ if one.startswith("STUDIO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STUDIO_URL", live_server.url)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    be_patient(monkeypatch.setattr)
    return Workspace.from_config()


@pytest.fixture
def gate(space) -> Iterator[Gate]:
    """A door in front of the live studio."""
    made = Gate(space.url)
    yield made
    made.close()


@pytest.fixture
def scripts(gate, tmp_path) -> Iterator[Scripts]:
    """Scripts that reach the live studio through the gate."""
    made = Scripts(gate.url, tmp_path)
    yield made
    made.end()


@pytest.fixture
def wheel(tmp_path) -> Path:
    """A package of one module, as a wheel: it installs without a network."""
    path = tmp_path / "tiny_word-1.0-py3-none-any.whl"
    about = "tiny_word-1.0.dist-info"
    metadata = "Metadata-Version: 2.1\nName: tiny-word\nVersion: 1.0\n"
    kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny_word.py", "word = 'installed'\n")
        archive.writestr(f"{about}/METADATA", metadata)
        archive.writestr(f"{about}/WHEEL", kind)
        archive.writestr(f"{about}/RECORD", "")
    return path
