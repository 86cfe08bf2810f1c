"""What is made once for all processes of pytest, on both databases, lies in one folder."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# The variable with the folder that the test runner makes.
SHARED = "STUDIO_TEST_SHARED"


@contextmanager
def shared_folder() -> Iterator[None]:
    """Name a folder to the processes that are started, and remove it."""
    with tempfile.TemporaryDirectory(prefix="studio-shared-") as folder:
        os.environ[SHARED] = folder
        try:
            yield
        finally:
            del os.environ[SHARED]


def folder_for(name: str, factory: pytest.TempPathFactory) -> Path:
    """Return a part of the folder. A pytest that is started by hand has a folder of its own."""
    base = factory.getbasetemp()
    own = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = Path(os.environ.get(SHARED) or own) / name
    folder.mkdir(exist_ok=True)
    return folder
