"""The query string of a run table, read: what to show, in which columns and order."""

from dataclasses import dataclass, field
from typing import Literal

import msgspec
from django.http import QueryDict

from runs.table.columns import Column, Kind, parse_column, parse_columns, split_list
from runs.table.rows import Goal
from runs.table.run_list import RunQuery
from runs.tracking.errors import InvalidValue
from runs.tracking.statuses import Status

MOST_ROWS = 1000
MOST_COLUMNS = 12_000
PAGE_ROWS = 100


@dataclass(frozen=True)
class TableState:
    """Everything a run table's address says: what to list, which columns stay in sight, and the
    stamp of what the page holds already."""

    query: RunQuery = field(default_factory=RunQuery)
    mine: bool = False
    pinned: tuple[str, ...] = ()
    since: str = ""


def read_state(query: QueryDict) -> TableState:
    """Read a query string. Raises InvalidValue naming what cannot be meant."""
    inside_kind, _, inside = query.get("inside", "").partition(":")
    listed = RunQuery(
        text=query.get("q", "").strip(),
        experiments=tuple(query.getlist("exp")),
        statuses=read_statuses(query.getlist("status")),
        children=query.get("children") == "1",
        archived=query.get("archived") == "1",
        only_differences=query.get("diff") == "1",
        sort=read_sort(query.get("sort", "")),
        columns=read_columns(query.get("cols", "")),
        group=tuple(read_group(query.get("group", ""))) if not inside else (),
        goal=read_goal(query.get("goal", "")),
        runs=read_runs(query),
        parent=inside if inside_kind == "run" else None,
        members=read_members(inside) if inside_kind == "group" else (),
        after=query.get("after") or None,
        limit=read_limit(query.get("limit", "")),
    )
    return TableState(
        query=listed,
        mine=query.get("mine") == "1",
        pinned=tuple(split_list(query.get("pin", ""))),
        since=query.get("since", ""),
    )


def read_statuses(words: list[str]) -> tuple[str, ...]:
    """Read the statuses that runs may have; none: any."""
    if unknown := set(words) - set(Status.values):
        raise InvalidValue(f"There is no status {min(unknown)!r}: there are {', '.join(Status)}.")
    return tuple(words)


def read_runs(query: QueryDict) -> tuple[str, ...] | None:
    return tuple(filter(None, query["runs"].split(","))) if "runs" in query else None


def read_members(text: str) -> tuple[tuple[Column, str | None], ...]:
    """Read `[["params.lr", "0.1"], …]`: the values that the runs of a group share."""
    try:
        pairs = msgspec.json.decode(text, type=list[tuple[str, str | None]])
    except msgspec.DecodeError as error:
        raise InvalidValue(f"inside names no group: {error}.") from error
    return tuple((parse_column(column), value) for column, value in pairs)


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
