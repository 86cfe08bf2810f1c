"""Rows of the run table: for some runs, the values of the chosen columns."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from runs.details.reading import RunPart, read_runs
from runs.metrics.dotted_names import name_metric, possible_keys
from runs.metrics.queries import (
    Summary,
    downsample,
    find_series_ids,
    read_summaries,
    read_texts,
    value_at_best,
)
from runs.search import Goal
from runs.table.columns import Column
from runs.tracking.client_tags import client_tags
from runs.tracking.fields import STORED, Aggregate, Entity
from runs.tracking.models import Param, Property, Run, RunTag
from runs.tracking.run_fields import SHOWN

TREND_POINTS = 40


@dataclass
class TableRow:
    """A run with the values of the columns, in their order.

    A metric's value is a number (NaN included), a text, or None where it was never logged; those of
    run fields are what `RunField.read` says.
    """

    run: Run
    children: int = 0
    cells: list[Any] = field(default_factory=list)


@dataclass
class Values:
    """The values beside the runs of a page, by (run, key); summaries also of the columns of
    rows and tables, by (run, `<key>.<column>`), where a chart asks for them."""

    summaries: dict[tuple[int, str], Summary] = field(default_factory=dict)
    texts: dict[tuple[int, str], str] = field(default_factory=dict)
    best: dict[tuple[int, str], float] = field(default_factory=dict)
    trends: dict[tuple[int, str], list[float]] = field(default_factory=dict)
    notes: dict[Entity, dict[tuple[int, str], str | None]] = field(default_factory=dict)
    tags: dict[int, list[tuple[str, str | None]]] = field(default_factory=dict)


def read_rows(
    ids: Sequence[int], columns: Sequence[Column], goal: Goal | None = None
) -> list[TableRow]:
    """Return the runs with these keys, in this order, with the values of `columns`.

    At most twelve queries, however many runs and columns; fewer where columns need fewer.
    """
    values = read_values(ids, columns, goal)
    return [
        TableRow(found.run, found.children, [read_cell(found.run, one, values) for one in columns])
        for found in read_runs(ids, [RunPart.CHILDREN])
    ]


def read_values(ids: Sequence[int], columns: Sequence[Column], goal: Goal | None) -> Values:
    """Return what `columns` show of the runs with these keys, but for the runs' own fields."""
    values = Values()
    plain = keys_of(columns, lambda column: column.aggregate in STORED)
    if plain:
        found = read_summaries(ids, sorted(possible_keys(plain)))
        # The longest key comes last and stays.
        for run, key, column in sorted(found, key=lambda name: len(name[1])):
            values.summaries[run, name_metric(key, column)] = found[run, key, column]
        texts = read_texts(ids, plain)
        values.texts = {(run, key): logged[-1].value for (run, key, _), logged in texts.items()}
    best = keys_of(columns, lambda column: column.aggregate is Aggregate.BEST)
    if best and goal:
        values.best = value_at_best(
            run_ids=ids, goal_metric_key=goal.key, goal=goal.direction, keys=best
        )
    trends = keys_of(columns, lambda column: column.aggregate is Aggregate.TREND)
    if trends:
        values.trends = read_trends(ids, trends)
    for kind, model in ((Entity.PARAM, Param), (Entity.TAG, RunTag), (Entity.PROPERTY, Property)):
        keys = [column.key for column in columns if column.entity is kind]
        if keys:
            rows = model.objects.filter(run__in=ids, key__in=keys)
            values.notes[kind] = {
                (run, key): value for run, key, value in rows.values_list("run", "key", "value")
            }
    if any(column.entity is Entity.RUN and column.key == "tags" for column in columns):
        values.tags = read_run_tags(ids)
    return values


def keys_of(columns: Iterable[Column], wanted: Callable[[Column], bool]) -> list[str]:
    return sorted({one.key for one in columns if one.entity is Entity.METRIC and wanted(one)})


def read_trends(ids: Sequence[int], keys: Sequence[str]) -> dict[tuple[int, str], list[float]]:
    """A sketch of each curve: about 40 of its values in order of step."""
    series = {
        pk: (run, key)
        for (run, key, column), pk in find_series_ids(ids, keys).items()
        if not column
    }
    curves = downsample(series_ids=list(series), pixels=TREND_POINTS)
    return {series[curve.series_id]: curve.value.tolist() for curve in curves}


def read_run_tags(ids: Sequence[int]) -> dict[int, list[tuple[str, str | None]]]:
    """The tags people gave, without those that clients keep for themselves."""
    tags: dict[int, list[tuple[str, str | None]]] = {}
    rows = RunTag.objects.filter(run__in=ids).exclude(client_tags())
    for run, key, value in rows.order_by("key").values_list("run", "key", "value"):
        tags.setdefault(run, []).append((key, value))
    return tags


def read_cell(run: Run, column: Column, values: Values) -> Any:
    if column.entity is Entity.RUN:
        return values.tags.get(run.id, []) if column.key == "tags" else SHOWN[column.key].read(run)
    if column.entity is Entity.METRIC:
        return read_metric(run, column, values)
    value = values.notes[column.entity].get((run.id, column.key))
    if value is None and (run.id, column.key) in values.notes[column.entity]:
        return ""
    return value


def read_metric(run: Run, column: Column, values: Values) -> float | str | list[float] | None:
    if column.aggregate is Aggregate.BEST:
        return values.best.get((run.id, column.key))
    if column.aggregate is Aggregate.TREND:
        return values.trends.get((run.id, column.key))
    summary = values.summaries.get((run.id, column.key))
    if summary is None:
        return values.texts.get((run.id, column.key))
    return value_of(summary, column.aggregate)


def value_of(summary: Summary, value: Aggregate) -> float:
    """A summary's `value`; NaN where there is none, such as the minimum of nothing but NaN."""
    if value is Aggregate.COUNT:
        return summary.n
    number = getattr(summary, value.value)
    return math.nan if number is None else number
