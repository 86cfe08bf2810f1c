"""Searching runs: the one way in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Unpack

from runs.database.fragments import Sql
from runs.search.cursors import read_cursor, write_cursor
from runs.search.errors import SearchError
from runs.search.in_memory import read_in_memory
from runs.search.metric_terms import make_term
from runs.search.pages import Pager
from runs.search.prepared import PreparedSearch, Search, What
from runs.search.sort_keys import BEST, SortKey
from runs.tracking.clock import now_ms as read_clock

MOST_RUNS = 50_000
MOST_KEYS = 20
COUNT_CAP = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """Keys of runs in order, and the cursor of the next page, None on the last."""

    run_ids: list[int]
    next: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many runs match; `is_exact` is false where counting stopped at the cap."""

    value: int
    is_exact: bool


def search_runs(
    *,
    order_by: Iterable[SortKey] = (),
    limit: int = 100,
    after: str | None = None,
    now_ms: int | None = None,
    **what: Unpack[What],
) -> Page:
    """Return one page of the runs that match.

    `what` are the fields of `Search`: workspace, experiments (None: all), filter (a tree of the
    filter language), lifecycle (those to show; a filter on `archived` shows both), mine (only what
    this name submitted), statuses, include_children (False: only runs without a parent),
    log_matcher (needed by `log ~ …`), best_values (needed where something is sought or sorted by
    its value at best). Without `order_by` the newest are first: those that wait to
    start, then by start. Raises FilterError, SearchError, CursorError.
    """
    keys = tuple(dict.fromkeys(order_by))
    if not 1 <= limit <= MOST_RUNS:
        raise SearchError(f"A page holds 1 to {MOST_RUNS:,} runs.")
    if len(keys) > MOST_KEYS:
        raise SearchError(f"Runs are sorted by at most {MOST_KEYS} keys.")
    position, asked_ms = read_cursor(after, keys) if after is not None else (None, now_ms)
    prepared = PreparedSearch(Search(**what), keys, asked_ms or read_clock())
    if any(key.aggregate == BEST for key in keys):
        best_values = what.get("best_values")
        if best_values is None:
            raise SearchError("Choose a goal metric to sort by the value at its best.")
        hits = read_in_memory(prepared, keys, position, limit + 1, best_values)
    else:
        terms = [make_term(key, i, prepared.scope, prepared.metrics) for i, key in enumerate(keys)]
        pager = Pager(prepared.scope, prepared.conditions)
        hits = pager.read(prepared.block, terms, position, limit + 1)
    shown = hits[:limit]
    cursor = None
    if len(hits) > limit:
        cursor = write_cursor(shown[-1].position, keys, prepared.scope.now_ms)
    return Page([hit.id for hit in shown], cursor)


def count_runs(*, cap: int = COUNT_CAP, now_ms: int | None = None, **what: Unpack[What]) -> Count:
    """Return how many runs match, exact up to `cap`. `what`: see `search_runs`."""
    prepared = PreparedSearch(Search(**what), (), now_ms or read_clock(), fenced=False)
    found = prepared.count(cap + 1)
    return Count(min(found, cap), found <= cap)


def matching_runs(*, now_ms: int | None = None, **what: Unpack[What]) -> Sql:
    """Return a subquery that gives the keys of all runs that match, as `id`; for statements that
    sum up what a search finds. `what`: see `search_runs`."""
    return prepare_search((), now_ms=now_ms, **what).select(Sql("r.id"))


def prepare_search(
    keys: Sequence[SortKey], *, now_ms: int | None = None, **what: Unpack[What]
) -> PreparedSearch:
    """Return a search to read all matches of, whose names of metrics are those of `keys` too.
    `what`: see `search_runs`."""
    return PreparedSearch(Search(**what), keys, now_ms or read_clock(), fenced=False)
