"""Runs as documents: everything a client wants to know of a run but its curves and files."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from runs.metrics.queries import read_summaries
from runs.search import Count, Page, count_runs, search_runs
from runs.search.logs import match_logs
from runs.table.columns import parse_column, split_list
from runs.table.run_list import RunQuery, filter_of, sort_keys
from runs.tracking.errors import InvalidValue
from runs.tracking.filters import And, Comparison, Entity, Field, Operator, join
from runs.tracking.models import Experiment, Lifecycle, Param, Property, Run, RunTag, StatusChange
from runs.tracking.queries import find_experiments, get_experiment, get_run
from runs.workspaces.models import Workspace

PART = 500


@dataclass(frozen=True)
class RunsWanted:
    """Which runs to list. `filter` and `sort` are those of the run table's address."""

    filter: str = ""
    sort: str = ""
    experiments: Sequence[int] = ()
    experiment_names: Sequence[str] = ()
    lifecycles: Sequence[str] = (Lifecycle.ACTIVE.value,)
    children: bool = False
    parent: str | None = None
    limit: int = 100
    after: str | None = None


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


def list_run_documents(*, workspace: Workspace, wanted: RunsWanted) -> DocumentPage:
    """Return a page of the runs that match, newest first where nothing else is asked for.

    Raises FilterError, SearchError, InvalidValue, NotFound (an experiment or a parent).
    """
    sort = tuple((column, text[0] == "-") for column, text in read_sort(wanted.sort))
    page: Page = search_runs(
        **scope_of(workspace, wanted),
        order_by=sort_keys(RunQuery(sort=sort)),
        limit=wanted.limit,
        after=wanted.after or None,
    )
    return DocumentPage(read_documents(page.run_ids), page.next)


def count_run_documents(*, workspace: Workspace, wanted: RunsWanted) -> Count:
    """Return how many runs match, exact up to 100,000. Raises as `list_run_documents`."""
    return count_runs(**scope_of(workspace, wanted))


def read_sort(text: str) -> list[tuple[Any, str]]:
    """Read `-metrics.loss:min,created`: columns, each with its text. A run field needs no `run.`.

    Raises InvalidValue.
    """
    found = []
    for item in split_list(text):
        name = item.removeprefix("-")
        found.append((parse_column(name if "." in name else f"run.{name}"), item))
    return found


def scope_of(workspace: Workspace, wanted: RunsWanted) -> dict[str, Any]:
    tree = filter_of(RunQuery(text=wanted.filter))
    if wanted.parent is not None:
        get_run(workspace, wanted.parent)
        is_child = Comparison(Field(Entity.RUN, "parent"), Operator.EQ, wanted.parent)
        tree = join(And, [tree, is_child])
    return {
        "workspace": workspace,
        "experiments": experiments_of(workspace, wanted),
        "filter": tree,
        "lifecycle": list(wanted.lifecycles),
        "include_children": wanted.children or wanted.parent is not None,
        "log_matcher": match_logs,
    }


def experiments_of(workspace: Workspace, wanted: RunsWanted) -> list[Experiment] | None:
    if not wanted.experiments and not wanted.experiment_names:
        return None
    found = find_experiments(workspace, list(wanted.experiments))
    missing = set(wanted.experiments) - {one.number for one in found}
    for number in missing:
        get_experiment(workspace, number)
    names = list(wanted.experiment_names)
    return [*found, *Experiment.objects.filter(workspace=workspace, name__in=names)]


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
