"""All writes of this room: points through one group commit, text values, moved series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from django.db import IntegrityError, connection, transaction

from runs.metrics import names
from runs.metrics.appending import Logged, append
from runs.metrics.database import LIST, Cursor, open_cursor
from runs.metrics.group_commit import GroupCommit
from runs.metrics.moving import move_series
from runs.metrics.points import empty_points, make_points
from runs.metrics.runs import RunRef, forget_all, resolve_run
from runs.metrics.texts import Text, add_texts
from runs.metrics.writer_lock import hold_writer_lock
from runs.tracking.errors import NotActive, NotFound, TrackingError
from runs.tracking.models import Lifecycle
from runs.tracking.notes import check_params, check_tags, write_params, write_tags
from runs.tracking.texts import check_key, check_text

__all__ = ["RunRef", "log_batch", "log_texts", "move_series", "resolve_run"]

Point = tuple[str, int, int, float]

READ_RUNS = f"SELECT id, experiment_id, lifecycle, run_id FROM runs_run WHERE id {LIST} ORDER BY id"
# Writers of one run take turns, and nobody deletes it under them; what only refers to the run
# (a file, a tag) does not wait.
LOCK = " FOR NO KEY UPDATE"


class LockedRun(NamedTuple):
    """A run as the transaction sees it."""

    id: int
    experiment_id: int
    lifecycle: str
    public_id: str


@dataclass(frozen=True, slots=True)
class Request:
    """What one caller asks to store with a run, checked."""

    logged: Logged
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str | None] = field(default_factory=dict)
    texts: Sequence[Text] = ()


def log_batch(
    *,
    run: RunRef,
    points: Sequence[Point],
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str | None] | None = None,
) -> None:
    """Store points (key, step, time in ms, value), params and tags: all of them or nothing.

    Returns after COMMIT, which the caller shares with whoever writes at the same time; inside a
    transaction of the caller's, it is the caller who commits. A point that is there already is
    stored once. Raises InvalidPoint, InvalidValue, NotFound, NotActive, ParamChanged.
    """
    _submit(
        Request(
            logged=_check_points(run, points),
            params=check_params(params) if params else {},
            tags=check_tags(tags) if tags else {},
        )
    )


def log_texts(*, run: RunRef, values: Sequence[tuple[str, int, int, str]]) -> None:
    """Store text values (key, step, time in ms, text): all of them or nothing, each once.

    Commits like `log_batch`. Raises InvalidPoint, InvalidValue, NotFound, NotActive.
    """
    _submit(Request(logged=_check_points(run, []), texts=_check_texts(values)))


def _submit(request: Request) -> None:
    if not connection.in_atomic_block:
        _commits.submit(request)
        return
    with transaction.atomic():
        for error in _write([request]):
            if error is not None:
                raise error


def _check_texts(values: Sequence[tuple[str, int, int, str]]) -> list[Text]:
    make_points([v[1] for v in values], [v[2] for v in values], [0.0] * len(values))
    return [
        (check_key(key), "", step, ms, check_text(text, f"value of '{key}'"))
        for key, step, ms, text in values
    ]


def _check_points(run: RunRef, points: Sequence[Point]) -> Logged:
    if not points:
        return Logged(run.id, [], np.empty(0, np.intp), empty_points())
    keys, steps, times_ms, values = zip(*points, strict=True)
    index = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return Logged(
        run_id=run.id,
        names=[(check_key(key), "") for key in index],
        codes=np.fromiter(map(index.__getitem__, keys), np.intp, len(keys)),
        points=make_points(steps, times_ms, values),
    )


def _commit(requests: Sequence[Request]) -> list[Exception | None]:
    """Write a group in a transaction of its own."""
    try:
        return _commit_once(requests)
    except IntegrityError:
        # A cached metric id may be that of a purged row.
        names.forget_all()
        return _commit_once(requests)


def _commit_once(requests: Sequence[Request]) -> list[Exception | None]:
    with hold_writer_lock(), transaction.atomic():
        return _write(requests)


_commits: GroupCommit[Request] = GroupCommit(_commit)


def _write(requests: Sequence[Request]) -> list[Exception | None]:
    """Write a group inside a transaction; return the error of each request that was refused."""
    with open_cursor() as cursor:
        runs = _lock_runs(cursor, {request.logged.run_id for request in requests})
        errors = [_write_notes(cursor, request, runs) for request in requests]
        accepted = [
            request.logged
            for request, error in zip(requests, errors, strict=True)
            if error is None and len(request.logged.points)
        ]
        if accepted:
            append(cursor, accepted, {run_id: run.experiment_id for run_id, run in runs.items()})
    return errors


def _lock_runs(cursor: Cursor, run_ids: set[int]) -> dict[int, LockedRun]:
    sql = READ_RUNS if cursor.is_sqlite else READ_RUNS + LOCK
    return {row[0]: LockedRun(*row) for row in cursor.read(sql, (cursor.list(run_ids),))}


def _write_notes(
    cursor: Cursor, request: Request, runs: Mapping[int, LockedRun]
) -> TrackingError | None:
    """Check the run; write params, tags and texts. A refusal leaves the group as it was."""
    run = runs.get(request.logged.run_id)
    if run is None:
        forget_all()
        return NotFound("The run does not exist any more.")
    if run.lifecycle == Lifecycle.DELETED:
        return NotActive(f"The run {run.public_id} must be in the 'active' state")
    if not (request.params or request.tags or request.texts):
        return None
    try:
        with transaction.atomic():
            write_params(run.id, run.experiment_id, request.params)
            write_tags(run.id, run.experiment_id, request.tags)
            add_texts(cursor, run.id, run.experiment_id, request.texts)
    except TrackingError as error:
        return error
    return None
