"""A store of its own for every test, and a run to put files into."""

import itertools
import uuid

import pytest
from django.db import connection

from runs.artifacts import services
from runs.artifacts.models import File
from runs.tracking.models import Experiment, Run
from runs.tracking.statuses import Status

_numbers = itertools.count(1)


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
