"""A page of the run table as JSON: columns, rows, and cells by the type of their column."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from runs.http.cursors import write_cursor
from runs.metrics.meanings import direction_of
from runs.metrics.number_words import write_number
from runs.table.columns import NAME, Column, look_of, width_of
from runs.table.groups import Group
from runs.table.rows import TableRow
from runs.table.run_list import RunList, TableQuery
from runs.tracking.durations import Span
from runs.tracking.fields import Aggregate, Entity
from runs.tracking.filters import FilterError
from runs.tracking.models import Experiment, Run
from runs.tracking.run_fields import label_of
from runs.tracking.statuses import Status
from runs.web.addresses import experiment_address, run_address
from runs.web.status_looks import STATUS_LOOKS
from runs.workspaces.errors import StudioError

GROUP_VALUE_WIDTH, STATISTICS_WIDTH = 180, 220


def describe_list(
    found: RunList, query: TableQuery, pinned: Sequence[str], slug: str
) -> dict[str, Any]:
    """Columns, the pinned ones first, rows, the parents `above` them, and the cursor of the `next`
    rows. `stamp` changes with what is shown."""
    pinned = pinned or (NAME.id,)
    columns = sorted(found.columns, key=lambda column: column.id not in pinned)
    depth = len(query.group)
    shown = {
        "columns": [describe_column(one, pinned, group_depth=depth) for one in columns],
        "rows": describe_rows(found, columns, query, slug),
        "above": describe_above(found, columns, query, slug),
        "children": query.is_tree,
        "is_cut": found.is_cut,
    }
    stamp = hashlib.blake2b(msgspec.json.encode(shown), digest_size=8).hexdigest()
    return {**shown, "next": write_cursor(found.next), "stamp": stamp}


def describe_rows(
    found: RunList, columns: list[Column], query: TableQuery, slug: str
) -> list[dict[str, Any]]:
    """The groups of a page, or its runs."""
    if found.groups is None:
        return describe_runs(found.rows, found, columns, query, slug)
    return [
        describe_group(group, query.group, columns, hue) for hue, group in enumerate(found.groups)
    ]


def describe_runs(
    rows: list[TableRow], found: RunList, columns: list[Column], query: TableQuery, slug: str
) -> list[dict[str, Any]]:
    """Runs with their cells in the order of `columns`; in a tree each names its parent."""
    order = [found.columns.index(column) for column in columns]
    described = []
    for row in rows:
        row.cells = [row.cells[index] for index in order]
        described.append(describe_row(row, columns, slug))
        if query.is_tree:
            described[-1]["parent"] = row.run.parent and row.run.parent.run_id
    return described


def describe_above(
    found: RunList, columns: list[Column], query: TableQuery, slug: str
) -> list[dict[str, Any]]:
    """The parents above the rows; those that the search does not find are dimmed."""
    described = describe_runs(found.above, found, columns, query, slug)
    ids = [row.run.id for row in found.above]
    return [
        {**row, "dimmed": one not in found.asked_for}
        for row, one in zip(described, ids, strict=True)
    ]


def describe_error(error: StudioError) -> dict[str, Any]:
    """What is wrong with an address, and where in its filter."""
    if not isinstance(error, FilterError):
        return {"message": str(error)}
    return {
        "message": error.message,
        "position": error.position,
        "length": error.length,
        "hint": error.hint,
    }


def describe_column(
    column: Column, pinned: Sequence[str], *, group_depth: int = 0
) -> dict[str, Any]:
    """What the page must know of a column; `note` stands small beside its label. In a table of
    groups a cell holds the mean and the range of a metric."""
    is_metric = column.entity is Entity.METRIC
    grouped = STATISTICS_WIDTH if is_metric else GROUP_VALUE_WIDTH * group_depth
    least = grouped if group_depth else 0
    return {
        "id": column.id,
        "kind": column.entity.value,
        "key": column.key,
        "aggregate": column.aggregate.value if is_metric else None,
        "label": label_of(column),
        "note": note_of(column) if is_metric else "",
        "direction": direction_of(column.key) if is_metric else None,
        "type": look_of(column),
        "numeric": is_metric or look_of(column) in {"number", "duration"},
        "width": max(width_of(column), least),
        "pinned": column.id in pinned,
        "fixed": column == NAME,
    }


def note_of(column: Column) -> str:
    return "at best" if column.aggregate is Aggregate.BEST else column.aggregate.value


def describe_row(row: TableRow, columns: Sequence[Column], slug: str) -> dict[str, Any]:
    """A run as the grid draws it. `inside` asks for its children."""
    run = row.run
    return {
        "id": run.run_id,
        "run": True,
        "name": run.name,
        "number": run.number,
        "hue": run.id,
        "href": run_address(slug, run.run_id),
        "depth": 0,
        "children": row.children,
        "inside": f"run:{run.run_id}",
        "cells": [
            shape(value, column, slug) for value, column in zip(row.cells, columns, strict=True)
        ],
    }


def describe_group(
    group: Group, fields: Sequence[Column], columns: Sequence[Column], hue: int
) -> dict[str, Any]:
    """A group as the grid draws it: the first cell names it, metrics are statistics. `hue` picks
    its colour here and in the charts."""
    pairs = [[one.id, shown(value)] for one, value in zip(fields, group.values, strict=True)]
    name = ", ".join(
        f"{label_of(one)} = {text(value)}" for one, value in zip(fields, group.values, strict=True)
    )
    return {
        "id": msgspec.json.encode(pairs).decode(),
        "run": False,
        "name": name,
        "number": group.last_number,
        "hue": hue,
        "href": "",
        "depth": 0,
        "children": group.count,
        "inside": f"group:{msgspec.json.encode(pairs).decode()}",
        "cells": [name if one.entity is Entity.RUN else statistics(group, one) for one in columns],
    }


def shown(value: Any) -> str | None:
    return None if value is None else str(value)


def text(value: Any) -> str:
    return "—" if value is None or value == "" else str(value)


def statistics(group: Group, column: Column) -> dict[str, Any] | None:
    found = group.metrics.get(column)
    if found is None or not found.n:
        return None
    return {
        "n": found.n,
        "mean": plain(found.mean),
        "min": plain(found.min),
        "max": plain(found.max),
    }


def shape(value: Any, column: Column, slug: str) -> Any:
    shaper = SHAPERS.get(column.key) if column.entity is Entity.RUN else None
    return shaper(value, slug) if shaper else plain(value)


def plain(value: Any) -> Any:
    """A number or text of the wire: NaN and infinities travel as texts."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return write_number(value) if isinstance(value, float) else value


def shape_status(value: tuple[str, str], slug: str) -> dict[str, str]:
    look = STATUS_LOOKS[Status(value[0])]
    return {"word": look.word, "tone": look.tone, "icon": look.icon, "reason": value[1]}


def shape_duration(value: Span, slug: str) -> dict[str, Any] | None:
    started, ended = value
    return None if started is None else {"started": started, "ended": ended}


def shape_experiment(value: Experiment, slug: str) -> dict[str, str]:
    return {"text": value.name, "href": experiment_address(slug, value.name, value.number)}


def shape_parent(value: Run | None, slug: str) -> dict[str, str] | None:
    return value and {"text": value.name, "href": run_address(slug, value.run_id)}


SHAPERS: dict[str, Callable[[Any, str], Any]] = {
    "status": shape_status,
    "duration": shape_duration,
    "experiment": shape_experiment,
    "parent": shape_parent,
}
