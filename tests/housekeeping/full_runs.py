"""Runs with a row in every table that names a run."""

from pathlib import Path
from typing import Any

from django.db import models

from runs.artifacts.registry.services import register_model
from runs.artifacts.services import save_file
from runs.artifacts.snapshots.services import save_snapshot
from runs.compute.clusters import find_or_create_local
from runs.compute.models import Attempt, Job, JobState, Part, Sweep
from runs.compute.submitting import Work, enqueue
from runs.metrics.kinds.logging import log_from_writer, log_metrics
from runs.metrics.kinds.values import Image, NumberList, Scalar, String
from runs.metrics.services import RunRef, log_batch
from runs.tracking import services
from runs.tracking.logged_models import create_logged_model
from runs.tracking.models import DatasetInput, Experiment, LastWord, Run
from tests.artifacts.zips import make_zip
from tests.factories import make_run

POINTS = 2500
# Beside those: a number, a list of two; texts and images are no points.
ALL_POINTS = POINTS + 3
ALL_BYTES = 5 + 7 + 3


def make_full_run(experiment: Experiment | None = None, **fields: Any) -> Run:
    """Make a run with something of every kind; its files have 15 bytes, 3 files, and the snapshot
    is shared by all such runs."""
    run = make_run(experiment, params={"lr": "0.1"}, properties={"p": "q"}, **fields)
    save(run, "a.txt", b"12345")
    save(run, "images/a.png", b"1234567")
    register_model(run=run, name="digits", path="a.txt")
    model = create_logged_model(experiment=run.experiment, source_run=run)
    save(model, "MLmodel", b"abc")
    DatasetInput.objects.create(run=run, experiment=run.experiment, name="d", digest="1")
    points = [("curve", step, step, float(step)) for step in range(POINTS)]
    log_batch(run=RunRef(run.id, run.experiment_id), points=points, tags={"team": "blue"})
    values = [
        Scalar(name="loss", value=0.5),
        String(name="word", value="low"),
        NumberList(name="list", value=[1.0, 2.0]),
        Image(name="picture", path="images/a.png"),
    ]
    place = {"workspace": run.workspace, "run_id": run.run_id}
    log_metrics(**place, values=values, batch_id="b-1")
    log_from_writer(**place, values=values[1:2], writer="w-1", sequences=[1])
    save_snapshot(run=run, chunks=[make_zip({"train.py": b"1"})])
    add_ended_job(run)
    LastWord.objects.create(run=run, at_ms=1)
    services.set_tags(run=run, tags={"team": "red"}, by="ada")
    return run


def add_ended_job(run: Run) -> None:
    """Let the run be one that a cluster has run."""
    job = enqueue(run, find_or_create_local(run.workspace), Work(["python", "train.py"]))
    Job.objects.filter(pk=job.pk).update(state=JobState.ENDED)
    attempt = Attempt.objects.create(job=job, fence=1, node_name="n1", claimed_ms=1, ended_ms=2)
    Part.objects.create(attempt=attempt, rank=0, node_name="n1", lease_ms=1, ended_ms=2)
    Sweep.objects.create(run=run, plan={})


def save(owner: Any, path: str, content: bytes) -> None:
    save_file(owner=owner, path=path, chunks=[content])


def make_deleted_run(experiment: Experiment | None = None, **fields: Any) -> Run:
    run = make_full_run(experiment, **fields)
    services.delete_runs(runs=[run])
    return run


def rows_about(row: Run | Experiment) -> dict[str, int]:
    """How many rows each table has that name this row, its own table included."""
    fields = [one.field for one in type(row)._meta.related_objects]
    counts = {
        f"{one.model.__name__}.{one.name}": count(one.model, one.name, row.pk) for one in fields
    }
    return counts | {type(row).__name__: type(row).with_erasing.filter(pk=row.pk).count()}


def count(model: type[models.Model], name: str, pk: int) -> int:
    return model._base_manager.filter(**{name: pk}).count()


def stored_bytes(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
