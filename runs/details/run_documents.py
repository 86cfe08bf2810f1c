"""Runs as documents: everything a client wants to know of a run but its curves and files."""

from collections.abc import Sequence
from dataclasses import dataclass

from runs.details.reading import RunPart, RunRecord, read_runs
from runs.search import Search, search_runs
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Lifecycle, Run
from runs.tracking.queries import get_run
from runs.workspaces.models import Workspace

DOCUMENT = (RunPart.PARAMS, RunPart.TAGS, RunPart.PROPERTIES, RunPart.LATEST, RunPart.ROOT)


@dataclass(frozen=True)
class DocumentPage:
    """A page of runs; `next` is the cursor of the next one."""

    items: list[RunRecord]
    next: str | None


def list_run_documents(
    search: Search, *, limit: int = 100, after: str | None = None
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
    run: Run, *, recursive: bool = False, after: str = "", limit: int = 100
) -> DocumentPage:
    """Return a page of the children of a run, or of the whole tree below it, in the order they were
    made. A query per level of the tree, and those of `read_documents`. Raises InvalidValue."""
    start = read_place(after) if after else 0
    shown = Run.objects.exclude(lifecycle=Lifecycle.DELETED)
    if recursive:
        ids = [key for key in list_descendants(run) if key > start]
    else:
        children = shown.filter(parent=run, id__gt=start).order_by("id")
        ids = list(children.values_list("id", flat=True)[: limit + 1])
    more = str(ids[limit - 1]) if len(ids) > limit else None
    return DocumentPage(read_records(ids[:limit]), more)


def read_place(after: str) -> int:
    """Return the key of the run that a page goes on behind. Raises InvalidValue."""
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise InvalidValue("The cursor is not one of this list. Begin without it.")
    return int(after)


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
