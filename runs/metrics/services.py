"""All writes of this room: points through one group commit, text values, moved series."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from django.db import IntegrityError, OperationalError, connection, transaction

from runs.database.cursors import LIST, LOCK_TO_CHANGE, Cursor, open_cursor
from runs.database.dialects import current_dialect
from runs.database.writer import hold_writer_lock, use_writer_connection
from runs.metrics.appending import append_points
from runs.metrics.extras import (
    AlreadyStored,
    Numbering,
    add_artifacts,
    add_batch,
    add_texts,
    merge_shapes,
    move_writer,
)
from runs.metrics.group_commit import GroupCommit, copy_error
from runs.metrics.known_ids import forget_ids
from runs.metrics.later import Answer, AnsweredLater, find_answer
from runs.metrics.models import MetricBatch
from runs.metrics.moving import move_series
from runs.metrics.requests import (
    Artifact,
    Columns,
    PlainPoints,
    Point,
    Request,
    RequestId,
    Text,
    WriterProgress,
    check_artifacts,
    check_cells,
    check_points,
    check_shapes,
    check_texts,
)
from runs.metrics.runs import RunRef, resolve_run
from runs.tracking.clock import now_ms
from runs.tracking.errors import NotFound, TrackingError, not_active
from runs.tracking.models import ERASING, Lifecycle
from runs.tracking.notes import check_params, check_tags, write_params, write_tags
from runs.tracking.tables import RUN
from runs.tracking.texts import check_text

__all__ = [
    "Artifact",
    "Columns",
    "Point",
    "RequestId",
    "RunRef",
    "WriterProgress",
    "forget_batches",
    "log_batch",
    "log_kinds",
    "log_texts",
    "move_series",
    "resolve_run",
]

MAX_BATCH_ID_CHARS = 64
BATCHES_KEPT_MS = 7 * 24 * 3600 * 1000

# Writers of one run take turns, and nobody deletes it under them; what only refers to the run
# (a file, a tag) does not wait.
LOCK_RUNS = (
    f"SELECT id, experiment_id, lifecycle, run_id FROM {RUN} WHERE id {LIST} ORDER BY id"
    f"{LOCK_TO_CHANGE}"
)


class LockedRun(NamedTuple):
    """A run as the transaction sees it."""

    id: int
    experiment_id: int
    lifecycle: str
    public_id: str


def log_batch(
    *,
    run: RunRef,
    points: PlainPoints,
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str | None] | None = None,
    is_last: bool = False,
) -> None:
    """Store points (key, step, time in ms, value), params and tags: all of them or nothing.

    Returns after COMMIT, which the caller shares with whoever writes at the same time; inside a
    transaction of the caller's, it is the caller who commits. A point that is there already is
    stored once. Raises InvalidPoint, InvalidValue, NotFound, NotActive, ParamChanged.

    `is_last`: the caller only answers its request behind this, so where that is possible another
    thread does (raises AnsweredLater).
    """
    request = Request(
        logged=check_points(run, points),
        params=check_params(params) if params else {},
        tags=check_tags(tags) if tags else {},
    )
    _submit(request, find_answer() if is_last else None)


def log_texts(*, run: RunRef, values: Sequence[tuple[str, int, int, str]]) -> None:
    """Store text values (key, step, time in ms, text): all of them or nothing, each once.

    Commits like `log_batch`. Raises InvalidPoint, InvalidValue, NotFound, NotActive.
    """
    texts = check_texts((key, "", step, ms, text) for key, step, ms, text in values)
    _submit(Request(logged=check_points(run, []), texts=texts))


def log_kinds(
    *,
    run: RunRef,
    points: Sequence[Point] = (),
    texts: Iterable[Text] = (),
    artifacts: Iterable[Artifact] = (),
    shapes: Mapping[str, tuple[str, list[str]]] | None = None,
    relative: Iterable[str] = (),
    batch: RequestId | None = None,
    progress: WriterProgress | None = None,
) -> bool:
    """Store values of metrics of any kind, all of them or nothing; tell whether it was done now.

    The steps of the metrics in `relative` count from 0 and are raised to follow the last step of
    each. With a `batch`, the same batch sent again stores nothing and gives False. With `progress`,
    every value is a new one: a point that equals a stored one is put a millisecond later. Commits
    like `log_batch`. Raises InvalidPoint, InvalidValue, NotFound, NotActive, BatchChanged,
    WriterMoved.
    """
    if batch is not None:
        check_text(batch.id, "id of the batch", MAX_BATCH_ID_CHARS)
    request = Request(
        logged=replace(check_cells(run, points), is_new=progress is not None),
        texts=check_texts(texts),
        artifacts=check_artifacts(artifacts),
        shapes=check_shapes(shapes or {}),
        relative=frozenset(relative),
        batch=batch,
        progress=progress,
    )
    try:
        _submit(request)
    except AlreadyStored:
        return False
    return True


def forget_batches(*, older_than_ms: int = BATCHES_KEPT_MS) -> int:
    """Remove what is known of batches that nobody will send again; return how many they were."""
    return MetricBatch.objects.filter(stored_ms__lt=now_ms() - older_than_ms).delete()[0]


def _submit(request: Request, answer: Answer | None = None) -> None:
    if not connection.in_atomic_block:
        if not _commits.submit(request, answer):
            raise AnsweredLater
        return
    with transaction.atomic():
        for error in _write_group([request]):
            if error is not None:
                raise error


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until this process may write. Raises OperationalError."""
    with use_writer_connection(), hold_writer_lock():
        yield


def _commit_group(requests: Sequence[Request]) -> list[Exception | None]:
    """Write a group in a transaction of its own."""
    try:
        return _commit_group_once(requests)
    except IntegrityError:
        # A cached metric id may be that of a purged row.
        forget_ids()
        return _commit_group_once(requests)
    except OperationalError as error:
        if not current_dialect().has_one_writer:
            raise
        # Locked for longer than writers wait, or a full disk: one by one is no better.
        connection.close()
        return [copy_error(error) for _ in requests]


def _commit_group_once(requests: Sequence[Request]) -> list[Exception | None]:
    with transaction.atomic():
        return _write_group(requests)


_commits: GroupCommit[Request] = GroupCommit(_commit_group, _turn)


def _write_group(requests: Sequence[Request]) -> list[Exception | None]:
    """Write a group inside a transaction; return the error of each request that was refused."""
    with open_cursor() as cursor:
        runs = _lock_runs(cursor, {request.logged.run_id for request in requests})
        numbering = Numbering(cursor)
        has_others = len(requests) > 1
        outcomes = [_admit(cursor, one, runs, numbering, has_others) for one in requests]
        accepted = [
            one.logged for one in outcomes if isinstance(one, Request) and len(one.logged.points)
        ]
        if accepted:
            append_points(
                cursor, accepted, {run_id: run.experiment_id for run_id, run in runs.items()}
            )
    return [None if isinstance(one, Request) else one for one in outcomes]


def _lock_runs(cursor: Cursor, run_ids: set[int]) -> dict[int, LockedRun]:
    return {row[0]: LockedRun(*row) for row in cursor.read(LOCK_RUNS, (cursor.list(run_ids),))}


def _admit(
    cursor: Cursor,
    request: Request,
    runs: Mapping[int, LockedRun],
    numbering: Numbering,
    has_others: bool,
) -> Request | TrackingError:
    """Write all of a request but its points and return it with its final steps; or return the error
    that it is refused with, with nothing of it written: the whole transaction is rolled back where
    no others share it."""
    run = runs.get(request.logged.run_id)
    if run is None or run.lifecycle == ERASING:
        forget_ids()
        return NotFound("The run does not exist any more.")
    if run.lifecycle == Lifecycle.DELETED:
        return not_active(f"The run {run.public_id}")
    if not (request.has_extras or request.relative):
        return request
    try:
        with transaction.atomic(savepoint=has_others):
            if request.batch is not None:
                add_batch(cursor, run.id, request.batch)
            if request.progress is not None:
                move_writer(cursor, run.id, request.progress)
            request = _with_last_steps(request, run, numbering)
            _write_extras(cursor, request, run)
    except TrackingError as error:
        return error
    numbering.note(run.id, request.last_steps())
    return request


def _with_last_steps(request: Request, run: LockedRun, numbering: Numbering) -> Request:
    if not request.relative:
        return request
    return request.moved(numbering.bases(run.id, run.experiment_id, request.relative))


def _write_extras(cursor: Cursor, request: Request, run: LockedRun) -> None:
    write_params(run.id, run.experiment_id, request.params)
    write_tags(run.id, run.experiment_id, request.tags)
    are_new = request.progress is not None
    add_texts(cursor, run.id, run.experiment_id, request.texts, are_new=are_new)
    add_artifacts(cursor, run.id, request.artifacts)
    merge_shapes(cursor, run.id, request.shapes)
