"""One change to many runs at once."""

from collections.abc import Callable, Iterable, Sequence

from django.db import transaction

from runs.artifacts.models import RunUsage
from runs.metrics.moving import move_series
from runs.tracking.clock import now_ms
from runs.tracking.edits import enter_tags
from runs.tracking.errors import InvalidValue, NotFound
from runs.tracking.experiments import create_experiment
from runs.tracking.models import (
    DatasetInput,
    Experiment,
    Lifecycle,
    LoggedModel,
    Param,
    Property,
    Run,
    RunTag,
)
from runs.tracking.notes import check_tags
from runs.tracking.numbers import take_run_number
from runs.tracking.queries import runs_named
from runs.tracking.services import archive_runs, delete_runs, lock_runs, restore_runs
from runs.tracking.tags import MIRRORED, reflect_tags
from runs.workspaces.models import Workspace

MOST_RUNS = 100_000
CHUNK = 500


def get_runs(*, workspace: Workspace, run_ids: Sequence[str]) -> list[Run]:
    """Return the runs of the workspace with these public ids. Raises NotFound naming one that is
    missing, InvalidValue for more than 100,000."""
    if len(run_ids) > MOST_RUNS:
        raise InvalidValue(f"That is {len(run_ids)} runs; at most {MOST_RUNS} at a time.")
    found: dict[str, Run] = {}
    for chunk in chunks(run_ids):
        found |= {run.run_id: run for run in runs_named(workspace, chunk)}
    missing = next((run_id for run_id in run_ids if run_id not in found), None)
    if missing is not None:
        raise NotFound(f"Run with id={missing} not found")
    return list(found.values())


def tag_runs(*, runs: Sequence[Run], key: str, value: str | None, by: str = "") -> None:
    """Give every run the tag; an old value is replaced. Raises InvalidValue; then no run is
    tagged."""
    tags = check_tags({key: value})
    rows = [
        RunTag(run=run, experiment_id=run.experiment_id, key=key, value=value)
        for run in runs
        for key, value in tags.items()
    ]
    with transaction.atomic():
        enter_tags(runs=runs, by=by, tags=tags)
        RunTag.objects.bulk_create(
            rows,
            batch_size=CHUNK,
            update_conflicts=True,
            unique_fields=["run", "key"],
            update_fields=["value"],
        )
        touch(runs)
        if key in MIRRORED:
            for run in runs:
                reflect_tags(run, tags, by)


def move_runs(*, runs: Sequence[Run], workspace: Workspace, name: str) -> None:
    """Move runs to the experiment `name` of the workspace, made if it does not exist.

    Each gets the next number there; its id, children and links stay as they are. All or none.
    Raises InvalidValue, NotActive (a deleted experiment).
    """
    with transaction.atomic():
        goal = Experiment.objects.filter(workspace=workspace, name=name).first()
        goal = goal or create_experiment(workspace=workspace, name=name)
        if goal.lifecycle == Lifecycle.DELETED:
            raise InvalidValue(f"The experiment {name!r} is deleted. Restore it first.")
        for run in sorted(runs, key=lambda run: run.id):
            if run.experiment_id != goal.id:
                move_run(run, goal)


def move_run(run: Run, goal: Experiment) -> None:
    run.experiment = goal
    run.number = take_run_number(goal.id)
    run.updated_ms = now_ms()
    run.save(update_fields=["experiment", "number", "updated_ms"])
    for model in (Param, RunTag, Property, DatasetInput):
        model.objects.filter(run=run).update(experiment=goal)
    LoggedModel.objects.filter(source_run=run).update(experiment=goal)
    RunUsage.objects.filter(run=run).update(experiment=goal)
    move_series(run=run, to_experiment=goal)


def touch(runs: Iterable[Run]) -> None:
    now = now_ms()
    for chunk in chunks(sorted(run.id for run in runs)):
        rows = Run.objects.filter(id__in=chunk)
        lock_runs(rows)
        rows.update(updated_ms=now)


def chunks(items: Sequence) -> Iterable[Sequence]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


CHANGES: dict[str, Callable[..., None]] = {
    "archive": archive_runs,
    "restore": restore_runs,
    "delete": delete_runs,
}


def change_runs(
    *,
    workspace: Workspace,
    action: str,
    run_ids: Sequence[str],
    key: str | None = None,
    value: str | None = None,
    experiment: str | None = None,
) -> int:
    """Do one of `CHANGES`, "tag" (with key and value) or "move" (to an experiment by name) to all
    runs named, or to none; return how many they are. Raises NotFound, InvalidValue, NotActive."""
    runs = get_runs(workspace=workspace, run_ids=list(dict.fromkeys(run_ids)))
    if action in CHANGES:
        CHANGES[action](runs=runs)
    elif action == "tag" and key is not None:
        tag_runs(runs=runs, key=key, value=value)
    elif action == "move" and experiment is not None:
        move_runs(runs=runs, workspace=workspace, name=experiment)
    else:
        raise InvalidValue("tag needs a key, move the name of an experiment.")
    return len(runs)
