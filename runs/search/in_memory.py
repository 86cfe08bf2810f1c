"""Sorting by values that are computed, not stored: all matches are read and sorted here."""

import heapq
import math
from collections.abc import Callable, Mapping, Sequence

from runs.search.blocks import FoundRun
from runs.search.cursors import Position, SortValue
from runs.search.errors import SearchError
from runs.search.goals import NO_BEST_OF_COLUMN, read_at_best
from runs.search.metric_terms import make_term
from runs.search.prepared import PreparedSearch
from runs.search.sort_keys import EMPTY, MISSING, NUMBER, SortKey
from runs.search.statements import read_sorted


def read_in_memory(
    prepared: PreparedSearch,
    keys: Sequence[SortKey],
    after: Position | None,
    limit: int,
) -> list[FoundRun]:
    """Return one page of a prepared search sorted by keys of which some are values at best. Raises
    SearchError where the search has no goal."""
    goal = prepared.search.goal
    if goal is None:
        raise SearchError("Choose a goal metric to sort by the value at its best.")
    if any(key.is_at_best and key.field.column for key in keys):
        raise SearchError(NO_BEST_OF_COLUMN)
    stored = [key for key in keys if not key.is_at_best]
    terms = [make_term(key, i, prepared.scope, prepared.metrics) for i, key in enumerate(stored)]
    hits = read_sorted(prepared.scope, prepared.block, terms, None, None)
    ids = [hit.id for hit in hits]
    at_best = [read_at_best(goal, ids, k.field.key) if k.is_at_best else None for k in keys]
    if at_best[0] is not None:
        hits = _keep_near_page(hits, at_best[0], keys[0].descending, after, limit)
    hits = sort_hits([_complete(hit, at_best) for hit in hits], keys)
    if after:
        hits = [hit for hit in hits if _is_after(hit.position, after, keys)]
    return hits[:limit]


def _keep_near_page(
    hits: Sequence[FoundRun],
    values: Mapping[int, float],
    descending: bool,
    after: Position | None,
    limit: int,
) -> list[FoundRun]:
    """Return the hits that can be on the page by their first value, from the value of `after` to
    the one at which the page ends: the others need neither be completed nor sorted."""
    sign = -1 if descending else 1

    def place(rank: int, value: float | str | None) -> tuple[int, float]:
        return rank, sign * (value or 0)

    places = [place(*_rank(values.get(hit.id))) for hit in hits]
    start = place(*after.values[0]) if after else (-1, 0)
    later = heapq.nsmallest(limit, (one for one in places if one > start))
    end = later[-1] if later else start
    return [hit for hit, one in zip(hits, places, strict=True) if start <= one <= end]


def _complete(hit: FoundRun, at_best: Sequence[Mapping[int, float] | None]) -> FoundRun:
    """Return a hit with its values at best between those that the database has read; `at_best` has
    None for a key whose values it has read."""
    stored = iter(hit.position.values)
    values = tuple(next(stored) if found is None else _rank(found.get(hit.id)) for found in at_best)
    return FoundRun(hit.id, Position(values, hit.position.started_ms, hit.position.run_id))


def _rank(value: float | None) -> SortValue:
    if value is None:
        return MISSING, None
    return (EMPTY, None) if math.isnan(value) else (NUMBER, value)


def sort_hits(hits: Sequence[FoundRun], keys: Sequence[SortKey]) -> list[FoundRun]:
    """Return the hits in the order of `keys`; the sort is stable, so the last key goes first."""
    hits = sorted(hits, key=lambda hit: _tie(hit.position))
    for index, key in reversed(list(enumerate(keys))):
        hits.sort(key=_band_reader(index, key.descending), reverse=key.descending)
    return hits


def _band_reader(index: int, descending: bool) -> Callable[[FoundRun], tuple[int, float | str]]:
    """Return what sorts by one key: the bands ascend in both directions."""
    sign = -1 if descending else 1

    def read(hit: FoundRun) -> tuple[int, float | str]:
        rank, value = hit.position.values[index]
        return sign * rank, 0 if value is None else value

    return read


def _tie(position: Position) -> tuple[bool, int, str]:
    return position.started_ms is not None, -(position.started_ms or 0), position.run_id


def _is_after(position: Position, after: Position, keys: Sequence[SortKey]) -> bool:
    for key, (rank, value), (last_rank, last_value) in zip(
        keys, position.values, after.values, strict=True
    ):
        if rank != last_rank:
            return rank > last_rank
        if value != last_value:
            return (value < last_value) == key.descending
    return _tie(position) > _tie(after)
