"""The list of deleted runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, Sum

from runs.artifacts.disk import Usage, usage_of_runs
from runs.metrics.models import Series
from runs.tracking.models import Lifecycle, Run
from runs.workspaces.models import Workspace

PER_PAGE = 50


@dataclass(frozen=True)
class DeletedRun:
    """A deleted run, with its experiment. Being deleted is the last that is done to a run, so the
    time of its last change is when that was."""

    run: Run
    usage: Usage
    points: int

    @property
    def deleted_ms(self) -> int:
        return self.run.updated_ms


@dataclass(frozen=True)
class DeletedRuns:
    """A page of deleted runs of `total`; `next` is None on the last page."""

    rows: list[DeletedRun]
    total: int
    next: tuple[int, int] | None


def list_deleted_runs(
    *, workspace: Workspace, after: tuple[int, int] | None = None, limit: int = PER_PAGE
) -> DeletedRuns:
    """Return deleted runs, the last deleted first. Four queries."""
    deleted = Run.objects.filter(workspace=workspace, lifecycle=Lifecycle.DELETED)
    some = deleted.select_related("experiment")
    if after is not None:
        ms, key = after
        some = some.filter(updated_ms__lte=ms).exclude(Q(updated_ms=ms) & Q(id__gte=key))
    found = list(some.order_by("-updated_ms", "-id")[: limit + 1])
    shown = found[:limit]
    last = (shown[-1].updated_ms, shown[-1].id) if len(found) > limit else None
    return DeletedRuns(with_sizes(shown), deleted.count(), last)


def with_sizes(runs: Sequence[Run]) -> list[DeletedRun]:
    pks = [run.pk for run in runs]
    usage = usage_of_runs(pks)
    counted = Series.objects.filter(run__in=pks).order_by().values_list("run")
    points = dict(counted.annotate(Sum("n")))
    return [DeletedRun(run, usage[run.pk], points.get(run.pk, 0)) for run in runs]
