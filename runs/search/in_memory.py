"""Sorting by values that are computed, not stored: all matches are read and sorted here."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from runs.search.blocks import Block, FoundRun
from runs.search.errors import SearchError
from runs.search.goals import NO_BEST_OF_COLUMN, read_at_best
from runs.search.metric_terms import make_term
from runs.search.places import Position, SortValue
from runs.search.prepared import PreparedSearch
from runs.search.sort_keys import EMPTY, MISSING, NUMBER, SortKey
from runs.search.statements import driver_of, read_ids, read_sorted

Runs = NDArray[np.int64]
Side = Literal["left", "right"]


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
    block, scope, known = prepared.block, prepared.scope, {}
    if keys[0].is_at_best:
        runs = np.array(read_ids(scope, block), np.int64)
        first = read_at_best(goal, scope, runs, keys[0].field.key).of(runs)
        near = _near_page(*first, keys[0].descending, after, limit)
        block = Block((), driver_of(scope, runs[near].tolist()), is_few=True)
        known = {keys[0]: _as_mapping(runs[near], first[0][near], first[1][near])}
    stored = [key for key in keys if not key.is_at_best]
    terms = [make_term(key, i, scope, prepared.metrics) for i, key in enumerate(stored)]
    hits = read_sorted(scope, block, terms, None, None)
    ids = np.array([hit.id for hit in hits], np.int64)
    for key in keys:
        if key.is_at_best and key not in known:
            column = read_at_best(goal, scope, ids, key.field.key)
            known[key] = _as_mapping(ids, *column.of(ids))
    at_best = [known.get(key) for key in keys]
    hits = sort_hits([_complete(hit, at_best) for hit in hits], keys)
    if after:
        hits = [hit for hit in hits if _is_after(hit.position, after, keys)]
    return hits[:limit]


def _as_mapping(
    runs: Runs, values: NDArray[np.float64], has: NDArray[np.bool_]
) -> dict[int, float]:
    return dict(zip(runs[has].tolist(), values[has].tolist(), strict=True))


def _near_page(
    values: NDArray[np.float64],
    has: NDArray[np.bool_],
    descending: bool,
    after: Position | None,
    limit: int,
) -> NDArray[np.intp]:
    """Return the places of the runs that can be on the page by their first value, from the value
    of `after` to the one at which the page ends: the others need not be read."""
    ranks = np.where(has, np.where(np.isfinite(values), NUMBER, EMPTY), MISSING)
    sign = -1 if descending else 1
    keys = np.where(ranks == NUMBER, sign * values, 0.0)
    order = np.lexsort((keys, ranks))
    ranks, keys = ranks[order], keys[order]
    begin = later = 0
    if after:
        rank, value = after.values[0]
        begin = _place(ranks, keys, rank, sign * float(value or 0), "left")
        later = _place(ranks, keys, rank, sign * float(value or 0), "right")
    last = min(later + limit, len(order)) - 1
    end = later if last < later else _place(ranks, keys, ranks[last], keys[last], "right")
    return order[begin:end]


def _place(
    ranks: NDArray[np.int64], keys: NDArray[np.float64], rank: int, key: float, side: Side
) -> int:
    """Return where (rank, key) stands among sorted pairs."""
    low, high = np.searchsorted(ranks, rank, "left"), np.searchsorted(ranks, rank, "right")
    return int(low + np.searchsorted(keys[low:high], key, side))


def _complete(hit: FoundRun, at_best: Sequence[Mapping[int, float] | None]) -> FoundRun:
    """Return a hit with its values at best between those that the database has read; `at_best` has
    None for a key whose values it has read."""
    stored = iter(hit.position.values)
    values = tuple(next(stored) if found is None else _rank(found.get(hit.id)) for found in at_best)
    return FoundRun(hit.id, Position(values, hit.position.started_ms, hit.position.run_id))


def _rank(value: float | None) -> SortValue:
    if value is None:
        return MISSING, None
    return (NUMBER, value) if math.isfinite(value) else (EMPTY, None)


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
