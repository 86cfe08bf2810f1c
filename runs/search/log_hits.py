"""Which runs printed something, and where: hits run by run, the newest runs first.

A big workspace is searched by many short calls: each ends when its time is used up and says after
which run the next one continues.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from runs.artifacts.logs.conventions import logs_by_run
from runs.artifacts.logs.query import Query
from runs.artifacts.logs.searching import FileHits, search_logs
from runs.artifacts.models import File
from runs.tracking.models import Experiment, Lifecycle, Run
from runs.workspaces.models import Workspace

BATCH = 100
HITS_PER_FILE = 5
PROGRESS_EVERY_S = 0.2
BUDGET_S = 8.0
# The least time for one run, however little time is left for the page.
LEAST_S = 2.0
FIRST_S = 0.5


@dataclass(frozen=True)
class SearchProgress:
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
    runs: QuerySet[Run], query: Query, *, after: int | None = None, budget_s: float = BUDGET_S
) -> Iterator[FileHits | SearchProgress]:
    """Yield the hits in the logs of `runs`, and the progress a few times a second and at the end.

    Begins after the run with the key `after`. Two queries per 100 runs. When
    `budget_s` is used up the last progress says where to continue.
    """
    deadline = reported_at = time.monotonic()
    deadline += budget_s
    searched = 0
    for run, logs in in_batches(runs, after):
        yield from search_logs(run, logs, query, per_file=HITS_PER_FILE)
        searched += 1
        now = time.monotonic()
        if now >= deadline:
            yield SearchProgress(searched, run.pk)
            return
        if now - reported_at >= PROGRESS_EVERY_S:
            reported_at = now
            yield SearchProgress(searched, run.pk)
    yield SearchProgress(searched, None)


@dataclass(frozen=True)
class HitPage:
    """Logs with hits. `next` is the key of the run to go on behind, None where all is searched."""

    items: list[FileHits]
    searched: int
    next: int | None


def page_of_hits(
    runs: QuerySet[Run], query: Query, *, after: int | None, limit: int, budget_s: float
) -> HitPage:
    """Search until `limit` logs with hits are found or `budget_s` is used up, and at least one run:
    a page ends between two runs. Half a second is enough for a page that has hits: they are shown
    at once."""
    began = time.monotonic()
    deadline = began + budget_s
    items: list[FileHits] = []
    searched = 0
    for run, logs in in_batches(runs, after):
        left_s = max(deadline - time.monotonic(), LEAST_S)
        items += search_logs(run, logs, query, per_file=HITS_PER_FILE, budget_s=left_s)
        searched += 1
        end = began + FIRST_S if any(item.hits for item in items) else deadline
        if len(items) >= limit or time.monotonic() >= end:
            return HitPage(items, searched, run.pk)
    return HitPage(items, searched, None)


def in_batches(runs: QuerySet[Run], after: int | None) -> Iterator[tuple[Run, list[File]]]:
    while True:
        page = runs if after is None else runs.filter(id__lt=after)
        batch = list(page[:BATCH])
        yield from logs_by_run(batch)
        if len(batch) < BATCH:
            return
        after = batch[-1].pk
