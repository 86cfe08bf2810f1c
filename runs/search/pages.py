"""One page of run keys, in any order, from few rows of few indexes.

A block of runs is read in one of three ways:

- from a driver, where an index range of few runs holds all of the block: all of them are sorted;
- along an index that is in the order of the first sort key; the runs that share the value at which
  the page ends are a block of their own, read by the other keys, however many they are;
- newest first, when no key is left: along the index of runs by their start.

A key without such an index makes the database sort the whole block.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

from runs.database.fragments import Row
from runs.search.blocks import Block, FoundRun, read_hit, without_first_value
from runs.search.conditions import Conditions
from runs.search.drivers import FEW, count_drivers
from runs.search.places import Position
from runs.search.scope import Scope
from runs.search.statements import (
    driver_of,
    read_by_start,
    read_newest,
    read_sorted,
    read_walk,
)
from runs.search.terms import Band, Term, Walk
from runs.tracking.models import INDEXED_VALUE_CHARS

Terms = Sequence[Term]


@dataclass(frozen=True, slots=True)
class Pager:
    """Reads pages of one search."""

    scope: Scope
    conditions: Conditions

    def read(
        self, block: Block, terms: Terms, after: Position | None, limit: int
    ) -> list[FoundRun]:
        """Return the first `limit` runs of a block after the position `after`."""
        if block.is_sorted:
            return read_sorted(self.scope, block, terms, after, limit)
        if not terms:
            return read_newest(self.scope, block, after, limit)
        if len(terms) == 1 and terms[0].key.parts()[:2] == ("run", "started"):
            return read_by_start(self.scope, block, terms[0].descending, after, limit)
        bands = terms[0].bands()
        if not bands:
            return read_sorted(self.scope, block, terms, after, limit)
        return self._read_bands(block, bands, terms, after, limit)

    def _read_bands(
        self, block: Block, bands: Sequence[Band], terms: Terms, after: Position | None, limit: int
    ) -> list[FoundRun]:
        hits: list[FoundRun] = []
        for band in bands:
            if len(hits) >= limit:
                break
            if after and band.rank < after.values[0][0]:
                continue
            if band.is_there and not band.is_there():
                continue
            hits += self._read_band(block, band, terms, after, limit - len(hits))
            after = None
        return hits

    def _read_band(
        self, block: Block, band: Band, terms: Terms, after: Position | None, limit: int
    ) -> list[FoundRun]:
        if after and after.values[0][0] != band.rank:
            after = None
        walk = terms[0].walk(band.rank)
        if walk and not band.is_sparse:
            return self._walk(block, walk, terms, after, limit)
        part = self._narrow(block, band)
        if walk and not part.is_sorted:
            return self._walk(block, walk, terms, after, limit)
        if walk:
            return read_sorted(self.scope, part, terms, after, limit)
        found = self.read(part, terms[1:], without_first_value(after), limit)
        return [hit.with_value((band.rank, None)) for hit in found]

    def _narrow(self, block: Block, band: Band) -> Block:
        """Return the runs of a block in `band`, with a driver where they are few. One query."""
        part = block.within(band)
        if band.driver is None:
            return part
        (count,) = count_drivers([band.driver], self.scope, FEW + 1)
        if count > FEW:
            return part
        return replace(part, driver=band.driver, is_few=True, is_sorted=True)

    def _walk(
        self, block: Block, walk: Walk, terms: Terms, after: Position | None, limit: int
    ) -> list[FoundRun]:
        """Read a band along its index."""
        hits: list[FoundRun] = []
        beyond = None
        if after:
            beyond = _indexed(after.values[0][1])
            hits = self._read_runs_of_value(block, walk, beyond, terms, after, limit)
        need = limit - len(hits)
        if not need:
            return hits
        rows = read_walk(self.scope, block, walk, terms[0].descending, beyond, need + 1)
        cut = rows[need][0] if len(rows) > need and rows[need][0] == rows[need - 1][0] else None
        whole = [row for row in rows[:need] if cut is None or row[0] != cut]
        hits += self._sort_ties(walk, terms, whole)
        if cut is not None:
            hits += self._read_runs_of_value(block, walk, cut, terms, None, need - len(whole))
        return hits

    def _read_runs_of_value(
        self,
        block: Block,
        walk: Walk,
        value: float | str,
        terms: Terms,
        after: Position | None,
        limit: int,
    ) -> list[FoundRun]:
        """Read the runs of one value; of long texts, those that begin alike."""
        part = self._narrow(block, terms[0].equals(walk.rank, value))
        if _is_cut(value):
            return read_sorted(self.scope, part, terms, after, limit)
        found = self.read(part, terms[1:], without_first_value(after), limit)
        return [hit.with_value((walk.rank, value)) for hit in found]

    def _sort_ties(self, walk: Walk, terms: Terms, rows: list[Row]) -> list[FoundRun]:
        """Return rows in the order of a walk as hits, those of one value in their own order."""
        values = [row[0] for row in rows]
        if len(terms) > 1 or any(map(_is_cut, values)):
            few = Block((), driver_of(self.scope, [row[1] for row in rows]), is_few=True)
            return read_sorted(self.scope, few, terms, None, len(rows)) if rows else []
        return [
            read_hit(row[1:]).with_value((walk.rank, row[0]))
            for _, alike in groupby(rows, itemgetter(0))
            for row in sorted(alike, key=_newest)
        ]


def _newest(row: Row) -> tuple[bool, int, str]:
    _, _, run_id, started_ms = row
    return started_ms is not None, -(started_ms or 0), run_id


def _indexed(value: float | str | None) -> float | str | None:
    return value[:INDEXED_VALUE_CHARS] if isinstance(value, str) else value


def _is_cut(value: float | str) -> bool:
    """Tell whether a text may be longer than its indexed characters."""
    return isinstance(value, str) and len(value) >= INDEXED_VALUE_CHARS
