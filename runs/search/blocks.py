"""Sets of runs, the runs found in them, and the conditions that continue after a position."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from runs.database.fragments import Sql, any_of, every, sql
from runs.search.drivers import Driver
from runs.search.places import Position, SortValue
from runs.search.terms import Band, Term

NEWEST = ("r.started_ms DESC NULLS FIRST", "r.run_id")


@dataclass(frozen=True, slots=True)
class Block:
    """The runs of the scope for which all `conditions` hold; all are among those of `driver`, if
    there is one, and `is_few` if these are few. `is_sorted`: all matches are sorted each time,
    because there are few of them or they are hard to find."""

    conditions: tuple[Sql, ...] = ()
    driver: Driver | None = None
    is_few: bool = False
    is_sorted: bool = False

    def within(self, band: Band) -> "Block":
        return replace(self, conditions=(*self.conditions, band.condition))


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run found, with its place in the order."""

    id: int
    position: Position

    def with_value(self, value: SortValue) -> "FoundRun":
        """Return the hit with the value of the sort key before those it has."""
        values = (value, *self.position.values)
        return FoundRun(self.id, replace(self.position, values=values))


def without_first_value(after: Position | None) -> Position | None:
    """Return a position without the value of the first sort key."""
    return after and replace(after, values=after.values[1:])


def read_hit(row: Sequence, terms: Sequence[Term] = ()) -> FoundRun:
    """Return the hit of a row (id, run_id, started_ms, then rank and values of each term)."""
    values, index = [], 3
    for term in terms:
        names = list(term.values())
        found = dict(zip(names, row[index + 1 : index + 1 + len(names)], strict=True))
        values.append((row[index], found.get(row[index])))
        index += 1 + len(names)
    return FoundRun(row[0], Position(tuple(values), row[2], row[1]))


def order_of(terms: Sequence[Term]) -> str:
    """Return the ORDER BY of terms and what breaks ties."""
    parts = []
    for term in terms:
        way = " DESC" if term.descending else ""
        parts += [term.rank()] if term.constant_rank is None else []
        parts += [f"{value}{way}" for value in term.values().values()]
    return " ORDER BY " + ", ".join([*parts, *NEWEST])


def after_position(terms: Sequence[Term], after: Position) -> Sql:
    """Return the condition that run `r` comes after `after` in the order of `order_of`."""
    condition = _after_tie(after)
    pairs = list(zip(terms, after.values, strict=True))
    for term, (rank, value) in reversed(pairs):
        expression = term.values().get(rank)
        if expression is not None:
            symbol = "<" if term.descending else ">"
            further = sql(f"{expression} {symbol} %s", value)
            condition = any_of([further, every([sql(f"{expression} = %s", value), condition])])
        if term.constant_rank is None:
            same = every([sql(f"{term.rank()} = %s", rank), condition])
            condition = any_of([sql(f"{term.rank()} > %s", rank), same])
    return condition


def _after_tie(after: Position) -> Sql:
    if after.started_ms is None:
        return sql("(r.started_ms IS NOT NULL OR r.run_id > %s)", after.run_id)
    return after_value("r.started_ms", True, after.started_ms, after.run_id)


def after_value(column: str, descending: bool, value: int, run_id: str) -> Sql:
    """Return the condition that a run comes after (value, run_id), served by an index on the
    column."""
    symbol = "<" if descending else ">"
    return sql(
        f"({column} {symbol}= %s AND ({column} {symbol} %s OR r.run_id > %s))", value, value, run_id
    )
