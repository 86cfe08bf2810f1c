"""Nothing of one test is left in the memory of the process for the next one."""

import pytest

from runs.metrics import names
from runs.metrics.runs import forget_all


@pytest.fixture(autouse=True)
def forget_metrics() -> None:
    """Ids that another test's transaction has taken back are not to be remembered."""
    names.forget_all()
    forget_all()


@pytest.fixture
def files_dir(settings, tmp_path):
    """The root of a local store of the test's own."""
    settings.FILES_DIR = tmp_path / "files"
    settings.STUDIO_S3_BUCKET = ""
    return settings.FILES_DIR
