"""Reads of single experiments and runs."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from runs.database.rows import Rows
from runs.tracking.errors import NotFound
from runs.tracking.models import ERASING, Experiment, FormerName, Lifecycle, Run
from runs.tracking.tables import EXPERIMENT, RUN
from runs.tracking.texts import INT64_MAX, is_storable
from runs.tracking.write_limits import check_write_limit
from runs.workspaces.models import Workspace
from runs.workspaces.scopes import writing_limit

M = TypeVar("M", Experiment, Run)

EXPERIMENTS = Rows(Experiment)
RUNS = Rows(Run)
READ_EXPERIMENT = f"""
SELECT {EXPERIMENTS.columns} FROM {EXPERIMENT}
WHERE lifecycle <> '{ERASING}' AND workspace_id = %s AND """
READ_RUN = f"""
SELECT {RUNS.columns}, {EXPERIMENTS.columns} FROM {RUN}
JOIN {EXPERIMENT} ON {EXPERIMENT}.id = {RUN}.experiment_id
WHERE {RUN}.run_id = %s AND {RUN}.workspace_id = %s AND {RUN}.lifecycle <> '{ERASING}'
"""


def get_experiment(workspace: Workspace, number: int) -> Experiment:
    """Return an experiment by its number, deleted ones too. Raises NotFound. One query."""
    row = None
    if 0 <= number <= INT64_MAX:
        row = _fetch_one(READ_EXPERIMENT + "number = %s", [workspace.id, number])
    if row is None:
        raise NotFound(f"No Experiment with id={number} exists")
    return _with_workspace(EXPERIMENTS.read(row), workspace)


def get_experiment_by_name(workspace: Workspace, name: str) -> Experiment:
    """Return an experiment by its name, deleted ones too. Raises NotFound. One query."""
    row = None
    if is_storable(name):
        row = _fetch_one(READ_EXPERIMENT + "name = %s", [workspace.id, name])
    if row is None:
        raise NotFound(f"Could not find experiment with name {name!r}")
    return _with_workspace(EXPERIMENTS.read(row), workspace)


def find_renamed_experiment(workspace: Workspace, name: str) -> Experiment | None:
    """Return the experiment that had `name` before it was renamed. One query."""
    if not is_storable(name):
        return None
    former = FormerName.objects.filter(workspace=workspace, name=name)
    kept = former.exclude(experiment__lifecycle=ERASING).select_related("experiment").first()
    return kept and kept.experiment


def read_renamed_experiments(workspace: Workspace, names: Collection[str]) -> dict[str, str]:
    """Return those of `names` that no experiment has now but one had before, each with the name of
    today. One query."""
    taken = Experiment.objects.filter(workspace=workspace, name=OuterRef("name"))
    former = FormerName.objects.filter(
        workspace=workspace, name__in=list(filter(is_storable, names))
    )
    kept = former.exclude(Exists(taken)).exclude(experiment__lifecycle=ERASING)
    return dict(kept.values_list("name", "experiment__name"))


def find_experiments(workspace: Workspace, numbers: Sequence[int]) -> list[Experiment]:
    """Return those of the experiments that exist, deleted ones too. One query."""
    if not numbers:
        return []
    places = ", ".join(["%s"] * len(numbers))
    with connection.cursor() as cursor:
        cursor.execute(f"{READ_EXPERIMENT}number IN ({places})", [workspace.id, *numbers])
        rows = cursor.fetchall()
    return [_with_workspace(EXPERIMENTS.read(row), workspace) for row in rows]


def get_run(workspace: Workspace, run_id: str, *, only_adds: bool = False) -> Run:
    """Return a run with its experiment, deleted ones too. One query.

    Raises NotFound, and OutOfScope or AttemptOver where an attempt may not write it; `only_adds`
    says that it writes nothing but new values of metrics.
    """
    row = _fetch_one(READ_RUN, [run_id, workspace.id]) if is_storable(run_id) else None
    if row is None:
        raise NotFound(f"Run with id={run_id} not found")
    width = len(RUNS.names)
    run = _with_workspace(RUNS.read(row[:width]), workspace)
    run.experiment = _with_workspace(EXPERIMENTS.read(row[width:]), workspace)
    check_write_limit(run.pk, only_adds=only_adds)
    return run


def runs_named(workspace: Workspace | int, run_ids: Iterable[str]) -> QuerySet[Run]:
    """Return those runs of the workspace that have these ids, as a query. A text that no id can
    be, such as one with NUL, names none."""
    # As a sum the workspace is no way into an index: SQLite would read all of its runs.
    runs = Run.objects.alias(home=F("workspace_id") + 0)
    home = workspace if isinstance(workspace, int) else workspace.id
    found = runs.filter(home=home, run_id__in=list(filter(is_storable, run_ids)))
    if writing_limit() is not None:
        for pk in found.values_list("pk", flat=True):
            check_write_limit(pk)
    return found


def _fetch_one(sql: str, values: list[Any]) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _with_workspace(row: M, workspace: Workspace) -> M:
    row.workspace = workspace
    return row


def list_ancestors(runs: Iterable[Run]) -> list[int]:
    """Return the keys of the ancestors of runs that are not deleted, nor among the runs. One query
    for each level of the tree above them."""
    known = {run.id for run in runs}
    above: list[int] = []
    wanted = {run.parent_id for run in runs if run.parent_id is not None} - known
    while wanted:
        rows = Run.objects.filter(id__in=wanted).exclude(lifecycle=Lifecycle.DELETED)
        found = dict(rows.values_list("id", "parent_id"))
        above += found
        known |= wanted
        wanted = {parent for parent in found.values() if parent is not None} - known
    return above
