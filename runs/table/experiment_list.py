"""The list of experiments, with their numbers of runs, their last run, and how many are active."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

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
    """One experiment. `runs`, their `children` and `active` count what is not archived or deleted;
    a run or child run is active until its status is final. `last_run` is the one made last."""

    number: int
    name: str
    lifecycle: str
    created_ms: int
    runs: int
    children: int
    active: int
    last_run: Run | None
    tags: list[tuple[str, str]]

    @property
    def activity_ms(self) -> int | None:
        return self.last_run.updated_ms if self.last_run else None


@dataclass(frozen=True)
class ExperimentList:
    """`rows` are the first `limit` of `matching`; `running` and `waiting` count the runs of the
    whole workspace."""

    rows: list[ExperimentRow]
    matching: int
    running: int
    waiting: int


@dataclass(frozen=True)
class RunCounts:
    """Active runs: how many of each experiment (by its key), and of the workspace."""

    by_experiment: Counter
    running: int
    waiting: int


def list_experiments(*, workspace: Workspace, search: ExperimentSearch) -> ExperimentList:
    """Return the experiments that match. Raises PatternError. Five queries."""
    matching = list_matching(workspace, search)
    shown = matching[: search.limit]
    counts = count_active_runs(workspace=workspace)
    return ExperimentList(
        rows=build_rows(shown, counts.by_experiment),
        matching=len(matching),
        running=counts.running,
        waiting=counts.waiting,
    )


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


def count_active_runs(*, workspace: Workspace, experiment: Experiment | None = None) -> RunCounts:
    """Count the runs of a workspace, or of an experiment of it. One query over the few runs whose
    status is not final."""
    active = Run.objects.filter(
        workspace=workspace, status__in=ACTIVE_STATUSES, lifecycle=Lifecycle.ACTIVE
    )
    if experiment is not None:
        active = active.filter(experiment=experiment)
    rows = active.values("experiment").annotate(
        runs=Count("id"),
        running=Count("id", filter=Q(status=Status.RUNNING)),
        waiting=Count("id", filter=Q(status__in=WAITING_STATUSES)),
    )
    found = list(rows.values_list("experiment", "runs", "running", "waiting"))
    by_experiment = Counter({experiment: runs for experiment, runs, *_ in found})
    running, waiting = sum(row[2] for row in found), sum(row[3] for row in found)
    return RunCounts(by_experiment, running=running, waiting=waiting)


def build_rows(experiments: list[Experiment], active: Counter) -> list[ExperimentRow]:
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
            active=active[row.id],
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
