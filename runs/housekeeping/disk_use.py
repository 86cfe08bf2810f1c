"""Disk use by experiment and by run, with names, the largest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from runs.artifacts.disk import (
    Usage,
    usage_of_experiment,
    usage_of_experiments,
    usage_of_own_files,
    usage_of_studio,
)
from runs.artifacts.models import RunUsage
from runs.tracking.models import ERASING, Experiment, Run
from runs.workspaces.models import Workspace

RUNS_PER_PAGE = 50


@dataclass(frozen=True)
class ExperimentUse:
    """The room that the files of an experiment take."""

    number: int
    name: str
    size_bytes: int
    file_count: int


@dataclass(frozen=True)
class RunUse:
    """The room that the files of a run take; `run` comes with its experiment."""

    run: Run
    size_bytes: int
    file_count: int


@dataclass(frozen=True)
class LargestRuns:
    """A page of runs; `next` is where the following page goes on, None on the last one."""

    rows: list[RunUse]
    next: tuple[int, int] | None


@dataclass(frozen=True)
class DiskUse:
    """The room that files take. `own` is that of the files that no run owns, which `workspace` has
    too. `studio`, for all workspaces, is None for who may not see it."""

    workspace: Usage
    own: Usage
    studio: Usage | None
    experiments: list[ExperimentUse]


def read_disk_use(*, workspace: Workspace, with_studio: bool) -> DiskUse:
    """Return the use of a workspace, the largest experiment first. Four to seven queries."""
    by_id = usage_of_experiments(workspace)
    experiments = Experiment.objects.filter(id__in=by_id)
    rows = [
        ExperimentUse(one.number, one.name, by_id[one.id].size_bytes, by_id[one.id].file_count)
        for one in experiments
    ]
    own = usage_of_own_files(workspace)
    return DiskUse(
        workspace=sum(by_id.values(), own),
        own=own,
        studio=usage_of_studio() if with_studio else None,
        experiments=sorted(rows, key=lambda row: (-row.size_bytes, row.number)),
    )


def list_largest_runs(
    *, workspace: Workspace, after: tuple[int, int] | None = None, limit: int = RUNS_PER_PAGE
) -> LargestRuns:
    """Return runs that have files, the largest first, deleted ones too. One query."""
    counted = RunUsage.objects.filter(workspace=workspace, file_count__gt=0)
    counted = counted.exclude(run__lifecycle=ERASING).select_related("run__experiment")
    if after is not None:
        size, key = after
        counted = counted.filter(size_bytes__lte=size)
        counted = counted.exclude(Q(size_bytes=size) & Q(run_id__gte=key))
    found = list(counted.order_by("-size_bytes", "-run_id")[: limit + 1])
    rows = [RunUse(one.run, one.size_bytes, one.file_count) for one in found[:limit]]
    return LargestRuns(rows, position_of(found[:limit]) if len(found) > limit else None)


def position_of(rows: Sequence[RunUsage]) -> tuple[int, int]:
    return rows[-1].size_bytes, rows[-1].run_id


def read_experiment_use(experiment: Experiment) -> Usage:
    """Return the use of one experiment. Two queries."""
    return usage_of_experiment(experiment)
