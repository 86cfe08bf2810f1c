"""Erasing deleted runs and experiments for good: they are marked first, which hides them from
everybody; then their rows are deleted in parts, each in a transaction of the caller's."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from runs.tracking.lifecycles import lock_runs
from runs.tracking.models import ERASING, Experiment, Lifecycle, Run
from runs.tracking.tables import (
    DATASET,
    EXPERIMENT,
    EXPERIMENT_TAG,
    LOGGED_MODEL,
    PARAM,
    PROPERTY,
    RUN,
    RUN_EDIT,
    STATUS_CHANGE,
    TAG,
)
from runs.workspaces.models import Workspace

# The experiment that every workspace begins with, and that clients log to when they name none.
DEFAULT_NUMBER = 0
# What tells apart the rows of a table that have no `id`.
KEYS = dict.fromkeys((PARAM, TAG), "run_id, key")
NOTES = (PARAM, TAG, PROPERTY, DATASET, STATUS_CHANGE, RUN_EDIT)
OF_EXPERIMENT = (LOGGED_MODEL, EXPERIMENT_TAG)

# The counts that are shown before a purge and after it.
COUNTED = ("runs", "experiments", "points", "size_bytes", "file_count")


@dataclass(frozen=True)
class Erased:
    """What was, or would be, erased. `rows` counts deleted rows and limits a part.
    `places` lists (store, key) of bytes to delete after the transaction."""

    runs: int = 0
    experiments: int = 0
    points: int = 0
    size_bytes: int = 0
    file_count: int = 0
    rows: int = 0
    places: tuple[tuple[str, str], ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in COUNTED}

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def mark_runs(run_pks: Sequence[int]) -> int:
    """Hide those of the runs that are deleted, for good; return how many. Inside a transaction."""
    deleted = Run.objects.filter(pk__in=run_pks, lifecycle=Lifecycle.DELETED)
    lock_runs(deleted)
    return deleted.update(lifecycle=ERASING)


def mark_experiments(experiments: QuerySet[Experiment]) -> int:
    """Hide those of the experiments that are deleted and have no other runs than hidden ones."""
    return emptied(experiments).update(lifecycle=ERASING)


def emptied(experiments: QuerySet[Experiment]) -> QuerySet[Experiment]:
    """Return the deleted experiments without a run; never the one a workspace begins with."""
    has_runs = Exists(Run.objects.filter(experiment=OuterRef("pk")))
    deleted = experiments.filter(lifecycle=Lifecycle.DELETED).exclude(number=DEFAULT_NUMBER)
    return deleted.exclude(has_runs)


def marked_runs(workspace: Workspace, most: int) -> list[int]:
    """Return the first runs that wait to be erased, locked until the transaction ends."""
    marked = Run.with_erasing.filter(workspace=workspace, lifecycle=ERASING).order_by("id")
    return list(marked.select_for_update(no_key=True).values_list("id", flat=True)[:most])


def marked_experiment(workspace: Workspace) -> int | None:
    """Return an experiment that waits to be erased and whose runs are gone."""
    marked = Experiment.with_erasing.filter(workspace=workspace, lifecycle=ERASING)
    runs = Exists(Run.with_erasing.filter(experiment=OuterRef("pk")))
    return marked.exclude(runs).order_by("id").values_list("id", flat=True).first()


def erase_notes(run_pks: Sequence[int], most: int) -> Erased:
    """Delete params, tags, properties, data sets and histories of runs, at most `most` rows."""
    return Erased(rows=delete_in_turn(NOTES, run_pks, most))


def erase_models(run_pks: Sequence[int], most: int) -> Erased:
    """Delete the models that runs have logged. Their files must have been erased."""
    return Erased(rows=delete_rows(LOGGED_MODEL, run_pks, most, owner="source_run_id"))


def erase_runs(run_pks: Sequence[int]) -> Erased:
    """Delete runs that have no other rows left."""
    count = delete_rows(RUN, run_pks, len(run_pks), owner="id")
    return Erased(runs=count, rows=count)


def erase_experiment(pk: int, most: int) -> Erased:
    """Delete the models and tags of an experiment, and in the end the experiment. What other
    rooms keep of it must have been erased."""
    with connection.cursor() as cursor:
        # A model follows its run to the experiment the run has moved to.
        cursor.execute(
            f"UPDATE {LOGGED_MODEL} SET experiment_id = (SELECT experiment_id FROM {RUN}"
            f" WHERE {RUN}.id = source_run_id) WHERE experiment_id = %s"
            " AND source_run_id IS NOT NULL",
            [pk],
        )
    rows = delete_in_turn(OF_EXPERIMENT, [pk], most, owner="experiment_id")
    if rows >= most:
        return Erased(rows=rows)
    count = delete_rows(EXPERIMENT, [pk], 1, owner="id")
    return Erased(experiments=count, rows=rows + count)


def delete_in_turn(
    tables: Iterable[str], owners: Sequence[int], most: int, owner: str = "run_id"
) -> int:
    """Delete from one table after the other, at most `most` rows in all; return how many."""
    left = most
    for table in tables:
        if left > 0:
            left -= delete_rows(table, owners, left, owner)
    return most - left


def delete_rows(table: str, owners: Sequence[int], most: int, owner: str = "run_id") -> int:
    """Delete at most `most` of the rows that belong to `owners`; return how many there were."""
    if not owners or most <= 0:
        return 0
    places = ", ".join(["%s"] * len(owners))
    key = KEYS.get(table, "id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE ({key}) IN"
            f" (SELECT {key} FROM {table} WHERE {owner} IN ({places}) LIMIT %s)",
            [*owners, most],
        )
        return cursor.rowcount
