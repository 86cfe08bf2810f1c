"""Starting a purge: the runs are hidden at once, then erased."""

from collections.abc import Sequence

from django.db import transaction

from runs.artifacts.disk import in_parts
from runs.database.writer import hold_writer_lock
from runs.housekeeping.models import Purge
from runs.housekeeping.purging.errors import PurgeChanged
from runs.housekeeping.purging.previews import deleted_runs, preview_purge
from runs.housekeeping.purging.wake import wake_worker
from runs.housekeeping.purging.working import advance_purge, release
from runs.tracking.clock import now_ms
from runs.tracking.erasing import COUNTED, Erased, mark_experiments, mark_runs
from runs.tracking.models import Experiment, Run
from runs.workspaces.models import Workspace

# Up to this much is erased during the request; more is left to a worker.
MOST_AT_ONCE = Erased(runs=200, experiments=10, points=200_000, file_count=500)
WAIT_S = 3.0
# Hiding this many runs takes a transaction of about 50 ms.
RUNS_AT_ONCE = 2000


def start_purge(
    *,
    workspace: Workspace,
    run_pks: Sequence[int] | None = None,
    asked_by: str = "",
    shown: dict[str, int] | None = None,
) -> Purge:
    """Erase these deleted runs for good, or all there are, with deleted experiments left empty.

    A few are gone on return. Many are hidden at once and erased by a worker, which sets `ended_ms`
    of the returned row at the end. `shown` holds the counts that the person saw before, by the
    names of `Erased`: raises PurgeChanged, and erases nothing, when they differ now.
    Raises NotDeleted, and erases nothing, when a run is not deleted.
    """
    asked = preview_purge(workspace=workspace, run_pks=run_pks)
    counts = asked.counts
    if shown is not None and shown != counts:
        raise PurgeChanged("What is deleted has changed since. Look at the new numbers first.")
    purge = open_purge(workspace, counts, asked_by)
    hide(workspace, run_pks)
    if is_little(asked):
        advance_purge(purge=purge, budget_s=WAIT_S)
        purge.refresh_from_db()
    else:
        release(purge)
    if purge.ended_ms is None:
        transaction.on_commit(wake_worker)
    return purge


def open_purge(workspace: Workspace, counts: dict[str, int], asked_by: str) -> Purge:
    """Return the open purge of the workspace with these counts added to what it is to erase."""
    now = now_ms()
    with transaction.atomic():
        purge, _ = Purge.objects.select_for_update().get_or_create(
            workspace=workspace,
            ended_ms=None,
            defaults={"asked_by": asked_by, "started_ms": now, "beat_ms": now},
        )
        purge.asked = {name: purge.asked.get(name, 0) + counts[name] for name in COUNTED}
        purge.save(update_fields=["asked"])
    return purge


def hide(workspace: Workspace, run_pks: Sequence[int] | None) -> None:
    """Mark the runs, then the experiments that are left empty."""
    experiments = Experiment.objects.filter(workspace=workspace)
    if run_pks is None:
        run_pks = list(deleted_runs(workspace).order_by("pk").values_list("pk", flat=True))
    else:
        pks: set[int] = set()
        for part in in_parts(run_pks):
            pks.update(Run.objects.filter(pk__in=part).values_list("experiment", flat=True))
        experiments = experiments.filter(pk__in=pks)
    pending = sorted(run_pks)
    for start in range(0, len(pending), RUNS_AT_ONCE):
        with hold_writer_lock(), transaction.atomic():
            for part in in_parts(pending[start : start + RUNS_AT_ONCE]):
                mark_runs(part)
    mark_experiments(experiments)


def is_little(asked: Erased) -> bool:
    return (
        asked.runs <= MOST_AT_ONCE.runs
        and asked.experiments <= MOST_AT_ONCE.experiments
        and asked.points <= MOST_AT_ONCE.points
        and asked.file_count <= MOST_AT_ONCE.file_count
    )
