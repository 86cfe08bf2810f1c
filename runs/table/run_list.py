"""A page of the run table: which runs or groups, in which columns, with what in their cells."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from runs.metrics.queries import common_keys, value_at_best
from runs.search import SortKey, count_runs, search_runs
from runs.search.logs import match_logs
from runs.table.columns import RUN_FIELDS, Column, Kind, Value
from runs.table.differences import find_constant, is_stored
from runs.table.groups import Group, read_groups, sort_groups
from runs.table.rows import Goal, TableRow, read_rows
from runs.tracking.filters import EVERYTHING, And, Comparison, Entity, Field, Node, Operator, join
from runs.tracking.filters import parse as parse_filter
from runs.tracking.models import Experiment, Lifecycle, Param, Run
from runs.workspaces.models import Workspace

DEFAULT_COLUMNS = tuple(Column(Kind.RUN, one.key) for one in RUN_FIELDS if one.is_default)
COMMON_METRICS = 4
COMMON_PARAMS = 3
SAMPLED_RUNS = 200
FOUND_AT_ONCE = 500


@dataclass(frozen=True)
class RunQuery:
    """What a run table shows. `columns` None: the usual ones and the commonest of its runs."""

    text: str = ""
    experiments: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    submitter: str | None = None
    children: bool = False
    archived: bool = False
    runs: tuple[str, ...] | None = None
    parent: str | None = None
    members: tuple[tuple[Column, str | None], ...] = ()
    columns: tuple[Column, ...] | None = None
    sort: tuple[tuple[Column, bool], ...] = ()
    goal: Goal | None = None
    group: tuple[Column, ...] = ()
    only_differences: bool = False
    after: str | None = None
    limit: int = 100


@dataclass
class RunList:
    """A page of runs, or their groups."""

    columns: list[Column]
    rows: list[TableRow] = field(default_factory=list)
    groups: list[Group] | None = None
    next: str | None = None


def list_runs(*, workspace: Workspace, query: RunQuery) -> RunList:
    """Return a page of the run table. Raises FilterError, InvalidValue.

    The number of queries depends on the columns and not on how many runs there are.
    """
    scope = scope_of(workspace, query)
    columns = list(query.columns or ())
    if query.group:
        return list_groups(scope, query)
    found = search_runs(
        **scope,
        order_by=sort_keys(query),
        limit=query.limit,
        after=query.after,
    )
    if query.columns is None:
        columns = [*default_columns(query), *common_columns(found.run_ids[:SAMPLED_RUNS])]
    rows = read_rows(found.run_ids, columns, query.goal)
    if query.only_differences:
        columns, rows = drop_constant(columns, rows, scope)
    return RunList(columns, rows, None, found.next)


def default_columns(query: RunQuery) -> list[Column]:
    """The usual run fields; where all runs are of one experiment, not that."""
    of_one = len(query.experiments) == 1 or query.parent is not None
    return [one for one in DEFAULT_COLUMNS if not (of_one and one.key == "experiment")]


def list_groups(scope: dict[str, Any], query: RunQuery) -> RunList:
    """The runs by group: a row for each, its metric cells the statistics of its runs."""
    columns = list(query.columns or ())
    if query.columns is None:
        sample = search_runs(**scope, limit=SAMPLED_RUNS).run_ids
        columns = [one for one in common_columns(sample) if one.kind is Kind.METRIC]
    columns = [Column(Kind.RUN, "name"), *(one for one in columns if one.kind is Kind.METRIC)]
    groups = read_groups(fields=query.group, columns=columns, **scope)
    return RunList(columns, [], sort_groups(groups, query.sort))


def count_matching(*, workspace: Workspace, query: RunQuery) -> int:
    """How many runs match, up to 100,000. Raises FilterError. A long list is counted apart from
    its first page, which then need not wait."""
    return count_runs(**scope_of(workspace, query)).value


def find_runs(*, workspace: Workspace, query: RunQuery) -> list[Run]:
    """Return every run that matches, for a change to all of them. Raises FilterError."""
    scope = scope_of(workspace, query)
    found: list[Run] = []
    after = None
    while True:
        page = search_runs(**scope, order_by=[], limit=FOUND_AT_ONCE, after=after)
        by_id = Run.objects.in_bulk(page.run_ids)
        found += [by_id[pk] for pk in page.run_ids if pk in by_id]
        after = page.next
        if after is None:
            return found


def scope_of(workspace: Workspace, query: RunQuery) -> dict[str, Any]:
    """What to search through, as `search_runs` and `count_runs` take it. Raises FilterError."""
    lifecycles = [Lifecycle.ACTIVE, *([Lifecycle.ARCHIVED] if query.archived else [])]
    names_runs = query.runs is not None or query.parent is not None
    return {
        "workspace": workspace,
        "experiments": find_experiments(workspace, query.experiments),
        "filter": filter_of(query),
        "lifecycle": lifecycles,
        "mine": query.submitter,
        "include_children": query.children or names_runs,
        "log_matcher": match_logs,
        "best_values": best_values_of(query.goal),
    }


def find_experiments(workspace: Workspace, names: Sequence[str]) -> list[Experiment] | None:
    if not names:
        return None
    return list(Experiment.objects.filter(workspace=workspace, name__in=names))


def filter_of(query: RunQuery) -> Node:
    """The filter of the query box, and what the page itself limits the table to."""
    parts = [parse_filter(query.text) if query.text else EVERYTHING]
    if query.statuses:
        parts.append(Comparison(Field(Entity.RUN, "status"), Operator.IN, query.statuses))
    if query.runs is not None:
        parts.append(Comparison(Field(Entity.RUN, "run_id"), Operator.IN, query.runs))
    if query.parent is not None:
        parts.append(Comparison(Field(Entity.RUN, "parent"), Operator.EQ, query.parent))
    parts += [member_of(column, value) for column, value in query.members]
    return join(And, parts)


def member_of(column: Column, value: str | None) -> Node:
    """The condition that a run belongs to a group; None: it lacks the value."""
    named = Field(
        Entity(column.kind.value) if column.kind is not Kind.RUN else Entity.RUN, column.key
    )
    if value is None:
        return Comparison(named, Operator.IS_NULL)
    return Comparison(named, Operator.EQ, value)


def sort_keys(query: RunQuery) -> list[SortKey]:
    kinds = {Kind.METRIC: "metric", Kind.PARAM: "param", Kind.TAG: "tag"}
    return [
        SortKey(
            kind=kinds.get(column.kind, "property" if column.kind is Kind.PROPERTY else "run"),
            key=column.key,
            aggregate="last" if column.value is Value.TREND else column.value.value,
            descending=descending,
        )
        for column, descending in query.sort
    ]


def best_values_of(goal: Goal | None) -> Callable[[list[int], SortKey], dict[int, float]] | None:
    """How a sort key "at best" gets the values of runs; None without a goal."""
    if goal is None:
        return None

    def read(run_ids: list[int], key: SortKey) -> dict[int, float]:
        found = value_at_best(
            run_ids=run_ids, goal_metric_key=goal.key, goal=goal.direction, keys=[key.key]
        )
        return {run: value for (run, _), value in found.items()}

    return read


def common_columns(run_ids: Sequence[int]) -> list[Column]:
    """The metrics and parameters that most of these runs have. Two queries."""
    params = Counter(Param.objects.filter(run__in=run_ids).values_list("key", flat=True))
    return [
        *(Column(Kind.METRIC, key) for key in common_keys(run_ids, COMMON_METRICS)),
        *(Column(Kind.PARAM, key) for key in most_common(params, COMMON_PARAMS)),
    ]


def most_common(names: Counter[str], count: int) -> list[str]:
    """The most frequent names, those of equal frequency in their order."""
    ranked = sorted(names.items(), key=lambda item: (-item[1], item[0]))
    return sorted(name for name, _ in ranked[:count])


def drop_constant(
    columns: list[Column], rows: list[TableRow], scope: dict[str, Any]
) -> tuple[list[Column], list[TableRow]]:
    """Leave out the columns in which all runs that match agree; the name always stays. Of what no
    table keeps, such as values at best, the rows at hand tell."""
    alike = [
        column
        for index, column in enumerate(columns)
        if column.id != "run.name" and len({repr(row.cells[index]) for row in rows}) <= 1
    ]
    stored = [column for column in alike if is_stored(column)]
    dropped = (set(alike) - set(stored)) | find_constant(stored, **scope)
    keep = [index for index, column in enumerate(columns) if column not in dropped]
    for row in rows:
        row.cells = [row.cells[index] for index in keep]
    return [columns[index] for index in keep], rows
