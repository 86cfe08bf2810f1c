"""The list of experiments, with their numbers of runs, their last run, and how many are active."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from runs.database.patterns import compile_pattern
from runs.tracking.client_tags import client_tags
from runs.tracking.experiment_search import order_of_name
from runs.tracking.models import Experiment, ExperimentTag, Lifecycle, Run
from runs.tracking.statuses import ACTIVE_STATUSES, WAITING_STATUSES, Status
from runs.tracking.texts import is_storable
from runs.workspaces.models import Workspace

SORTS = ("name", "created", "activity")


@dataclass(frozen=True)
class ExperimentSearch:
    """What to list. `text` is part of the name, or a regular expression if `is_regex`."""

    text: str = ""
    is_regex: bool = False
    lifecycle: str = Lifecycle.ACTIVE.value
    sort: str = "name"
    limit: int = 200


@dataclass(frozen=True)
class ExperimentRow:
    """One experiment. `runs` and their `children` count what is not archived or deleted, `active`
    and `active_children` those of them whose status is not final. `last_run` is the one made
    last."""

    number: int
    name: str
    lifecycle: str
    created_ms: int
    runs: int
    children: int
    active: int
    active_children: int
    last_run: Run | None
    tags: list[tuple[str, str]]

    @property
    def going_on(self) -> str:
        """Say how many runs and child runs have not ended."""
        runs = f"{self.active:,} run{'' if self.active == 1 else 's'}"
        if self.active_children:
            plural = "" if self.active_children == 1 else "s"
            runs += f" and {self.active_children:,} child run{plural}"
        return f"{runs} that ha{'s' if self.active + self.active_children == 1 else 've'} not ended"

    @property
    def activity_ms(self) -> int | None:
        return self.last_run.updated_ms if self.last_run else None


@dataclass(frozen=True)
class ActiveRuns:
    """How many runs and child runs each experiment has, by its key, whose status is not final; and
    how many of the whole workspace run or wait, child runs included, and alone."""

    by_experiment: dict[int, tuple[int, int]] = field(default_factory=dict)
    running: int = 0
    running_children: int = 0
    waiting: int = 0
    waiting_children: int = 0


@dataclass(frozen=True)
class ExperimentList:
    """`rows` are the first `limit` of `matching`; `active` counts in the whole workspace."""

    rows: list[ExperimentRow] = field(default_factory=list)
    matching: int = 0
    active: ActiveRuns = ActiveRuns()


def list_experiments(*, workspace: Workspace, search: ExperimentSearch) -> ExperimentList:
    """Return the experiments that match. Raises PatternError. Five queries."""
    matching = list_matching(workspace, search)
    shown = matching[: search.limit]
    active = count_active_runs(workspace)
    rows = build_rows(shown, active.by_experiment)
    return ExperimentList(rows=rows, matching=len(matching), active=active)


def list_matching(workspace: Workspace, search: ExperimentSearch) -> list[Experiment]:
    """All that match, sorted. Only what sorting needs is read of each, so that a regular
    expression is matched the same way on every database."""
    rows = Experiment.objects.filter(workspace=workspace, lifecycle=search.lifecycle)
    rows = rows.only("id", "number", "name", "lifecycle", "created_ms")
    rows = rows.annotate(last_run_ms=newest_runs("created_ms"), last_run_id=newest_runs("id"))
    if not is_storable(search.text):
        return []
    if search.is_regex:
        pattern = compile_pattern(search.text)
        found = [row for row in rows if pattern.search(row.name)]
    else:
        found = list(rows.filter(name__icontains=search.text) if search.text else rows)
    return sort_experiments(found, search.sort)


def newest_runs(field: str) -> Subquery:
    """`field` of an experiment's newest run: a step or two in the index of run numbers."""
    runs = Run.objects.filter(experiment=OuterRef("pk"), lifecycle=Lifecycle.ACTIVE)
    return Subquery(runs.order_by("-number").values(field)[:1])


def sort_experiments(rows: Iterable[Experiment], sort: str) -> list[Experiment]:
    if sort == "created":
        return sorted(rows, key=lambda row: -row.created_ms)
    if sort == "activity":
        return sorted(rows, key=lambda row: -(row.last_run_ms or 0))
    return sorted(rows, key=lambda row: order_of_name(row.name))


def count_active_runs(workspace: Workspace) -> ActiveRuns:
    """Count the runs of a workspace that go on. One query over the few whose status is not
    final."""
    active = Run.objects.filter(
        workspace=workspace, status__in=ACTIVE_STATUSES, lifecycle=Lifecycle.ACTIVE
    )
    is_child = Q(parent__isnull=False)
    runs, waits = Q(status=Status.RUNNING), Q(status__in=WAITING_STATUSES)
    rows = active.values("experiment").annotate(
        tops=Count("id", filter=~is_child),
        children=Count("id", filter=is_child),
        running=Count("id", filter=runs),
        running_children=Count("id", filter=runs & is_child),
        waiting=Count("id", filter=waits),
        waiting_children=Count("id", filter=waits & is_child),
    )
    found = list(rows)
    counted = ("running", "running_children", "waiting", "waiting_children")
    return ActiveRuns(
        by_experiment={row["experiment"]: (row["tops"], row["children"]) for row in found},
        **{name: sum(row[name] for row in found) for name in counted},
    )


def build_rows(
    experiments: list[Experiment], active: Mapping[int, tuple[int, int]]
) -> list[ExperimentRow]:
    ids = [experiment.id for experiment in experiments]
    counted = count_runs_by_experiment(ids)
    last_runs = Run.objects.in_bulk([row.last_run_id for row in experiments if row.last_run_id])
    tags = read_experiment_tags(ids)
    return [
        ExperimentRow(
            number=row.number,
            name=row.name,
            lifecycle=row.lifecycle,
            created_ms=row.created_ms,
            runs=counted[row.id][0],
            children=counted[row.id][1],
            active=active.get(row.id, (0, 0))[0],
            active_children=active.get(row.id, (0, 0))[1],
            last_run=last_runs.get(row.last_run_id),
            tags=tags[row.id],
        )
        for row in experiments
    ]


def count_runs_by_experiment(experiment_ids: list[int]) -> dict[int, tuple[int, int]]:
    """How many runs and how many child runs experiments have. One query over an index alone."""
    found: QuerySet = Run.objects.filter(experiment__in=experiment_ids, lifecycle=Lifecycle.ACTIVE)
    counted = found.values("experiment").annotate(all=Count("id"), children=Count("parent"))
    rows = counted.order_by().values_list("experiment", "all", "children")
    return defaultdict(lambda: (0, 0), {key: (all - own, own) for key, all, own in rows})


def read_experiment_tags(experiment_ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """The tags that people gave experiments, by key."""
    tags = defaultdict(list)
    rows = ExperimentTag.objects.filter(experiment__in=experiment_ids).exclude(client_tags())
    for experiment, key, value in rows.order_by("key").values_list("experiment", "key", "value"):
        tags[experiment].append((key, value))
    return tags
