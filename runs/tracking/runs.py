"""Making runs and moving them through their statuses."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError

from runs.database.cursors import LOCK_TO_CHANGE, open_cursor
from runs.database.rows import Rows
from runs.database.writer import write_together
from runs.tracking.client_tags import DESCRIPTION_TAGS, RUN_NAME_TAGS
from runs.tracking.clock import now_ms
from runs.tracking.edits import enter_edits
from runs.tracking.errors import InvalidValue, NameTaken, StatusRefused, not_active
from runs.tracking.models import GONE, Experiment, Run, RunEdit, RunKind, RunTag, StatusChange
from runs.tracking.notes import check_tags, write_tags
from runs.tracking.numbers import take_run_number
from runs.tracking.run_names import make_run_name, natural_order
from runs.tracking.statuses import FINAL_STATUSES, WAITING_STATUSES, Status, may_change
from runs.tracking.tables import RUN
from runs.tracking.texts import (
    check_choice,
    check_int64,
    check_json,
    check_name,
    check_run_id,
    check_text,
)
from runs.tracking.write_limits import check_write_limit
from runs.workspaces.scopes import writing_limit

MAX_BY_CHARS = 256
MAX_TARGET_CHARS = 128
MAX_REASON_CHARS = 500

# What no cluster runs: a client alone says how such a run goes.
CLIENT_KINDS = frozenset({RunKind.EXTERNAL.value, RunKind.INTERACTIVE.value})

RUNS = Rows(Run)
CHANGES = Rows(StatusChange)
LOCK_RUN = (
    f"SELECT status, started_ms FROM {RUN} WHERE id = %s AND lifecycle NOT IN (%s, %s)"
    f"{LOCK_TO_CHANGE}"
)


def create_run(
    *,
    experiment: Experiment,
    run_id: str | None = None,
    name: str = "",
    kind: str = RunKind.EXTERNAL,
    status: str = Status.RUNNING,
    started_ms: int | None = None,
    submitted_by: str = "",
    user: AbstractBaseUser | None = None,
    tags: Mapping[str, str | None] | None = None,
    parent: Run | None = None,
    source: dict[str, Any] | None = None,
    target: str = "",
    description: str = "",
) -> Run:
    """Make a run, give it the experiment's next number, and begin its history.

    A run without a name gets a generated one; a run that starts at once and without a time starts
    now. Raises NotActive (deleted experiment), NameTaken (run id), InvalidValue, and OutOfScope
    where an attempt makes a run that is not below its own.
    """
    check_write_limit(parent.pk if parent else None)
    now = now_ms()
    name = check_name(name, "run name") if name else make_run_name()
    if started_ms is None and status not in WAITING_STATUSES:
        started_ms = now
    run = Run(
        workspace_id=experiment.workspace_id,
        experiment=experiment,
        run_id=check_run_id(run_id) if run_id else uuid.uuid4().hex,
        name=name,
        name_order=natural_order(name),
        kind=check_choice(RunKind, kind, "kind"),
        status=check_choice(Status, status, "status"),
        parent=_check_parent(parent, experiment),
        root_id=(parent.root_id or parent.id) if parent else None,
        submitted_by=check_text(submitted_by, "submitter", MAX_BY_CHARS),
        user=user,
        target=check_text(target, "target", MAX_TARGET_CHARS),
        description=check_text(description, "description"),
        source=check_json(source or {}, "source"),
        started_ms=started_ms if started_ms is None else check_int64(started_ms, "start time"),
        created_ms=now,
        updated_ms=now,
    )
    _insert(run, check_tags(tags or {}))
    return run


def _insert(run: Run, tags: Mapping[str, str | None]) -> None:
    try:
        with write_together():
            _write_rows(run, tags)
    except IntegrityError as error:
        if Run.objects.filter(run_id=run.run_id).exists():
            raise NameTaken(f"Run with id={run.run_id} already exists") from error
        raise


def _write_rows(run: Run, tags: Mapping[str, str | None]) -> None:
    number = take_run_number(run.experiment_id)
    if number is None:
        raise not_active(f"The experiment {run.experiment.number}")
    run.number = number
    RUNS.insert(run)
    _enter_status(run, run.status, run.created_ms, run.submitted_by)
    write_tags(run.id, run.experiment_id, tags)


def _check_parent(parent: Run | None, experiment: Experiment) -> Run | None:
    if parent is not None and parent.workspace_id != experiment.workspace_id:
        raise InvalidValue(f"The parent run {parent.run_id} is in another workspace.")
    return parent


def update_run(
    *,
    run: Run,
    status: str | None = None,
    ended_ms: int | None = None,
    name: str | None = None,
    description: str | None = None,
    error: str | None = None,
    by: str = "",
    reason: str = "",
    by_cluster: bool = False,
    by_client: bool = False,
    client_ended_ms: int | None = None,
    at_ms: int | None = None,
) -> Run:
    """Change what is given; an empty name changes nothing. A new status is entered in the run's
    history, as of `at_ms` where it is told late. Raises NotActive, StatusRefused, InvalidValue.

    A run that ends without an `ended_ms` ends now by the server's clock; one that goes back to
    Running keeps its end until it ends again.

    `by_cluster`: the cluster asks that runs it. It alone puts the run back into the queue, and it
    alone ends the run while an attempt goes on: the script's client may end before its process.

    `by_client`: the client of a protocol asks that knows no table of changes. A run of its own goes
    from any status to any other, one of a cluster to any but those of waiting; one that has ended
    and ends otherwise keeps its end. `client_ended_ms`: the end that such clients are to see where
    the run gets another one here (`NO_END`: none).
    """
    if not by_cluster and is_end_of_own_run(run, status):
        status = ended_ms = None
    changes = _check_changes(ended_ms, name, description, error)
    if status is not None:
        _check_status(status, by, reason)
    with write_together():
        before, run.started_ms = _lock(run)
        if by and (name or description is not None):
            _enter_texts(run, by, changes)
        if status is not None and before != status:
            after, at_ms = Status(status), at_ms or changes["updated_ms"]
            _check_change(run, before, after, by_cluster, by_client)
            keeps_end = by_client and before.is_final
            changes |= _change_status(run, after, changes, keeps_end, reason, at_ms)
            _enter_status(run, after, at_ms, by, reason)
        changes |= _end_for_clients(changes, client_ended_ms)
        RUNS.update(run.id, changes)
        _change_tags_of_clients(run, name, description)
    for field, value in changes.items():
        setattr(run, field, value)
    return run


def _end_for_clients(changes: Mapping[str, Any], ended_ms: int | None) -> dict[str, Any]:
    """Return the field of the end that clients see: empty where it is the run's own."""
    if "ended_ms" not in changes:
        return {}
    return {"client_ended_ms": None if ended_ms == changes["ended_ms"] else ended_ms}


def _enter_status(run: Run, status: str, at_ms: int, by: str, reason: str = "") -> None:
    CHANGES.insert_values([(run.pk, str(status), at_ms, by, reason)])


def _enter_texts(run: Run, by: str, changes: Mapping[str, Any]) -> None:
    fields = [field for field in (RunEdit.NAME, RunEdit.DESCRIPTION) if field in changes]
    before = Run.objects.values(*fields).get(pk=run.pk)
    enter_edits(run=run, by=by, edits=[(each, "", before[each], changes[each]) for each in fields])


def _check_changes(
    ended_ms: int | None, name: str | None, description: str | None, error: str | None
) -> dict[str, Any]:
    """Return the fields to write, without those that are not given. Raises InvalidValue."""
    changes: dict[str, Any] = {"updated_ms": now_ms()}
    if ended_ms is not None:
        changes["ended_ms"] = check_int64(ended_ms, "end time")
    if name:
        changes["name"] = check_name(name, "run name")
        changes["name_order"] = natural_order(name)
    if description is not None:
        changes["description"] = check_text(description, "description")
    if error is not None:
        changes["error"] = check_text(error, "error")
    return changes


def _change_tags_of_clients(run: Run, name: str | None, description: str | None) -> None:
    """Let the tags that stand for the name and the description say the same, where a client has
    written them."""
    if name:
        RunTag.objects.filter(run=run, key__in=RUN_NAME_TAGS).update(value=name)
    if description is not None:
        RunTag.objects.filter(run=run, key__in=DESCRIPTION_TAGS).update(value=description)


def is_end_of_own_run(run: Run, status: str | None) -> bool:
    """Tell whether the process of an attempt says that its own run has ended."""
    limit = writing_limit()
    return limit is not None and limit.run == run.pk and status in FINAL_STATUSES


def _lock(run: Run) -> tuple[Status, int | None]:
    """Return status and start of the run, which nobody else changes until the transaction ends."""
    with open_cursor() as cursor:
        rows = cursor.read(LOCK_RUN, [run.id, *GONE])
    if not rows:
        raise not_active(f"The run {run.run_id}")
    status, started_ms = rows[0]
    return Status(status), started_ms


def _check_status(status: str, by: str, reason: str) -> None:
    """Raise InvalidValue for what cannot be entered in a run's history."""
    check_choice(Status, status, "status")
    check_text(by, "submitter", MAX_BY_CHARS)
    check_text(reason, "reason", MAX_REASON_CHARS)


def _check_change(
    run: Run, before: Status, after: Status, by_cluster: bool, by_client: bool
) -> None:
    """Raise StatusRefused where the run cannot go from one status to the other."""
    is_free = by_client and (run.kind in CLIENT_KINDS or after not in WAITING_STATUSES)
    if not (is_free or may_change(before, after, by_cluster=by_cluster)):
        raise StatusRefused(f"The run {run.run_id} is {before} and cannot become {after}.")


def _change_status(
    run: Run, after: Status, changes: Mapping[str, Any], keeps_end: bool, reason: str, at_ms: int
) -> dict[str, Any]:
    """Return what else changes with the status."""
    more: dict[str, Any] = {"status": after.value, "status_reason": reason}
    if after.is_final and "ended_ms" not in changes and not keeps_end:
        more["ended_ms"] = at_ms
    if run.started_ms is None and after not in WAITING_STATUSES:
        more["started_ms"] = at_ms
    return more
