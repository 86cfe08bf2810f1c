"""Runs as documents: everything a client wants to know of a run but its curves and files."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from runs.metrics.queries import read_summaries
from runs.search import Search, search_runs
from runs.tracking.errors import InvalidValue
from runs.tracking.models import Lifecycle, Param, Property, Run, RunTag, StatusChange
from runs.tracking.queries import get_run
from runs.workspaces.models import Workspace

PART = 500


@dataclass
class RunDocument:
    """A run with what is written beside it. `metrics` are the last values of plain metrics."""

    run: Run
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    history: list[StatusChange] = field(default_factory=list)


@dataclass(frozen=True)
class DocumentPage:
    """A page of runs; `next` is the cursor of the next one."""

    items: list[RunDocument]
    next: str | None


def list_run_documents(
    search: Search, *, limit: int = 100, after: str | None = None
) -> DocumentPage:
    """Return a page of the runs that match. Raises FilterError, SearchError."""
    page = search_runs(search, limit=limit, after=after)
    return DocumentPage(read_documents(page.run_ids), page.next)


def get_run_document(workspace: Workspace, run_id: str) -> RunDocument:
    """Return a run with the history of its statuses. Raises NotFound. Seven queries."""
    run = get_run(workspace, run_id)
    [document] = read_documents([run.id])
    return replace(document, history=list(StatusChange.objects.filter(run=run).order_by("id")))


def read_documents(ids: Sequence[int]) -> list[RunDocument]:
    """Return the runs with these keys, in this order. Five queries per 500 runs."""
    found: dict[int, RunDocument] = {}
    for start in range(0, len(ids), PART):
        found |= read_part(ids[start : start + PART])
    return [found[key] for key in ids if key in found]


def read_part(ids: Sequence[int]) -> dict[int, RunDocument]:
    runs = Run.objects.filter(id__in=ids).select_related("experiment", "parent", "root")
    found = {run.id: RunDocument(run) for run in runs}
    for model, name in ((Param, "params"), (RunTag, "tags"), (Property, "properties")):
        rows = model.objects.filter(run__in=ids).order_by("run", "key")
        for run, key, value in rows.values_list("run", "key", "value"):
            getattr(found[run], name)[key] = value
    for (run, key, column), summary in sorted(read_summaries(ids).items()):
        if not column:
            found[run].metrics[key] = summary.last
    return found


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
    return DocumentPage(read_documents(ids[:limit]), more)


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
