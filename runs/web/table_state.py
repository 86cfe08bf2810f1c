"""The query string of a run table, read: what to show, in which columns and order."""

from dataclasses import dataclass

import msgspec
from django.http import HttpRequest, QueryDict

from runs.http.cursors import read_cursor
from runs.http.query import read_flag, read_list, read_whole
from runs.search import Search, make_search, parse_goal, parse_sort, place_kinds
from runs.table.columns import (
    Column,
    member_of,
    parse_column,
    parse_columns,
)
from runs.table.run_list import TableQuery
from runs.tracking.errors import InvalidValue
from runs.tracking.fields import Entity
from runs.tracking.filters import EVERYTHING, Comparison
from runs.tracking.models import Experiment, Lifecycle
from runs.tracking.run_fields import parse_field, split_list
from runs.tracking.statuses import Status
from runs.workspaces.models import Workspace

MOST_ROWS = 1000
MOST_COLUMNS = 12_000
PAGE_ROWS = 100


@dataclass(frozen=True)
class TableState:
    """Everything a run table's address says: what to list, the filter as written, which columns
    stay in sight, and the stamp of what the page holds already."""

    query: TableQuery
    text: str = ""
    pinned: tuple[str, ...] = ()
    since: str = ""


def read_state(request: HttpRequest, query: QueryDict) -> TableState:
    """Read a query string. Raises InvalidValue naming what cannot be meant. One query where
    experiments are named."""
    search = read_search(request, query)
    listed = TableQuery(
        search=search,
        is_tree=search.include_children and search.within == EVERYTHING,
        only_differences=read_flag(query, "diff"),
        columns=read_columns(query.get("cols", "")),
        group=tuple(read_group(query.get("group", ""))) if not query.get("inside") else (),
        after=read_cursor(query.get("after"), *place_kinds(search.sort)),
        limit=read_whole(query, "limit", default=PAGE_ROWS, low=1, high=MOST_ROWS),
    )
    return TableState(
        query=listed,
        text=query.get("q", "").strip(),
        pinned=tuple(parse_field(item).id for item in split_list(query.get("pin", ""))),
        since=query.get("since", ""),
    )


def read_search(request: HttpRequest, query: QueryDict) -> Search:
    inside_kind, _, inside = query.get("inside", "").partition(":")
    # Without users every run is of the same person.
    is_mine = read_flag(query, "mine") and request.principal.user is not None
    shows_archived = read_flag(query, "archived")
    return make_search(
        workspace=request.workspace,
        text=query.get("q", "").strip(),
        experiments=read_experiments(request.workspace, query.getlist("exp")),
        statuses=read_statuses(query.getlist("status")),
        children=read_children(query),
        lifecycles=(Lifecycle.ACTIVE, *((Lifecycle.ARCHIVED,) if shows_archived else ())),
        submitter=request.principal.name if is_mine else None,
        run_ids=read_run_ids(query),
        parent=inside if inside_kind == "run" else None,
        within=read_members(inside) if inside_kind == "group" else (),
        sort=parse_sort(query.get("sort", "")),
        goal=parse_goal(query.get("goal", "")),
    )


def read_children(query: QueryDict) -> bool:
    """Whether runs that have a parent are searched too. Where the address does not say, a filter
    looks at them."""
    said = query.get("children", "")
    return said == "1" or (said != "0" and bool(query.get("q", "").strip() or "status" in query))


def read_experiments(workspace: Workspace, names: list[str]) -> list[Experiment] | None:
    if not names:
        return None
    return list(Experiment.objects.filter(workspace=workspace, name__in=names))


def read_statuses(words: list[str]) -> tuple[str, ...]:
    """Read the statuses that runs may have; none: any."""
    if unknown := set(words) - set(Status.values):
        raise InvalidValue(f"There is no status {min(unknown)!r}: there are {', '.join(Status)}.")
    return tuple(words)


def read_run_ids(query: QueryDict) -> tuple[str, ...] | None:
    return tuple(read_list(query, "runs")) if "runs" in query else None


def read_members(text: str) -> list[Comparison]:
    """Read `[["params.lr", "0.1"], …]`: the values that the runs of a group share."""
    try:
        pairs = msgspec.json.decode(text, type=list[tuple[str, str | None]])
    except msgspec.DecodeError as error:
        raise InvalidValue(f"inside names no group: {error}.") from error
    return [member_of(parse_column(column), value) for column, value in pairs]


def read_columns(text: str) -> tuple[Column, ...] | None:
    if not text:
        return None
    columns = parse_columns(text)
    if len(columns) > MOST_COLUMNS:
        raise InvalidValue(f"A table shows at most {MOST_COLUMNS} columns.")
    return tuple(columns)


def read_group(text: str) -> list[Column]:
    fields = parse_columns(text)
    if len(fields) > 2 or any(field.entity is Entity.METRIC for field in fields):
        raise InvalidValue("Group by one or two run fields, parameters, tags or properties.")
    return fields
