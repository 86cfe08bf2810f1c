"""The test and the servers that it kills read and write the same files."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def files_dir(settings) -> Path:
    """The folder of files in the data folder, where the servers keep theirs."""
    settings.FILES_DIR = settings.DATA_DIR / "files"
    return settings.FILES_DIR
