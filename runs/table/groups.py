"""Runs grouped by one or two of their values, with statistics of their metrics."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from runs.database.fragments import Sql, chain, sql
from runs.search import Search, SortKey
from runs.search.conditions import TABLES, read_aggregate
from runs.search.fetching import fetch
from runs.search.keyed_terms import KeyedTerm
from runs.search.metric_terms import MetricTerm
from runs.search.prepared import PreparedSearch
from runs.table.columns import Column
from runs.table.natural_order import natural_key
from runs.tracking.errors import InvalidValue
from runs.tracking.fields import STORED, Entity, Field
from runs.tracking.run_fields import BY_NAME, label_of

MOST_GROUPS = 1000
# SQLite joins at most 64 tables: so many metrics are summed up by one statement.
METRICS_AT_ONCE = 40
# Values are divided by this before they are added, so the sum of a million of the largest doubles
# is still a double. Values that are too small to be divided count as 0.
SCALE = 2.0**20
STATISTICS = (
    "COUNT({x}), SUM(CASE WHEN ABS({x}) > 1e-290 THEN {x} / 1048576.0 ELSE 0.0 END),"
    " MIN({x}), MAX({x})"
)


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
    search: Search,
    *,
    fields: Sequence[Column],
    columns: Sequence[Column],
    limit: int = MOST_GROUPS,
    offset: int = 0,
) -> list[Group]:
    """Return the groups of the runs that match, the largest first, those of one size by name.

    Metrics are those of `columns` (not those "at best"). One statement, and one more for every 40
    metrics beyond the first. Raises InvalidValue for a field that runs cannot be grouped by.
    """
    summed = [one for one in columns if one.entity is Entity.METRIC and one.aggregate in STORED]
    names = list(dict.fromkeys(one.key for one in summed))
    prepared = PreparedSearch(search, [SortKey(Field(Entity.METRIC, name)) for name in names])
    grouping = _Grouping(prepared, fields)
    groups: dict[tuple[Any, ...], Group] = {}
    for part in _parts(names):
        chosen = [one for one in summed if one.key in part]
        for values, count, number, metrics in grouping.read(part, chosen, limit, offset):
            group = groups.setdefault(values, Group(values, count, number, {}))
            group.metrics.update(metrics)
    return sorted(groups.values(), key=lambda group: (-group.count, _order_of(group)))


def sort_groups(groups: list[Group], keys: Sequence[SortKey]) -> list[Group]:
    """Return the groups in the order of keys: a metric by its mean, the rest by the names of the
    groups. Those whose mean is no finite number are last, and ties stay as they are."""
    for key in reversed(keys):
        values = {group.values: _sort_value(group, key) for group in groups}
        having = [group for group in groups if values[group.values] is not None]
        lacking = [group for group in groups if values[group.values] is None]
        having.sort(key=lambda group, of=values: of[group.values], reverse=key.descending)
        groups = having + lacking
    return groups


def _sort_value(group: Group, key: SortKey) -> Any:
    if not key.is_metric:
        return _order_of(group)
    mean = group.metrics[key.field].mean if key.field in group.metrics else None
    return mean if mean is not None and math.isfinite(mean) else None


def _order_of(group: Group) -> tuple[Any, ...]:
    """What sorts groups as people sort their names: numbers by size."""
    return tuple(natural_key(value) for value in group.values)


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, max(1, len(names)), METRICS_AT_ONCE):
        yield names[start : start + METRICS_AT_ONCE]


class _Grouping:
    """The statement that sums up a search by some fields."""

    def __init__(self, prepared: PreparedSearch, fields: Sequence[Column]) -> None:
        self.prepared, self.scope = prepared, prepared.scope
        self.values: list[str] = []
        self.joins: list[Sql] = []
        for index, field in enumerate(fields):
            self._add_field(field, index)

    def _add_field(self, field: Column, index: int) -> None:
        if field.entity in TABLES:
            term = KeyedTerm(SortKey(field), index, self.scope)
            self.values.append(f"{term.row}.value")
            self.joins.append(term.join())
        elif field.entity is Entity.RUN and field.key in BY_NAME:
            self.values.append(BY_NAME[field.key].expression)
        else:
            raise InvalidValue(f"Runs cannot be grouped by {label_of(field)}.")

    def read(
        self, names: Sequence[str], columns: Sequence[Column], limit: int, offset: int
    ) -> Iterator[tuple[tuple[Any, ...], int, int, dict[Column, Statistics]]]:
        """Give (values, count, last number, statistics by column) of each group."""
        depth, first = len(self.values), len(self.values)
        terms = {
            name: MetricTerm(
                SortKey(Field(Entity.METRIC, name)), index, self.scope, self.prepared.metrics
            )
            for index, name in enumerate(names, first)
        }
        values = [f"{value} AS v{i}" for i, value in enumerate(self.values)]
        sums = [_statistics(column, terms[column.key]) for column in columns]
        places = ", ".join(f"v{i}" for i in range(depth))
        statement = self.prepared.select(
            Sql(", ".join([*values, "COUNT(*)", "MAX(r.number)", *sums])),
            chain("", [*self.joins, *(term.join() for term in terms.values())]),
            sql(
                f" GROUP BY {places} ORDER BY {depth + 1} DESC, {places} LIMIT %s OFFSET %s",
                limit,
                offset,
            ),
        )
        for row in fetch(statement):
            rest = iter(row[depth + 2 :])
            metrics = {column: _read_statistics(rest) for column in columns}
            yield tuple(row[:depth]), row[depth], row[depth + 1], metrics


def _statistics(column: Column, term: MetricTerm) -> str:
    return STATISTICS.format(x=read_aggregate(column.aggregate, term.row))


def _read_statistics(cells: Iterator[Any]) -> Statistics:
    n, total, low, high = (next(cells) for _ in range(4))
    mean = total / n * SCALE if n and total is not None else math.nan
    return Statistics(n, None if math.isnan(mean) else mean, low, high)
