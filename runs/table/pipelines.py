"""The list of pipelines: the runs at the top of a tree of runs, with their steps."""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from runs.details.run_failures import Failure, read_failure
from runs.tracking.client_tags import without_client_tags
from runs.tracking.models import Lifecycle, Run, RunKind, RunTag
from runs.tracking.statuses import Status
from runs.workspaces.models import Workspace

MOST_STEPS = 500
MAX_WORDS = 10
PARENT_KINDS = (RunKind.SWEEP, RunKind.PIPELINE)
# The statuses of a step that has begun and not ended.
GOING_ON = (
    Status.PREPARING,
    Status.RUNNING,
    Status.FINALIZING,
    Status.CANCEL_REQUESTED,
    Status.NOT_RESPONDING,
)


@dataclass
class Pipeline:
    """A run with the number of its steps, the runs right below it, counted by status."""

    run: Run
    tags: list[tuple[str, str | None]]
    steps: int = 0
    completed: int = 0
    failed: int = 0
    canceled: int = 0
    active: int = 0

    @property
    def done(self) -> int:
        """How many steps have ended."""
        return self.completed + self.failed + self.canceled

    @property
    def waiting(self) -> int:
        """How many steps neither go on nor have ended."""
        return self.steps - self.done - self.active


@dataclass
class Step:
    """A run below another one, and how deep. `failure` says why the first step that failed did."""

    run: Run
    depth: int
    failure: Failure | None = None


@dataclass(frozen=True)
class PipelinePage:
    """Some pipelines, the newest first; `after` is where the next page begins, None at the end."""

    rows: list[Pipeline]
    after: int | None


@dataclass
class StepTree:
    """The steps of a pipeline as lines of a tree; at most 500, `is_cut` where there are more."""

    steps: list[Step] = field(default_factory=list)
    is_cut: bool = False


def list_pipelines(
    workspace: Workspace, *, text: str = "", after: int | None = None, limit: int = 50
) -> PipelinePage:
    """Return pipelines in which every word of `text` stands. Three queries."""
    runs = _pipelines_of(workspace)
    for word in text.split()[:MAX_WORDS]:
        runs = runs.filter(_has_word(word))
    if after is not None:
        runs = runs.filter(pk__lt=after)
    found = list(runs.select_related("experiment").order_by("-id")[: limit + 1])
    rows = _with_steps(found[:limit])
    return PipelinePage(rows, found[limit - 1].pk if len(found) > limit else None)


def get_pipelines(workspace: Workspace, run_ids: list[str]) -> list[Run]:
    """Return those of the runs that are pipelines. One query."""
    return list(_pipelines_of(workspace).filter(run_id__in=run_ids).select_related("experiment"))


def _pipelines_of(workspace: Workspace) -> QuerySet[Run]:
    # Without more conditions the index of roots answers this alone.
    parents = Run.with_erasing.filter(root__isnull=False).values("root")
    runs = Run.objects.filter(workspace=workspace, lifecycle=Lifecycle.ACTIVE, parent__isnull=True)
    return runs.filter(Q(pk__in=parents) | Q(kind__in=PARENT_KINDS))


def _has_word(word: str) -> Q:
    tags = RunTag.objects.filter(run=OuterRef("pk"))
    return (
        Q(name__icontains=word)
        | Q(description__icontains=word)
        | Q(submitted_by__icontains=word)
        | Q(experiment__name__icontains=word)
        | Exists(tags.filter(Q(key__icontains=word) | Q(value__icontains=word)))
    )


def _with_steps(runs: list[Run]) -> list[Pipeline]:
    tags: dict[int, list[tuple[str, str | None]]] = {}
    rows = RunTag.objects.filter(run__in=runs).order_by("key").values_list("run", "key", "value")
    for run, key, value in rows:
        tags.setdefault(run, []).append((key, value))
    counts = {row.pop("parent"): row for row in _count_steps(runs)}
    return [
        Pipeline(run, without_client_tags(tags.get(run.pk, [])), **counts.get(run.pk, {}))
        for run in runs
    ]


def _count_steps(runs: list[Run]) -> QuerySet:
    children = Run.objects.filter(parent__in=runs).exclude(lifecycle=Lifecycle.DELETED)
    return children.values("parent").annotate(
        steps=Count("pk"),
        completed=Count("pk", filter=Q(status=Status.COMPLETED)),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
        canceled=Count("pk", filter=Q(status=Status.CANCELED)),
        active=Count("pk", filter=Q(status__in=GOING_ON)),
    )


def read_steps(run: Run) -> StepTree:
    """Return the runs below a run in the order they were made, each behind its parent, and why the
    first that failed did. Two queries, and a look at one log."""
    below = Run.objects.filter(root=run.root_id or run.pk).exclude(lifecycle=Lifecycle.DELETED)
    rows = list(below.select_related("experiment").order_by("id")[: MOST_STEPS + 1])
    children: dict[int, list[Run]] = {}
    for row in rows[:MOST_STEPS]:
        children.setdefault(row.parent_id or run.pk, []).append(row)
    tree = StepTree(is_cut=len(rows) > MOST_STEPS)
    _grow(tree.steps, children, run.pk, 0)
    failed = next((step for step in tree.steps if step.run.status == Status.FAILED), None)
    if failed is not None:
        failed.failure = read_failure(failed.run)
    return tree


def _grow(steps: list[Step], children: dict[int, list[Run]], parent: int, depth: int) -> None:
    for run in children.get(parent, []):
        steps.append(Step(run, depth))
        _grow(steps, children, run.pk, depth + 1)
