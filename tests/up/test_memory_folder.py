"""Where a whole run of the tests keeps its temporary files."""

import os
import tempfile
from pathlib import Path

import pytest

from tests import memory_folder


@pytest.fixture
def memory(tmp_path, monkeypatch) -> Path:
    """A folder in the place of that in memory, which has room."""
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(memory_folder, "MEMORY", tmp_path)
    monkeypatch.setattr(memory_folder, "NEEDED_BYTES", 1)
    return tmp_path


def test_temporary_files_lie_in_memory_and_vanish(memory):
    with memory_folder.temporary_files_in_memory():
        made = Path(tempfile.mkdtemp())
        assert made.parent.parent == memory
        assert os.environ["TMPDIR"] == str(made.parent)
    assert not made.exists() and not list(memory.iterdir())
    assert "TMPDIR" not in os.environ and Path(tempfile.gettempdir()).parent != memory


def test_where_there_is_little_room_they_stay_on_the_disk(memory, monkeypatch):
    monkeypatch.setattr(memory_folder, "NEEDED_BYTES", 1 << 60)
    with memory_folder.temporary_files_in_memory():
        assert "TMPDIR" not in os.environ


def test_a_folder_that_is_named_is_used(memory, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(memory / "named"))
    with memory_folder.temporary_files_in_memory():
        assert os.environ["TMPDIR"] == str(memory / "named")


def test_a_folder_that_is_missing_has_no_room(memory):
    assert memory_folder.room_in(memory) > 0
    assert memory_folder.room_in(memory / "missing") == 0
