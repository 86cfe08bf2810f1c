"""The query string of a run table, read: what to show, in which columns and order."""

from dataclasses import dataclass
from typing import Literal

from django.http import QueryDict

from runs.charts.columns import Column, Kind, Value, parse_column, parse_columns, split_list
from runs.charts.tables import Goal
from runs.tracking.errors import InvalidValue

MOST_ROWS = 1000
MOST_COLUMNS = 12_000
PAGE_ROWS = 100


@dataclass(frozen=True)
class TableState:
    """Everything a run table's address says.

    `runs` are the ids it is limited to; `inside` is the run whose children, or the group whose
    members are asked for; `after` a position in the list, `since` the stamp the page holds.
    """

    q: str = ""
    experiments: tuple[str, ...] = ()
    mine: bool = False
    children: bool = False
    archived: bool = False
    only_differences: bool = False
    sort: tuple[tuple[Column, bool], ...] = ()
    columns: tuple[Column, ...] | None = None
    pinned: tuple[str, ...] = ()
    group: tuple[Column, ...] = ()
    goal: Goal | None = None
    runs: tuple[str, ...] | None = None
    inside: str = ""
    after: str | None = None
    limit: int = PAGE_ROWS
    since: str = ""


def read_state(query: QueryDict) -> TableState:
    """Read a query string. Raises InvalidValue naming what cannot be meant."""
    flags = {name: query.get(name) == "1" for name in ("mine", "children", "archived", "diff")}
    return TableState(
        q=query.get("q", "").strip(),
        experiments=tuple(query.getlist("exp")),
        mine=flags["mine"],
        children=flags["children"],
        archived=flags["archived"],
        only_differences=flags["diff"],
        sort=read_sort(query.get("sort", "")),
        columns=read_columns(query.get("cols", "")),
        pinned=tuple(split_list(query.get("pin", ""))),
        group=tuple(read_group(query.get("group", ""))),
        goal=read_goal(query.get("goal", "")),
        runs=tuple(filter(None, query["runs"].split(","))) if "runs" in query else None,
        inside=query.get("inside", ""),
        after=query.get("after") or None,
        limit=read_limit(query.get("limit", "")),
        since=query.get("since", ""),
    )


def read_columns(text: str) -> tuple[Column, ...] | None:
    if not text:
        return None
    columns = parse_columns(text)
    if len(columns) > MOST_COLUMNS:
        raise InvalidValue(f"A table shows at most {MOST_COLUMNS} columns.")
    return tuple(columns)


def read_sort(text: str) -> tuple[tuple[Column, bool], ...]:
    """Read `-metrics.loss:min,run.created` as (column, is it descending) pairs."""
    keys = [(parse_column(item.removeprefix("-")), item[0] == "-") for item in split_list(text)]
    return tuple(dict(keys).items())


def read_group(text: str) -> list[Column]:
    fields = parse_columns(text)
    if len(fields) > 2 or any(field.kind is Kind.METRIC for field in fields):
        raise InvalidValue("Group by one or two run fields, parameters, tags or properties.")
    return fields


def read_goal(text: str) -> Goal | None:
    """Read `min:val/loss`: the metric that decides which step of a run is best."""
    if not text:
        return None
    direction, _, key = text.partition(":")
    ways: dict[str, Literal["min", "max"]] = {"min": "min", "max": "max"}
    if direction not in ways or not key:
        raise InvalidValue("goal is min:<metric> or max:<metric>.")
    return Goal(key, ways[direction])


def read_limit(text: str) -> int:
    if not text:
        return PAGE_ROWS
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= MOST_ROWS:
        raise InvalidValue(f"limit is a whole number from 1 to {MOST_ROWS}.")
    return int(text)


def needs_goal(columns: tuple[Column, ...]) -> bool:
    return any(column.value is Value.BEST for column in columns)
