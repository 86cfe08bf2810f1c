"""A store of its own for every test, and a run to put files into."""

import itertools

import pytest
from django.db import connection

from runs.artifacts import services
from runs.artifacts.models import File
from runs.tracking.models import Experiment, Run
from runs.tracking.statuses import Status

_numbers = itertools.count(1)


def pytest_collection_modifyitems(config, items):
    """Leave the slow tests out unless they are asked for."""
    if "slow" in config.option.markexpr:
        return
    slow = [item for item in items if "slow" in item.keywords]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    """The root of the local store."""
    settings.FILES_DIR = tmp_path / "files"
    settings.STUDIO_S3_BUCKET = ""
    return settings.FILES_DIR


@pytest.fixture
def make_run(workspace):
    """Make a run in an experiment; facts of the row may be given."""
    experiment = Experiment.objects.get(workspace=workspace, number=0)

    def make(**facts) -> Run:
        number = next(_numbers)
        return Run.objects.create(
            **{
                "workspace": workspace,
                "experiment": experiment,
                "run_id": f"run-{number}",
                "name": f"run {number}",
                "number": number,
                "status": Status.RUNNING,
                "created_ms": 0,
                "updated_ms": 0,
            }
            | facts
        )

    return make


@pytest.fixture
def run(make_run) -> Run:
    """A run without files."""
    return make_run()


@pytest.fixture
def save():
    """Save bytes or text as a file of a run."""

    def save_content(owner, path: str, content: bytes | str = b"x", **options) -> File:
        chunk = content.encode() if isinstance(content, str) else content
        return services.save_file(owner=owner, path=path, chunks=[chunk], **options)

    return save_content


@pytest.fixture
def stored(files_dir):
    """The files that lie in the local store once everything is committed."""

    def paths() -> list:
        while connection.run_on_commit:
            connection.run_on_commit.pop(0)[1]()
        return [path for path in files_dir.rglob("*") if path.is_file()]

    return paths
