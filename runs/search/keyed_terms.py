"""Sorting by a param, a tag or a property."""

from dataclasses import replace
from functools import cached_property

from runs.database.fragments import FALSE, Sql, all_of, sql
from runs.search.comparisons import first_chars, starts_alike
from runs.search.conditions import TABLES
from runs.search.drivers import Driver, Range
from runs.search.fetching import fetch
from runs.search.scope import Scope
from runs.search.sort_keys import EMPTY, MISSING, NUMBER, TEXT, SortKey
from runs.search.terms import Band, Term, Walk
from runs.tracking.fields import Entity


class KeyedTerm(Term):
    """A param, tag or property. Params have numbers, tags may have no value."""

    def __init__(self, key: SortKey, index: int, scope: Scope) -> None:
        super().__init__(key, index, scope)
        self.table = TABLES[key.field.entity]
        self.has_numbers = key.field.entity is Entity.PARAM and not key.as_text

    @cached_property
    def homes(self) -> tuple[int, ...]:
        """The experiments that have the key. One query where there are several to ask."""
        ids = self.scope.experiment_ids
        if len(ids) < 2:
            return tuple(ids)
        has_key = sql(
            f") e WHERE EXISTS (SELECT 1 FROM {self.table} s WHERE s.experiment_id = e.id"
            " AND s.key = %s)",
            self.key.field.key,
        )
        query = sql("SELECT e.id FROM (") + self.dialect.ids(ids) + has_key
        return tuple(row[0] for row in fetch(query))

    def join(self) -> Sql:
        row = self.row
        return sql(
            f" LEFT JOIN {self.table} {row} ON {row}.run_id = r.id AND {row}.key = %s",
            self.key.field.key,
        )

    def values(self) -> dict[int, str]:
        if not self.has_numbers:
            return {TEXT: f"{self.row}.value"}
        text = f"CASE WHEN {self.row}.number IS NULL THEN {self.row}.value END"
        return {NUMBER: f"{self.row}.number", TEXT: text}

    def rank(self) -> str:
        row = self.row
        number = f" WHEN {row}.number IS NOT NULL THEN {NUMBER}" if self.has_numbers else ""
        return (
            f"CASE WHEN {row}.run_id IS NULL THEN {MISSING}{number}"
            f" WHEN {row}.value IS NULL THEN {EMPTY} ELSE {TEXT} END"
        )

    @cached_property
    def holds_numbers(self) -> bool:
        """Whether any run has a number under the key of a param: one probe of an index."""
        return self._holds("s.number IS NOT NULL")

    def holds_texts(self) -> bool:
        """Tell whether any run has a text under the key of a param. One query, which passes by all
        numbers."""
        return self._holds("s.number IS NULL")

    def _holds(self, condition: str) -> bool:
        if not self.homes:
            return False
        return bool(fetch(self.rows().wrap("SELECT EXISTS (SELECT 1 ", f" AND {condition})"))[0][0])

    def rows(self) -> Sql:
        """Return `FROM … WHERE …` of all rows of the key."""
        places = self.dialect.one_of("s.experiment_id", self.homes) if self.homes else FALSE
        return sql(f"FROM {self.table} s WHERE s.key = %s AND ", self.key.field.key) + places

    def ends(self) -> Sql:
        """Return the query of the first and the last text of each experiment, from the index."""
        value = first_chars(self.dialect, "s.value")
        end = f"(SELECT {value} FROM {self.table} s WHERE s.experiment_id = e.id AND s.key = %s"
        key = self.key.field.key
        ends = f"SELECT {end} ORDER BY {value} LIMIT 1), {end} ORDER BY {value} DESC LIMIT 1)"
        return sql(ends, key, key) + self.dialect.ids(self.homes).wrap(" FROM (", ") e")

    def bands(self) -> list[Band]:
        missing = Band(MISSING, self._exists(Sql("")).wrap("NOT ", ""))
        if self.key.field.entity is Entity.TAG:
            return [
                self._band(TEXT, self._is_text()),
                self._band(EMPTY, Sql("s.value IS NULL")),
                missing,
            ]
        if not self.has_numbers:
            return [self._band(TEXT, self._is_text()), missing]
        texts = self._band(TEXT, self._is_text())
        if not self.holds_numbers:
            return [texts, missing]
        texts = replace(texts, is_sparse=True, is_there=self.holds_texts)
        return [self._band(NUMBER, Sql("s.number IS NOT NULL")), texts, missing]

    def walk(self, rank: int) -> Walk | None:
        if rank not in (NUMBER, TEXT):
            return None
        condition = Sql("s.number IS NOT NULL") if rank == NUMBER else self._is_text()
        condition = sql("s.key = %s AND ", self.key.field.key) + condition
        value = "s.number" if rank == NUMBER else first_chars(self.dialect, "s.value")
        return Walk(rank, self.table, ((value, condition),), "s.experiment_id", self.homes)

    def equals(self, rank: int, value: float | str) -> Band:
        if rank == NUMBER:
            return self._band(rank, sql("s.number = %s", value))
        alike = starts_alike(self.dialect, "s.value", [str(value)])
        exact = all_of([alike, self._is_text()])
        return Band(rank, self._exists(exact.wrap(" AND ", "")), self._driver(alike))

    def _is_text(self) -> Sql:
        """The condition of a text, one that the index can answer where all are texts."""
        if self.has_numbers and self.holds_numbers:
            return Sql("s.number IS NULL")
        return Sql(f"{first_chars(self.dialect, 's.value')} IS NOT NULL")

    def _band(self, rank: int, condition: Sql) -> Band:
        exists = self._exists(condition.wrap(" AND ", ""))
        return Band(rank, exists, self._driver(condition))

    def _exists(self, condition: Sql) -> Sql:
        fence = self.dialect.fence if condition.text else ""
        inside = sql(
            f"SELECT 1 FROM {self.table} s WHERE s.run_id = r.id AND s.key = %s", self.key.field.key
        )
        return (inside + condition).wrap("EXISTS (", f"{fence})")

    def _driver(self, condition: Sql) -> Driver:
        return Driver((Range("s.run_id", self.rows() + " AND " + condition),))
