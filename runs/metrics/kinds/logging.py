"""Logging metrics of every kind: numbers and texts to the metrics, documents to the files."""

import hashlib
import re
from collections.abc import Sequence

import msgspec

from runs.artifacts.queries import get_file
from runs.artifacts.services import save_file
from runs.metrics.kinds.documents import check_document
from runs.metrics.kinds.values import AnyValue, Document, Expansion, Image, kind_of
from runs.metrics.models import MetricBatch
from runs.metrics.services import Batch, RunRef, log_kinds
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.notes import check_active
from runs.tracking.queries import get_run
from runs.workspaces.models import Workspace

FOLDER = "metrics"
MAX_PLAIN_CHARS = 40
_UNPLAIN = re.compile(r"[^\w.-]+")


def log_metrics(
    *, workspace: Workspace, run_id: str, values: Sequence[AnyValue], batch_id: str | None = None
) -> bool:
    """Store values of metrics with a run, all or none; tell whether it was done now.

    Under the same `batch_id`, the same values sent again store nothing and give False. Raises
    NotFound, NotActive, InvalidValue, BatchChanged, UnknownFile (an image that is not uploaded).
    """
    run = get_run(workspace, run_id)
    check_active(run)
    expansion = Expansion(now_ms())
    paths = [check_file(run, value) for value in values]
    for value, path in zip(values, paths, strict=True):
        expansion.add(value, path)
    batch = Batch(batch_id, digest_of_values(values)) if batch_id is not None else None
    if batch is None or not is_batch_stored(run, batch):
        save_documents(run, values, paths)
    return log_kinds(
        run=RunRef(run.id, run.experiment_id),
        points=expansion.points,
        texts=expansion.texts,
        artifacts=expansion.artifacts,
        shapes=expansion.shapes,
        relative=expansion.relative,
        batch=batch,
    )


def digest_of_values(values: Sequence[AnyValue]) -> str:
    """Return what tells a batch from another: its values however they were written."""
    return hashlib.blake2b(msgspec.json.encode(values), digest_size=16).hexdigest()


def is_batch_stored(run: Run, batch: Batch) -> bool:
    return MetricBatch.objects.filter(run=run, batch_id=batch.id).exists()


def check_file(run: Run, value: AnyValue) -> str:
    """Return the path of the file that holds a value, "" for other kinds. Raises InvalidValue,
    UnknownFile."""
    if isinstance(value, Image):
        file = get_file(run, value.path)
        if not file.content_type.startswith("image/"):
            raise InvalidValue(f"'{file.path}' is no image but {file.content_type}.")
        return file.path
    if isinstance(value, Document):
        check_document(kind_of(value), value.name, value.value)
        return document_path(value)
    return ""


def document_path(value: AnyValue) -> str:
    """Return where a document is kept: the same one always in the same place."""
    plain = _UNPLAIN.sub("_", value.name)[:MAX_PLAIN_CHARS]
    digest = hashlib.blake2b(msgspec.json.encode(value), digest_size=8).hexdigest()
    return f"{FOLDER}/{plain}-{digest}.json"


def save_documents(run: Run, values: Sequence[AnyValue], paths: Sequence[str]) -> None:
    """Keep the documents among the values as files of the run."""
    for value, path in zip(values, paths, strict=True):
        if isinstance(value, Document):
            data = msgspec.json.encode(value.value)
            save_file(owner=run, path=path, chunks=[data], content_type="application/json")
