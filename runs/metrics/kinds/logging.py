"""Logging metrics of every kind: numbers and texts to the metrics, documents to the files."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec

from runs.artifacts.queries import get_file
from runs.artifacts.services import save_file
from runs.metrics.errors import WriterMoved
from runs.metrics.kinds.documents import check_document
from runs.metrics.kinds.values import AnyValue, Document, Expansion, Image, kind_of
from runs.metrics.models import MetricBatch, MetricWriter
from runs.metrics.services import RequestId, RunRef, WriterProgress, log_kinds
from runs.tracking.clock import now_ms
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Run
from runs.tracking.notes import check_active
from runs.tracking.queries import get_run
from runs.tracking.texts import check_text
from runs.workspaces.models import Workspace

FOLDER = "metrics"
MAX_PLAIN_CHARS = 40
MAX_WRITER_CHARS = 64
MOST_ATTEMPTS = 5
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
    paths = [check_file(run, value) for value in values]
    expansion = expand(values, paths)
    batch = RequestId(batch_id, digest_of_values(values)) if batch_id is not None else None
    if batch is None or not is_batch_stored(run, batch):
        save_documents(run, values, paths)
    return log_kinds(**expansion, run=RunRef(run.id, run.experiment_id), batch=batch)


def log_from_writer(
    *,
    workspace: Workspace,
    run_id: str,
    values: Sequence[AnyValue],
    writer: str,
    sequences: Sequence[int],
) -> bool:
    """Store the values of a writer that are not stored yet, all or none; tell whether there were
    any. `sequences` are the numbers that the writer gave them, which rise.

    Raises what `log_metrics` raises, and WriterMoved where others keep sending the same.
    """
    check_sequences(writer, sequences, len(values))
    run = get_run(workspace, run_id, only_adds=not any(isinstance(v, Document) for v in values))
    check_active(run)
    for attempts_left in reversed(range(MOST_ATTEMPTS)):
        before = read_progress(run, writer)
        start = 0 if before is None else bisect_right(sequences, before)
        if start == len(values):
            return False
        try:
            store_values(run, values[start:], WriterProgress(writer, before, sequences[-1]))
            return True
        except WriterMoved:
            if not attempts_left:
                raise
    raise AssertionError("unreachable")


def store_values(run: Run, values: Sequence[AnyValue], progress: WriterProgress) -> None:
    paths = [check_file(run, value) for value in values]
    expansion = expand(values, paths)
    save_documents(run, values, paths)
    log_kinds(**expansion, run=RunRef(run.id, run.experiment_id), progress=progress)


def expand(values: Sequence[AnyValue], paths: Sequence[str]) -> dict[str, Any]:
    """Return values taken apart, as `log_kinds` takes them."""
    expansion = Expansion(now_ms())
    for value, path in zip(values, paths, strict=True):
        expansion.add(value, path)
    return {
        "points": expansion.points,
        "texts": expansion.texts,
        "artifacts": expansion.artifacts,
        "shapes": expansion.shapes,
        "relative": expansion.relative,
    }


def check_sequences(writer: str, sequences: Sequence[int], count: int) -> None:
    """Raise InvalidValue where values are not numbered upwards by a writer."""
    check_text(writer, "name of the writer", MAX_WRITER_CHARS)
    if not writer or len(sequences) != count:
        raise InvalidValue("Give a writer with a name, and a sequence number for each value.")
    if any(later <= earlier for earlier, later in pairwise(sequences)):
        raise InvalidValue("The sequence numbers of a writer rise from value to value.")


def read_progress(run: Run, writer: str) -> int | None:
    """Return how far a writer has come; None for a new one."""
    rows = MetricWriter.objects.filter(run=run, writer=writer)
    return rows.values_list("sequence", flat=True).first()


def digest_of_values(values: Sequence[AnyValue]) -> str:
    """Return what tells a batch from another: its values however they were written."""
    return hashlib.blake2b(msgspec.json.encode(values), digest_size=16).hexdigest()


def is_batch_stored(run: Run, batch: RequestId) -> bool:
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
