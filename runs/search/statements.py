"""The three ways to read a page of a block, each in one or two statements."""

from collections.abc import Iterator, Sequence
from operator import itemgetter

from runs.database.fragments import Row, Sql, all_of, chain, sql
from runs.search.blocks import Block, FoundRun, after_position, after_value, order_of, read_hit
from runs.search.drivers import Driver
from runs.search.fetching import fetch
from runs.search.places import Position
from runs.search.scope import Scope
from runs.search.sort_keys import MISSING, NUMBER
from runs.search.terms import Term, Walk
from runs.tracking.tables import RUN

# Where no single index range is in the order asked for, this many rows are tried before all.
SAMPLE = 2000
# Runs looked at to tell whether a filter leaves few or many.
SAMPLED = 500
RUN_VALUES = "SELECT {} AS value, r.id, r.run_id, r.started_ms FROM"
RUN_COLUMNS = "SELECT r.id, r.run_id, r.started_ms"


def from_clause_of(block: Block, scope: Scope) -> tuple[Sql, Sql]:
    """Return the text before SELECT and the text after FROM that read a block's runs as `r`."""
    if block.driver is None:
        return Sql(""), Sql(f"{RUN} r")
    how = " MATERIALIZED" if block.is_few else ""
    few = block.driver.runs().wrap(f"WITH few AS{how} (", ") ")
    return few, Sql(f"few {scope.dialect.cross_join} {RUN} r ON r.id = few.run_id")


def read_sorted(
    scope: Scope, block: Block, terms: Sequence[Term], after: Position | None, limit: int | None
) -> list[FoundRun]:
    """Let the database sort the whole block; without a limit it is not sorted."""
    few, source = from_clause_of(block, scope)
    columns = [f"{term.rank()}, {', '.join(term.values().values())}" for term in terms]
    conditions = [
        scope.condition(),
        *block.conditions,
        *([after_position(terms, after)] if after else []),
    ]
    query = (
        few
        + ", ".join([RUN_COLUMNS, *columns])
        + source.wrap(" FROM ", "")
        + chain("", [term.join() for term in terms])
        + all_of(conditions).wrap(" WHERE ", "")
    )
    if limit is not None:
        query += sql(order_of(terms) + " LIMIT %s", limit)
    return [read_hit(row, terms) for row in fetch(query)]


def read_ids(scope: Scope, block: Block) -> list[int]:
    """Return the keys of all runs of a block, in no order."""
    few, source = from_clause_of(block, scope)
    conditions = all_of([scope.condition(), *block.conditions])
    query = few + source.wrap("SELECT r.id FROM ", " WHERE ") + conditions
    return [row[0] for row in fetch(query)]


def read_newest(scope: Scope, block: Block, after: Position | None, limit: int) -> list[FoundRun]:
    """Newest first: those that wait to start, then by start, the latest first."""
    hits: list[FoundRun] = []
    if after is None or after.started_ms is None:
        hits = _read_waiting(scope, block, after, limit)
        after = None
    if len(hits) < limit:
        hits += _read_column(scope, block, "started_ms", True, after, limit - len(hits))
    return hits


def read_by_start(
    scope: Scope, block: Block, descending: bool, after: Position | None, limit: int
) -> list[FoundRun]:
    """By start, those that wait to start at the end."""
    hits: list[FoundRun] = []
    if after is None or after.started_ms is not None:
        found = _read_column(scope, block, "started_ms", descending, after, limit)
        hits = [hit.with_value((NUMBER, hit.position.started_ms)) for hit in found]
        after = None
    if len(hits) < limit:
        found = _read_waiting(scope, block, after, limit - len(hits))
        hits += [hit.with_value((MISSING, None)) for hit in found]
    return hits


def _read_waiting(scope: Scope, block: Block, after: Position | None, limit: int) -> list[FoundRun]:
    conditions = [Sql("r.started_ms IS NULL")]
    if after:
        conditions.append(sql("r.run_id > %s", after.run_id))
    return _read_branches(scope, block, conditions, "run_id", limit)


def _read_column(
    scope: Scope, block: Block, column: str, descending: bool, after: Position | None, limit: int
) -> list[FoundRun]:
    conditions = [Sql(f"r.{column} IS NOT NULL")]
    if after:
        conditions = [after_value(f"r.{column}", descending, after.started_ms, after.run_id)]
    way = " DESC" if descending else ""
    return _read_branches(scope, block, conditions, f"{column}{way}, run_id", limit)


def _read_branches(
    scope: Scope, block: Block, conditions: Sequence[Sql], order: str, limit: int
) -> list[FoundRun]:
    """Merge the branches of the scope, each in the order of its index, up to a limit. One query."""
    parts = [
        Sql(f"{RUN_COLUMNS} FROM {RUN} r WHERE ")
        + all_of([branch, *scope.switches(), *block.conditions, *conditions])
        for branch in scope.branches()
    ]
    if not parts:
        return []
    first = _merge(scope, parts, sql(f" ORDER BY {order} LIMIT %s", limit))
    return [read_hit(row) for row in fetch(first)]


def _merge(scope: Scope, parts: Sequence[Sql], tail: Sql) -> Sql:
    """Return the first rows of several queries by `tail`, ORDER BY and LIMIT. SQLite merges what
    indexes have in order; PostgreSQL does so where each part ends by itself."""
    if len(parts) > 1 and scope.dialect.joins_at_once:
        parts = [(part + tail).wrap("SELECT * FROM (", f") p{i}") for i, part in enumerate(parts)]
    return chain(" UNION ALL ", parts) + tail


def read_sample(scope: Scope, conditions: Sequence[Sql]) -> int:
    """Return how many of some of the newest and the oldest runs of the scope satisfy conditions."""
    branches = scope.branches()
    if not branches:
        return 0
    # Runs with a parent and runs without one are two branches; one of them is often empty.
    pairs = len(branches) // 2 if scope.include_children else len(branches)
    size = SAMPLED // (2 * pairs) + 1
    ends = [
        branch.wrap(f"SELECT * FROM (SELECT * FROM {RUN} r WHERE ", "")
        + sql(f" ORDER BY r.started_ms{way} LIMIT %s) e{i}{way.strip()}", size)
        for i, branch in enumerate(branches)
        for way in ("", " DESC")
    ]
    sample = chain(" UNION ALL ", ends).wrap("SELECT COUNT(*) FROM (", ") r WHERE ")
    return fetch(sample + all_of([*scope.switches(), *conditions]))[0][0]


def read_walk(
    scope: Scope, block: Block, walk: Walk, descending: bool, beyond: float | str | None, limit: int
) -> list[Row]:
    """Return (value, id, run_id, started_ms) in the order of `value`, ties in any.

    Each part is read up to the value at which the rows so far end, where they are enough.
    """
    found: list[Row] = []
    for value, condition in walk.parts:
        last = found[-1][0] if len(found) == limit else None
        bounds = _bounds(walk, value, descending, beyond, last)
        branches = scope.dialect.one_of(walk.branch_column, walk.branches)
        rows = all_of([condition, branches, *bounds])
        found += _read_part(scope, block, walk, value, rows, descending, limit)
        if len(walk.parts) > 1:
            found = sorted(found, key=itemgetter(0), reverse=descending)[:limit]
    return found


def _bounds(
    walk: Walk,
    value: str,
    descending: bool,
    beyond: float | str | None,
    last: float | str | None,
) -> Iterator[Sql]:
    """Give one condition for each end of a walk, because SQLite starts at one of them: what comes
    after `beyond`, up to `last`, and no infinite value."""
    after, until = ("<", ">") if descending else (">", "<")
    for symbol, equal, end in ((after, "", beyond), (until, "=", last)):
        if end is not None:
            yield sql(f"{value} {symbol}{equal} %s", end)
        elif walk.infinity:
            yield sql(f"{value} {symbol} {'-' if symbol == '>' else ''}{walk.infinity}")


def _read_part(
    scope: Scope, block: Block, walk: Walk, value: str, rows: Sql, descending: bool, limit: int
) -> list[Row]:
    """Return the first rows of a part of a walk with their runs. Over several index ranges, or
    none, some of the first rows are tried before all join runs."""
    order = f" ORDER BY value{' DESC' if descending else ''} LIMIT %s"
    runs = all_of([scope.condition(), *block.conditions])
    join = f" s {scope.dialect.cross_join} {RUN} r ON r.id = "
    if len(walk.branches) > 1 or not walk.is_indexed:
        columns = f"SELECT {value} AS value, {walk.run_column} AS run_key FROM {walk.table} s"
        first = sql(f"{columns} WHERE ") + rows + sql(order, SAMPLE)
        first = first.wrap(f"{RUN_VALUES.format('s.value')} (", f"){join}s.run_key WHERE ")
        found = fetch(first + runs + sql(order, limit))
        if len(found) == limit:
            return found
    columns = f"{RUN_VALUES.format(value)} {walk.table}{join}{walk.run_column} WHERE "
    return fetch(sql(columns) + all_of([rows, runs]) + sql(order, limit))


def driver_of(scope: Scope, ids: Sequence[int]) -> Driver:
    """Return a driver of runs given by their keys."""
    return Driver.of_ids(scope.dialect.ids(ids))
