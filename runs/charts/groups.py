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

    `what` is what `search_runs` takes. Metrics are those of `columns` (not those "at best"). One
    query for the groups and one for each metric column. Raises InvalidValue for a field that
    runs cannot be grouped by.
    """
    keys = [group_key(field, index) for index, field in enumerate(fields)]
    matching = matching_runs(**what)
    counted = fetch(count_sql(matching, keys, limit))
    metrics = [one for one in columns if one.kind is Kind.METRIC and one.value in VALUES]
    found: dict[tuple[Any, ...], dict[Column, Statistics]] = {}
    for column in metrics:
        for *values, n, mean, low, high in fetch(metric_sql(matching, keys, column)):
            found.setdefault(tuple(values), {})[column] = Statistics(n, mean, low, high)
    return [
        Group(tuple(values), count, number, found.get(tuple(values), {}))
        for *values, count, number in counted
    ]


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


def source(matching: Sql, keys: Sequence[GroupKey]) -> Sql:
    joins = chain(" ", [key.join for key in keys])
    return matching.wrap("FROM (", ") m JOIN runs_run r ON r.id = m.id ") + joins


def count_sql(matching: Sql, keys: Sequence[GroupKey], limit: int) -> Sql:
    values = ", ".join(key.value for key in keys)
    places = ", ".join(str(i + 1) for i in range(len(keys)))
    head = Sql(f"SELECT {values}, COUNT(*), MAX(r.number) ")
    tail = sql(f" GROUP BY {places} ORDER BY {len(keys) + 1} DESC, {places} LIMIT %s", limit)
    return head + source(matching, keys) + tail


def metric_sql(matching: Sql, keys: Sequence[GroupKey], column: Column) -> Sql:
    values = ", ".join(key.value for key in keys)
    places = ", ".join(str(i + 1) for i in range(len(keys)))
    number = VALUES[column.value]
    head = Sql(f"SELECT {values}, COUNT({number}), AVG({number}), MIN({number}), MAX({number}) ")
    series = sql(
        " JOIN runs_series s ON s.run_id = r.id"
        " JOIN runs_metric k ON k.id = s.metric_id AND k.key = %s AND k.\"column\" = ''",
        column.key,
    )
    return head + source(matching, keys) + series + f" GROUP BY {places}"


def fetch(statement: Sql) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.text, statement.params)
        return [tuple(map(plain, row)) for row in cursor.fetchall()]


def plain(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value
