"""A store of its own for every test, and a run to put files into."""

import itertools
import socket
import subprocess
import sys
import time
import uuid
from contextlib import closing

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


@pytest.fixture(scope="session")
def s3_endpoint():
    """A server of the S3 protocol on loopback."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_open(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=10)


def wait_until_open(port: int, server: subprocess.Popen) -> None:
    for _ in range(600):
        assert server.poll() is None, "moto's server has ended"
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("moto's server did not start")


@pytest.fixture
def bucket(s3_endpoint, settings, monkeypatch):
    """A fresh bucket, configured as the main store."""
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    settings.STUDIO_S3_BUCKET = f"bucket-{uuid.uuid4().hex}"
    settings.STUDIO_S3_ENDPOINT = s3_endpoint
    settings.STUDIO_S3_PREFIX = "studio/files"
    client = boto3.client("s3", endpoint_url=s3_endpoint)
    client.create_bucket(Bucket=settings.STUDIO_S3_BUCKET)
    return client
