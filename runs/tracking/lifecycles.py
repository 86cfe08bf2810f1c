"""Hiding, deleting and bringing back: marks on experiments and runs, whose data stays readable."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import QuerySet

from runs.database.dialects import current_dialect
from runs.tracking.clock import now_ms
from runs.tracking.errors import NotActive, NotFound
from runs.tracking.experiments import check_experiment_active
from runs.tracking.models import Experiment, Lifecycle, Run
from runs.tracking.notes import check_active

RUNS_PER_QUERY = 500
SHOWN = (Lifecycle.ACTIVE, Lifecycle.ARCHIVED)
HIDDEN = (Lifecycle.DELETED, Lifecycle.ARCHIVED)


def delete_experiment(*, experiment: Experiment) -> None:
    """Mark an experiment and all its runs deleted. Raises NotFound when it is so already."""
    _move_with_runs(experiment, SHOWN, Lifecycle.DELETED)


def restore_experiment(*, experiment: Experiment) -> None:
    """Bring back a deleted experiment and all its runs, also those deleted one by one before.

    Raises NotFound when it is not deleted.
    """
    _move_with_runs(experiment, (Lifecycle.DELETED,), Lifecycle.ACTIVE)


def archive_experiment(*, experiment: Experiment) -> None:
    """Hide an experiment from lists; its runs stay as they are. Archiving twice is fine.

    Raises NotActive when it is deleted.
    """
    check_experiment_active(experiment)
    _move_experiment(experiment, (Lifecycle.ACTIVE,), Lifecycle.ARCHIVED)


def reactivate_experiment(*, experiment: Experiment) -> None:
    """Show an archived experiment again. Raises NotActive when it is deleted."""
    check_experiment_active(experiment)
    _move_experiment(experiment, (Lifecycle.ARCHIVED,), Lifecycle.ACTIVE)


def _move_with_runs(experiment: Experiment, origins: Sequence[str], goal: Lifecycle) -> None:
    with transaction.atomic():
        if not _move_experiment(experiment, origins, goal):
            raise NotFound(
                f"No Experiment with id={experiment.number} exists that is " + " or ".join(origins)
            )
        runs = Run.objects.filter(experiment=experiment).exclude(lifecycle=goal)
        lock_runs(runs)
        runs.update(lifecycle=goal, updated_ms=now_ms())


def _move_experiment(experiment: Experiment, origins: Sequence[str], goal: Lifecycle) -> bool:
    now = now_ms()
    rows = Experiment.objects.filter(id=experiment.id, lifecycle__in=origins)
    if not rows.update(lifecycle=goal, updated_ms=now):
        return False
    experiment.lifecycle, experiment.updated_ms = goal.value, now
    return True


def delete_runs(*, runs: Iterable[Run]) -> None:
    """Mark runs deleted; deleting twice is fine."""
    _move_runs(list(runs), SHOWN, Lifecycle.DELETED)


def restore_runs(*, runs: Iterable[Run]) -> None:
    """Bring deleted or archived runs back; restoring an active one changes nothing.

    Raises NotActive, and restores none, when an experiment of theirs is deleted.
    """
    runs = list(runs)
    for ids in _in_parts(runs):
        homeless = Run.objects.filter(id__in=ids, experiment__lifecycle=Lifecycle.DELETED)
        for number in homeless.values_list("experiment__number", flat=True)[:1]:
            raise NotActive(f"Restore the experiment {number} first: it is deleted.")
    _move_runs(runs, HIDDEN, Lifecycle.ACTIVE)


def archive_runs(*, runs: Iterable[Run]) -> None:
    """Hide runs from lists. Raises NotActive, and archives none, when one is deleted."""
    runs = list(runs)
    for run in runs:
        check_active(run)
    _move_runs(runs, (Lifecycle.ACTIVE,), Lifecycle.ARCHIVED)


def _move_runs(runs: list[Run], origins: Sequence[str], goal: Lifecycle) -> None:
    now = now_ms()
    with transaction.atomic():
        for ids in _in_parts(sorted(runs, key=lambda run: run.id)):
            rows = Run.objects.filter(id__in=ids, lifecycle__in=origins)
            lock_runs(rows)
            rows.update(lifecycle=goal, updated_ms=now)
    for run in runs:
        if run.lifecycle in origins:
            run.lifecycle, run.updated_ms = goal.value, now


def lock_runs(runs: QuerySet[Run]) -> None:
    """Lock runs in the order in which all writers lock them, so that no two wait for each other."""
    if not current_dialect().has_one_writer:
        list(runs.select_for_update(no_key=True).order_by("id").values_list("id"))


def _in_parts(runs: list[Run]) -> Iterator[list[int]]:
    for start in range(0, len(runs), RUNS_PER_QUERY):
        yield [run.id for run in runs[start : start + RUNS_PER_QUERY]]
