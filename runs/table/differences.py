"""Finds the columns in which all matching runs agree: "Only differences" hides them.

A column is examined further only while all values seen agree. For most of these the first and the
last entry of an index show that there is no other value; for the others one is searched for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from runs.database.fragments import TRUE, Sql, sql
from runs.search import Search, SortKey
from runs.search.fetching import fetch
from runs.search.keyed_terms import KeyedTerm
from runs.search.metric_terms import MetricTerm
from runs.search.prepared import PreparedSearch
from runs.search.sort_keys import NUMBER, TEXT
from runs.table.columns import Column
from runs.tracking.fields import Entity
from runs.tracking.models import INDEXED_VALUE_CHARS, Run
from runs.tracking.run_fields import BY_NAME, can_compare


def find_constant(search: Search, columns: Iterable[Column]) -> set[Column]:
    """Return those of `columns` in which all runs that match agree, whether or not they have a
    value.

    Columns that are not stored (at best, trends, tags as a whole) are never among them. At most
    six statements for each column; ask only for columns that agree on the rows at hand.
    """
    kept = [column for column in columns if can_compare(column)]
    keys = [_sort_key(column) for column in kept if column.entity is not Entity.RUN]
    prepared = PreparedSearch(search, keys)
    runs = Run.objects.filter(experiment__in=prepared.scope.experiment_ids).count()
    return {column for column in kept if not _Column(column, prepared, runs).varies()}


def _sort_key(column: Column) -> SortKey:
    return SortKey(column, as_text=column.entity is not Entity.METRIC)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the runs of one search; `total` is how many runs its experiments have in all."""

    column: Column
    prepared: PreparedSearch
    total: int

    def varies(self) -> bool:
        """Tell whether two runs that match differ."""
        if self.column.entity is Entity.RUN:
            return self._differs(BY_NAME[self.column.key].expression, Sql(""))
        term = self._term()
        stored = self._count_stored(term)
        if stored == 0:
            return False
        if stored == self.total and len(self._read_ends(term)) == 1:
            return False
        value = term.values().get(NUMBER) or term.values()[TEXT]
        # NaN and a tag without a value are NULL like a missing one, and yet not the same.
        return self._differs(value, term.join()) or self._differs(term.rank(), term.join())

    def _term(self) -> KeyedTerm | MetricTerm:
        key = _sort_key(self.column)
        if self.column.entity is Entity.METRIC:
            # With infinite values among the numbers: two of them differ.
            key = replace(key, as_text=True)
            return MetricTerm(key, 0, self.prepared.scope, self.prepared.metrics)
        return KeyedTerm(key, 0, self.prepared.scope)

    def _count_stored(self, term: KeyedTerm | MetricTerm) -> int:
        """Return how many runs of the experiments have a value, counted in an index."""
        counted = term.rows().wrap("SELECT COUNT(*) ", "")
        return fetch(counted)[0][0]

    def _read_ends(self, term: KeyedTerm | MetricTerm) -> set[Any]:
        """Return the least and the greatest value of each experiment; NULL is at one end."""
        rows = fetch(term.ends())
        ends = {end for row in rows for end in row}
        is_cut = any(isinstance(end, str) and len(end) >= INDEXED_VALUE_CHARS for end in ends)
        return {*ends, object()} if is_cut else ends

    def _differs(self, value: str, joins: Sql) -> bool:
        """Search for a run whose value is another than that of the first. Two statements."""
        first = self._read(value, joins, TRUE)
        if not first:
            return False
        other = Sql(f"{value} IS NOT NULL")
        if first[0][0] is not None:
            other = sql(f"({value} IS NULL OR {value} <> %s)", first[0][0])
        return bool(self._read(value, joins, other))

    def _read(self, value: str, joins: Sql, condition: Sql) -> list[tuple[Any, ...]]:
        tail = condition.wrap(" AND ", " LIMIT 1")
        return fetch(self.prepared.select(Sql(value), joins, tail))
