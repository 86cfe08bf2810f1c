"""What a page with a run table shows first: runs or groups, and what charts can draw of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from runs.search import search_runs
from runs.table.first_screen import CHARTS, first_charts
from runs.table.names import list_chart_names
from runs.table.run_list import RunList, TableQuery, list_runs
from runs.tracking.fields import Entity
from runs.tracking.filters import EVERYTHING
from runs.tracking.models import Run

SAMPLED_CHILDREN = 100
# As many rows have curves in the charts before anybody chooses.
DRAWN_RUNS = 10


@dataclass(frozen=True)
class Opening:
    """The first screen: `query` was listed as `found`. Charts can draw `chart_names` and
    draw `charts` where nobody has chosen any. `adds_children`: children were added to what was
    asked for, because only they have metrics."""

    query: TableQuery
    found: RunList
    chart_names: list[str]
    charts: list[str]
    adds_children: bool = False


def open_table(query: TableQuery, *, may_add_children: bool = False) -> Opening:
    """List the first page of a run table, and read what charts of its runs can draw.

    `may_add_children`: the children of sweeps are listed too, where only they have metrics. Raises
    FilterError, SearchError, InvalidValue.
    """
    found = list_runs(query)
    adds_children = may_add_children and is_of_sweeps(found)
    if adds_children:
        query = with_children(query)
        found = list_runs(query)
    charted = find_charted(query, found)
    names = list_chart_names(charted)
    if not names:
        charted = find_children(charted)
        names = list_chart_names(charted)
    charts = first_charts(charted[:DRAWN_RUNS]) or metrics_of(found)[:CHARTS]
    return Opening(query, found, names, charts, adds_children)


def metrics_of(found: RunList) -> list[str]:
    """The metrics in the columns of a list, which may be on their way for its first runs."""
    keys = [column.key for column in found.columns if column.entity is Entity.METRIC]
    return list(dict.fromkeys(keys))


def is_of_sweeps(found: RunList) -> bool:
    """Tell whether no run listed has a metric, and one has children: the metrics are theirs."""
    has_metrics = any(column.entity is Entity.METRIC for column in found.columns)
    return not has_metrics and any(row.children for row in found.rows)


def with_children(query: TableQuery) -> TableQuery:
    """Return the same query with child runs, below their parents where the page is of all runs."""
    search = replace(query.search, include_children=True)
    return replace(query, search=search, is_tree=search.within == EVERYTHING)


def find_charted(query: TableQuery, found: RunList) -> list[int]:
    """Return the keys of the runs that charts show: those listed, or those behind the groups."""
    if found.groups:
        return search_runs(query.search, limit=query.limit).run_ids
    return [row.run.id for row in found.rows]


def find_children(run_ids: Sequence[int]) -> list[int]:
    """Return the keys of some children of these runs. One query."""
    children = Run.objects.filter(parent__in=run_ids)
    return list(children.values_list("id", flat=True)[:SAMPLED_CHILDREN])
