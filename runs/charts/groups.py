"""Runs grouped by one or two of their values, with what their metrics come to."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from runs.charts.columns import Column, Kind, Value
from runs.charts.search import matching_runs
from runs.charts.search.fragments import Sql, chain, sql
from runs.charts.search.run_fields import COLUMNS
from runs.tracking.errors import InvalidValue

MOST_GROUPS = 1000
TABLES = {Kind.PARAM: "runs_param", Kind.TAG: "runs_runtag", Kind.PROPERTY: "runs_property"}
STATISTICS = ("n", "mean", "min", "max")
MEAN = "s.sum / NULLIF(s.n - s.nan_count, 0)"
VALUES = {
    Value.LAST: "s.last",
    Value.MIN: "s.min",
    Value.MAX: "s.max",
    Value.FIRST: "s.first",
    Value.MEAN: MEAN,
    Value.COUNT: "s.n",
}


@dataclass(frozen=True)
class Statistics:
    """A metric over the runs of a group: how many have it as a number, and their mean, least and
    greatest (None where there is none)."""

    n: int
    mean: float | None
    min: float | None
    max: float | None


@dataclass(frozen=True)
class Group:
    """Runs that agree in the values grouped by (None: they lack it); their metrics by column."""

    values: tuple[Any, ...]
    count: int
    last_number: int
    metrics: dict[Column, Statistics]


def read_groups(
    *, fields: Sequence[Column], columns: Sequence[Column], limit: int = MOST_GROUPS, **what: Any
) -> list[Group]:
    """Return the groups of the runs that match, the largest first.

    `what` is what `search_runs` takes. Metrics are those of `columns` (not those "at best"). Two
    queries. Raises InvalidValue for a field that runs cannot be grouped by.
    """
    keys = [group_key(field, index) for index, field in enumerate(fields)]
    grouped = grouped_runs(matching_runs(**what), keys)
    counted = fetch(count_sql(grouped, len(keys), limit))
    metrics = [one for one in columns if one.kind is Kind.METRIC and one.value in VALUES]
    found = read_statistics(grouped, len(keys), metrics) if metrics else {}
    return [
        Group(tuple(values), count, number, found.get(tuple(values), {}))
        for *values, count, number in counted
    ]


def read_statistics(
    grouped: Sql, depth: int, columns: Sequence[Column]
) -> dict[tuple[Any, ...], dict[Column, Statistics]]:
    values = sorted({column.value for column in columns})
    found: dict[tuple[Any, ...], dict[Column, Statistics]] = {}
    for row in fetch(metrics_sql(grouped, depth, sorted({one.key for one in columns}), values)):
        group, key, numbers = row[:depth], row[depth], row[depth + 1 :]
        for column in columns:
            if column.key == key:
                at = len(STATISTICS) * values.index(column.value)
                statistics = Statistics(*numbers[at : at + len(STATISTICS)])
                found.setdefault(group, {})[column] = statistics
    return found


@dataclass(frozen=True)
class GroupKey:
    """A value grouped by, as SQL: the expression and the join it needs."""

    value: str
    join: Sql


def group_key(field: Column, index: int) -> GroupKey:
    if field.kind in TABLES:
        name = f"g{index}"
        join = sql(
            f"LEFT JOIN {TABLES[field.kind]} {name} ON {name}.run_id = r.id AND {name}.key = %s",
            field.key,
        )
        return GroupKey(f"{name}.value", join)
    if field.kind is Kind.RUN and field.key in COLUMNS:
        return GroupKey(COLUMNS[field.key], Sql(""))
    raise InvalidValue(f"Runs cannot be grouped by {field.label}.")


def grouped_runs(matching: Sql, keys: Sequence[GroupKey]) -> Sql:
    """A named result `g`: each run that matches with the values it is grouped by."""
    values = ", ".join(f"{key.value} AS v{i}" for i, key in enumerate(keys))
    joins = chain(" ", [key.join for key in keys])
    head = f"WITH g AS MATERIALIZED (SELECT r.id, r.number, {values} FROM ("
    return matching.wrap(head, ") m JOIN runs_run r ON r.id = m.id ") + joins + ") "


def places(depth: int) -> str:
    return ", ".join(f"v{i}" for i in range(depth))


def count_sql(grouped: Sql, depth: int, limit: int) -> Sql:
    values = places(depth)
    return grouped + sql(
        f"SELECT {values}, COUNT(*), MAX(number) FROM g GROUP BY {values}"
        f" ORDER BY {depth + 1} DESC, {values} LIMIT %s",
        limit,
    )


def metrics_sql(grouped: Sql, depth: int, keys: Sequence[str], values: Sequence[Value]) -> Sql:
    group = places(depth)
    numbers = ", ".join(
        f"COUNT({number}), AVG({number}), MIN({number}), MAX({number})"
        for number in (VALUES[value] for value in values)
    )
    wanted = sql(", ".join(["%s"] * len(keys)), *keys)
    return (
        grouped
        + f"SELECT {group}, k.key, {numbers} FROM g JOIN runs_series s ON s.run_id = g.id"
        + " JOIN runs_metric k ON k.id = s.metric_id AND k.\"column\" = '' AND k.key IN ("
        + wanted
        + f") GROUP BY {group}, k.key"
    )


def fetch(statement: Sql) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        return [tuple(map(plain, row)) for row in cursor.fetchall()]


def plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
