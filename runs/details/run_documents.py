"""Runs as documents: everything a client wants to know of a run but its curves and files."""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.details.reading import RunPart, RunRecord, read_runs
from runs.search import Place, Search, search_runs
from runs.tracking.models import Lifecycle, Run
from runs.tracking.queries import get_run
from runs.workspaces.models import Workspace

DOCUMENT = (RunPart.PARAMS, RunPart.TAGS, RunPart.PROPERTIES, RunPart.LATEST, RunPart.ROOT)


@dataclass(frozen=True)
class DocumentPage:
    """A page of runs that a search finds; `next` is the place where the next one begins."""

    items: list[RunRecord]
    next: Place | None


@dataclass(frozen=True)
class ChildPage:
    """A page of runs below another one; the next one begins behind the key `next`."""

    items: list[RunRecord]
    next: int | None


def list_run_documents(
    search: Search, *, limit: int = 100, after: Place | None = None
) -> DocumentPage:
    """Return a page of the runs that match. Raises FilterError, SearchError."""
    page = search_runs(search, limit=limit, after=after)
    return DocumentPage(read_records(page.run_ids), page.next)


def get_run_document(workspace: Workspace, run_id: str) -> RunRecord:
    """Return a run with the history. Raises NotFound. Eight queries."""
    run = get_run(workspace, run_id)
    [document] = read_runs([run.id], [*DOCUMENT, RunPart.HISTORY, RunPart.EDITS])
    return document


def read_records(ids: Sequence[int]) -> list[RunRecord]:
    """Return the runs with these keys, in this order, as REST shows them. Five queries."""
    return read_runs(ids, DOCUMENT)


def list_child_documents(
    run: Run, *, recursive: bool = False, after: int | None = None, limit: int = 100
) -> ChildPage:
    """Return a page of the children of a run, or of the whole tree below it, in the order they were
    made: those behind the key `after`. A query per level of the tree, and those of
    `read_records`."""
    start = after or 0
    shown = Run.objects.exclude(lifecycle=Lifecycle.DELETED)
    if recursive:
        ids = [key for key in list_descendants(run) if key > start]
    else:
        children = shown.filter(parent=run, id__gt=start).order_by("id")
        ids = list(children.values_list("id", flat=True)[: limit + 1])
    more = ids[limit - 1] if len(ids) > limit else None
    return ChildPage(read_records(ids[:limit]), more)


def list_descendants(run: Run) -> list[int]:
    """Return the keys of the runs below a run, in the order they were made. A query per level."""
    shown = Run.objects.exclude(lifecycle=Lifecycle.DELETED)
    level = list(shown.filter(parent=run).values_list("id", flat=True))
    found = set(level)
    while level:
        below = shown.filter(parent__in=level).exclude(id__in=found)
        level = list(below.values_list("id", flat=True))
        found |= set(level)
    return sorted(found)
