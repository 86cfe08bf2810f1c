"""File systems without locks, as some network disks: nobody waits for ever, one line says so."""

import errno
import fcntl
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from studio.sdk.node import Node
from studio.sdk.node_options import read_options
from studio.sdk.outbox.sender import only_one
from studio.sdk.supervisor.building import CannotPrepare
from studio.sdk.supervisor.environments import _only_one
from studio.up.checks import check_folder
from studio.up.errors import StartError

HOLD = """
import fcntl, sys
file = open(sys.argv[1], "w")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def no_locks(monkeypatch):
    def refuse(*args):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "lockf", refuse)
    monkeypatch.setattr(fcntl, "flock", refuse)
    for module in ("studio.sdk.outbox.sender", "studio.sdk.supervisor.environments"):
        monkeypatch.setattr(f"{module}.flock", refuse)


@pytest.fixture
def node(tmp_path) -> Node:
    return Node(read_options(["--cluster", "gpu", "--folder", str(tmp_path / "node")]))


def test_a_node_without_locks_ends_and_says_what_to_do(node, no_locks, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(node.api, "ask", lambda method, path, **body: asked.append(method))
    monkeypatch.setattr(node, "register", lambda: node.own_folder("a studio"))
    assert node.run() == 1
    told = capsys.readouterr().err
    assert "cannot be locked: No locks available" in told and "--folder" in told
    assert len(told.splitlines()) == 1
    assert asked == ["DELETE"], "it has left the cluster"
    assert len([path for path in node.options.folder.iterdir() if path.is_dir()]) == 1


def test_a_folder_that_another_node_holds_is_left_to_it(node):
    first = node.own_folder("a studio")
    node.lock.close()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(first / "lock")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout.readline() == "held\n"
    assert node.own_folder("a studio").name == first.name.replace("-1", "-2")
    holder.communicate()
    assert node.own_folder("a studio") == first


def test_what_was_logged_is_sent_without_locks_too(no_locks, tmp_path):
    with only_one(tmp_path) as is_mine:
        assert is_mine


def test_an_environment_that_cannot_be_locked_fails_its_run_with_words(no_locks, tmp_path: Path):
    build = SimpleNamespace(say=print, check=lambda: None)
    lock = _only_one(tmp_path / "a.lock", build)
    with pytest.raises(CannotPrepare, match="cannot be locked: No locks"), lock:
        pass


def test_a_studio_does_not_start_in_a_folder_without_locks(no_locks, tmp_path):
    with pytest.raises(StartError, match=r"cannot be locked.*--data-dir"):
        check_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []
