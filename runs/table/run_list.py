"""A page of the run table: its runs or groups, its columns and the values in its cells."""

from dataclasses import dataclass, field, replace

from runs.search import Place, Search, search_runs
from runs.search.aggregates import refuse_unknown_aggregates
from runs.table.columns import NAME, USUAL, Column
from runs.table.differences import find_constant
from runs.table.first_screen import common_columns
from runs.table.groups import MOST_GROUPS, Group, read_groups, sort_groups
from runs.table.rows import TableRow, read_rows
from runs.tracking.fields import Entity, Field
from runs.tracking.filters import And, Comparison, Node, Operator, join
from runs.tracking.models import Run
from runs.tracking.queries import list_ancestors
from runs.tracking.run_fields import can_compare

RUN_ID = Field(Entity.RUN, "run_id")
SAMPLED_RUNS = 200
FOUND_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class TableQuery:
    """A page of a run table: the runs searched for, and what is shown of them. `columns` None: the
    usual ones and the commonest of its runs. `is_tree`: with the parents of the runs found."""

    search: Search
    columns: tuple[Column, ...] | None = None
    group: tuple[Column, ...] = ()
    only_differences: bool = False
    is_tree: bool = False
    after: Place | None = None
    limit: int = 100


@dataclass
class RunList:
    """A page of runs, or their groups. `above` are runs that are not on the page, but have
    descendants there; `asked_for` are the keys of those that the search finds too, on a later page.
    `is_cut`: there are more groups."""

    columns: list[Column]
    rows: list[TableRow] = field(default_factory=list)
    groups: list[Group] | None = None
    next: Place | None = None
    above: list[TableRow] = field(default_factory=list)
    asked_for: frozenset[int] = frozenset()
    is_cut: bool = False


def list_runs(query: TableQuery) -> RunList:
    """Return a page of the run table. Raises FilterError, SearchError, InvalidValue.

    The number of queries depends on the columns and not on how many runs there are.
    """
    if query.group:
        return list_groups(query)
    found = search_runs(query.search, limit=query.limit, after=query.after)
    columns = list(query.columns or ())
    if query.columns is None:
        usual = default_columns(query.search)
        columns = [*usual, *common_columns(found.run_ids[:SAMPLED_RUNS])]
    rows = read_rows(found.run_ids, columns, query.search.goal)
    if query.columns is not None:
        refuse_unknown_aggregates(query.search.workspace, list_empty(columns, rows))
    if not query.search.sort and (order := order_named(query.search.within)):
        rows.sort(key=lambda row: order[row.run.run_id])
    if query.only_differences:
        columns, rows = drop_constant(columns, rows, query.search)
    above: list[TableRow] = []
    if query.is_tree and (ids := list_ancestors([row.run for row in rows])):
        above = read_rows(ids, columns, query.search.goal)
    return RunList(columns, rows, None, found.next, above, find_among(query.search, above))


def list_empty(columns: list[Column], rows: list[TableRow]) -> list[Column]:
    """Return the columns in which no row has a value."""
    return [
        column
        for index, column in enumerate(columns)
        if all(row.cells[index] is None for row in rows)
    ]


def find_among(search: Search, rows: list[TableRow]) -> frozenset[int]:
    """Return the keys of those runs of `rows` that a search finds."""
    if not rows:
        return frozenset()
    among = Comparison(RUN_ID, Operator.IN, tuple(row.run.run_id for row in rows))
    limited = replace(search, within=join(And, [search.within, among]), sort=())
    return frozenset(search_runs(limited, limit=len(rows)).run_ids)


def default_columns(search: Search) -> list[Column]:
    """The usual run fields; where all runs are of one experiment, not that."""
    of_one = search.experiments is not None and len(search.experiments) == 1
    of_one = of_one or is_of_one_parent(search.within)
    return [one for one in USUAL if not (of_one and one.key == "experiment")]


def is_of_one_parent(node: Node) -> bool:
    """Tell whether a tree asks for the children of one run."""
    return any(one.field.key == "parent" for one in comparisons_of(node))


def order_named(node: Node) -> dict[str, int]:
    """The places of the runs that a tree names one by one; none where it names no runs."""
    named = [one for one in comparisons_of(node) if one.field.key == "run_id"]
    values = named[0].value if len(named) == 1 and named[0].operator is Operator.IN else ()
    return {run_id: place for place, run_id in enumerate(values) if isinstance(run_id, str)}


def comparisons_of(node: Node) -> list[Comparison]:
    """The comparisons that must all hold."""
    parts = node.parts if isinstance(node, And) else (node,)
    return [one for one in parts if isinstance(one, Comparison)]


def list_groups(query: TableQuery) -> RunList:
    """The runs by group: a row for each, its metric cells the statistics of its runs."""
    columns = list(query.columns or ())
    if query.columns is None:
        columns = common_columns(search_runs(query.search, limit=SAMPLED_RUNS).run_ids)
    columns = [NAME, *(one for one in columns if one.entity is Entity.METRIC)]
    refuse_unknown_aggregates(query.search.workspace, (key.field for key in query.search.sort))
    limit = MOST_GROUPS + 1
    groups = read_groups(query.search, fields=query.group, columns=columns, limit=limit)
    shown = sort_groups(groups[:MOST_GROUPS], query.search.sort)
    return RunList(columns, [], shown, is_cut=len(groups) > MOST_GROUPS)


def find_matching_runs(search: Search) -> list[Run]:
    """Return every run that matches, for a change to all of them. Raises FilterError."""
    search = replace(search, sort=())
    found: list[Run] = []
    after = None
    while True:
        page = search_runs(search, limit=FOUND_AT_ONCE, after=after)
        by_id = Run.objects.in_bulk(page.run_ids)
        found += [by_id[pk] for pk in page.run_ids if pk in by_id]
        after = page.next
        if after is None:
            return found


def drop_constant(
    columns: list[Column], rows: list[TableRow], search: Search
) -> tuple[list[Column], list[TableRow]]:
    """Leave out the columns in which all runs that match agree; the name always stays. Columns that
    no table holds, such as values at best, are judged by the rows at hand."""
    alike = [
        column
        for index, column in enumerate(columns)
        if column != NAME and len({repr(row.cells[index]) for row in rows}) <= 1
    ]
    stored = [column for column in alike if can_compare(column)]
    dropped = (set(alike) - set(stored)) | find_constant(search, stored)
    keep = [index for index, column in enumerate(columns) if column not in dropped]
    for row in rows:
        row.cells = [row.cells[index] for index in keep]
    return [columns[index] for index in keep], rows
