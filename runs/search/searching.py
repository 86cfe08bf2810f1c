"""Searching and counting runs. Other rooms call these functions alone."""

from dataclasses import dataclass, replace

from runs.database.fragments import Sql, sql
from runs.search.errors import SearchError
from runs.search.fetching import fetch
from runs.search.goals import use_stored_extreme
from runs.search.in_memory import read_in_memory
from runs.search.metric_terms import make_term
from runs.search.pages import Pager
from runs.search.places import Place, make_place, read_place, unique_keys
from runs.search.prepared import PreparedSearch
from runs.search.search import Search
from runs.tracking.statuses import WAITING_STATUSES, Status

MOST_RUNS = 50_000
MOST_KEYS = 20
COUNT_CAP = 100_000


@dataclass(frozen=True, slots=True)
class RunPage:
    """Keys of runs in order, and the place where the next page begins, None on the last."""

    run_ids: list[int]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many runs match; `is_exact` is false where counting stopped at the cap."""

    value: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class PlaceCounts:
    """How many active runs there are where a search looks, how many of these run, and how many
    wait to run."""

    all: int
    running: int
    queued: int


def search_runs(search: Search, *, limit: int = 100, after: Place | None = None) -> RunPage:
    """Return one page of the runs that match. Raises FilterError, SearchError, PlaceError."""
    keys = unique_keys(search.sort)
    if not 1 <= limit <= MOST_RUNS:
        raise SearchError(f"A page holds 1 to {MOST_RUNS:,} runs.")
    if len(keys) > MOST_KEYS:
        raise SearchError(f"Runs are sorted by at most {MOST_KEYS} keys.")
    position = None
    if after is not None:
        position, asked_ms = read_place(after, keys)
        search = replace(search, now_ms=asked_ms)
    prepared = PreparedSearch(search, keys, is_page=True)
    stored = [use_stored_extreme(key, search.goal) for key in prepared.keys]
    if any(key.is_at_best for key in stored):
        hits = read_in_memory(prepared, stored, position, limit + 1)
    else:
        terms = [
            make_term(key, i, prepared.scope, prepared.metrics) for i, key in enumerate(stored)
        ]
        pager = Pager(prepared.scope, prepared.conditions)
        hits = pager.read(prepared.block, terms, position, limit + 1)
    shown = hits[:limit]
    place = None
    if len(hits) > limit:
        place = make_place(shown[-1].position, keys, prepared.scope.now_ms)
    return RunPage([hit.id for hit in shown], place)


def count_runs(search: Search, *, cap: int = COUNT_CAP) -> Count:
    """Return how many runs match, exact up to `cap`. Raises FilterError, SearchError."""
    found = PreparedSearch(search).count(cap + 1)
    return Count(min(found, cap), found <= cap)


def count_place(search: Search) -> PlaceCounts:
    """Count all active runs where a search looks, whatever people filter by. Two queries."""
    prepared = PreparedSearch(search.unfiltered())
    total = fetch(prepared.select(Sql("COUNT(*)")))[0][0]
    wanted = [str(status) for status in (Status.RUNNING, *WAITING_STATUSES)]
    tail = sql(" AND r.workspace_id = %s AND ", search.workspace.id)
    tail += prepared.scope.dialect.one_of("r.status", wanted) + " GROUP BY r.status"
    counts = dict(fetch(prepared.select(Sql("r.status, COUNT(*)"), tail=tail)))
    waiting = sum(counts.get(str(status), 0) for status in WAITING_STATUSES)
    return PlaceCounts(total, counts.get(str(Status.RUNNING), 0), waiting)
