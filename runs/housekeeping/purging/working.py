"""The work of a purge, in parts: each is a short transaction that adds to the counts of the purge.

The marks on the runs are all that a purge remembers, so it continues after a crash. Other writers
get their turn after each part.
"""

import time
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from runs.artifacts.purging import erase_files, erase_files_of_models, release_files
from runs.artifacts.services import delete_bytes_on_commit
from runs.database.dialects import current_dialect
from runs.database.writer import hold_writer_lock
from runs.housekeeping.models import Purge
from runs.housekeeping.purging.wake import wake_worker
from runs.metrics.erasing import erase_metric_names, erase_metrics
from runs.tracking.clock import now_ms
from runs.tracking.erasing import (
    Erased,
    erase_experiment,
    erase_models,
    erase_notes,
    erase_runs,
    marked_experiment,
    marked_runs,
)
from runs.tracking.models import ERASING, Experiment, Run
from runs.tracking.orphans import clear_root, move_children_up
from runs.workspaces.models import Workspace

RUNS_PER_PART = 200
ROWS_PER_PART = 4000
# SQLite's waiting writers try again every tenth of a second at the latest.
PAUSE_S = 0.11
# A purge without progress for this long has lost its worker.
LOST_AFTER_MS = 60_000

STEPS = (erase_metrics, erase_files, erase_models, erase_notes)


def resume_purges(*, budget_s: float = 50.0) -> None:
    """Go on with the purges that no process works on; wake a worker for those that take longer."""
    adopt_marked()
    for purge in Purge.objects.filter(ended_ms=None).order_by("id"):
        if claim_purge(purge) and not advance_purge(purge=purge, budget_s=budget_s):
            wake_worker()


def adopt_marked() -> None:
    """Open a purge where runs are marked and none is open, as after a crash between the two."""
    is_open = Exists(Purge.objects.filter(workspace=OuterRef("pk"), ended_ms=None))
    for workspace in Workspace.objects.exclude(is_open):
        marked = Run.with_erasing.filter(workspace=workspace, lifecycle=ERASING).count()
        if marked or marked_experiment(workspace):
            Purge.objects.create(workspace=workspace, asked={"runs": marked}, started_ms=now_ms())


def claim_purge(purge: Purge) -> bool:
    """Take the purge over for this process, unless another one is at work on it."""
    now = now_ms()
    free = Purge.objects.filter(pk=purge.pk, ended_ms=None, beat_ms__lt=now - LOST_AFTER_MS)
    return bool(free.update(beat_ms=now))


def release(purge: Purge) -> None:
    """Let the next process that looks take the purge over."""
    Purge.objects.filter(pk=purge.pk).update(beat_ms=0)


def advance_purge(*, purge: Purge, budget_s: float) -> bool:
    """Erase part after part until nothing is left (True) or the time is over."""
    deadline = time.monotonic() + budget_s
    while True:
        began = time.monotonic()
        if do_part(purge):
            return True
        if time.monotonic() > deadline:
            release(purge)
            return False
        if current_dialect().has_one_writer:
            time.sleep(max(PAUSE_S, time.monotonic() - began))


def do_part(purge: Purge) -> bool:
    """Erase a part and note it, in one transaction; tell whether the purge has ended."""
    with hold_writer_lock(), transaction.atomic():
        erased = erase_part(purge.workspace)
        is_done = not erased.rows
        counts = {name: F(name) + count for name, count in erased.counts.items() if count}
        now = now_ms()
        changes = {**counts, "beat_ms": now, **({"ended_ms": now} if is_done else {})}
        Purge.objects.filter(pk=purge.pk).update(**changes)
    # Outside the lock, because a bucket is slow. The sweep deletes what a crash leaves.
    delete_bytes_on_commit(list(erased.places))
    return is_done


def erase_part(workspace: Workspace) -> Erased:
    """Erase some of what is marked; no rows when nothing is left."""
    if run_pks := marked_runs(workspace, RUNS_PER_PART):
        return erase_some_runs(run_pks)
    if experiment := marked_experiment(workspace):
        return erase_some_experiment(experiment)
    return Erased()


def erase_some_runs(run_pks: Sequence[int]) -> Erased:
    """Erase rows of runs, and the runs themselves once nothing else is left of them."""
    done = move_all_children_up(run_pks)
    for step in STEPS:
        if done.rows >= ROWS_PER_PART:
            return done
        done += step(run_pks, ROWS_PER_PART - done.rows)
    if done.rows >= ROWS_PER_PART:
        return done
    clear_root(run_pks)
    erase_jobs(run_pks)
    return done + release_files(run_pks) + erase_runs(run_pks)


def erase_jobs(run_pks: Sequence[int]) -> None:
    """Delete what a cluster was to run or to try for these runs, and when they were heard of."""
    for name in ("job", "sweep", "last_word"):
        rows = Run._meta.get_field(name).related_model
        rows.objects.filter(run__in=run_pks).delete()


def move_all_children_up(run_pks: Sequence[int]) -> Erased:
    done = Erased()
    while done.rows < ROWS_PER_PART:
        found = move_children_up(run_pks, ROWS_PER_PART - done.rows)
        if not found.rows:
            break
        done += found
    return done


def erase_some_experiment(pk: int) -> Erased:
    done = erase_files_of_models(pk, ROWS_PER_PART)
    if done.rows >= ROWS_PER_PART:
        return done
    done += Erased(rows=Experiment(pk=pk).views.all().delete()[0])
    done += erase_metric_names(pk, max(1, ROWS_PER_PART - done.rows))
    if done.rows >= ROWS_PER_PART:
        return done
    return done + erase_experiment(pk, ROWS_PER_PART - done.rows)
