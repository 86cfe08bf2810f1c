"""Which runs printed something, and where: hits run by run, the newest runs first, as they come.

One search of a big workspace is many short ones: each ends when its time is used up and says
behind which run the next goes on.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from runs.artifacts.logs.searching import FileHits, Query, search_runs_logs
from runs.artifacts.models import File
from runs.tracking.models import Experiment, Lifecycle, Run
from runs.workspaces.models import Workspace

BATCH = 100
HITS_PER_FILE = 5
PROGRESS_EVERY_S = 0.2
BUDGET_S = 8.0


@dataclass(frozen=True)
class Progress:
    """How many runs have been searched by this call, hits or not; `last` is the key of the last
    one, None at the very end."""

    searched: int
    last: int | None


def runs_with_files(
    workspace: Workspace, experiments: Sequence[Experiment] | None = None
) -> QuerySet[Run]:
    """Return the active runs that have files, the newest first; `experiments` None is all."""
    runs = Run.objects.filter(
        Exists(File.objects.filter(run=OuterRef("pk"))),
        workspace=workspace,
        lifecycle=Lifecycle.ACTIVE,
    )
    if experiments is not None:
        runs = runs.filter(experiment__in=list(experiments))
    return runs.select_related("experiment").order_by("-id")


def find_in_logs(
    runs: QuerySet[Run], query: Query, *, behind: int | None = None, budget_s: float = BUDGET_S
) -> Iterator[FileHits | Progress]:
    """Yield the hits in the logs of `runs` and, now and then, the progress; a progress is last.

    Goes on behind the run with key `behind`. One query per 100 runs and one per run. When
    `budget_s` is used up the last progress tells where to go on.
    """
    deadline = told = time.monotonic()
    deadline += budget_s
    searched = 0
    for run in in_batches(runs, behind):
        yield from search_runs_logs([run], query, per_file=HITS_PER_FILE)
        searched += 1
        now = time.monotonic()
        if now >= deadline:
            yield Progress(searched, run.pk)
            return
        if now - told >= PROGRESS_EVERY_S:
            told = now
            yield Progress(searched, run.pk)
    yield Progress(searched, None)


def in_batches(runs: QuerySet[Run], behind: int | None) -> Iterator[Run]:
    while True:
        page = runs if behind is None else runs.filter(id__lt=behind)
        batch = list(page[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        behind = batch[-1].pk
