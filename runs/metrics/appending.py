"""Writing the points of a group of requests, inside one transaction that has locked their runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from runs.database.cursors import PAIRS, Cursor
from runs.metrics import names
from runs.metrics.arrays import Indices, Mask
from runs.metrics.new_points import NewPoints, find_new_points
from runs.metrics.points import POINT, Points, are_greater, empty_points, pack, unpack
from runs.metrics.segments import SegmentWriter
from runs.metrics.summaries import COLUMNS, Summary, from_row, join_summaries, rank, to_row
from runs.metrics.tables import SEGMENT, SERIES
from runs.tracking.texts import INT64_MAX

_COLUMN_LIST = ", ".join(f'"{name}"' for name in COLUMNS)

READ_SERIES = (
    f"SELECT run_id, metric_id, id, {_COLUMN_LIST} FROM {PAIRS}"
    f" JOIN {SERIES} ON run_id = pair.a AND metric_id = pair.b"
)
ADD_SERIES = f"INSERT INTO {SERIES} (run_id, metric_id, {_COLUMN_LIST}) VALUES "
SERIES_ROW = f"({', '.join(['%s'] * (2 + len(COLUMNS)))})"
SERIES_AT_ONCE = 500
CHANGE_SERIES = (
    f"UPDATE {SERIES} SET " + ", ".join(f'"{name}" = %s' for name in COLUMNS) + " WHERE id = %s"
)
# Open segments have no range: they are read always.
READ_CANDIDATES = (
    f"SELECT data FROM {SEGMENT} WHERE series_id = %s AND (low_step IS NULL OR"
    " low_step <= %s AND high_step >= %s AND low_ms <= %s AND high_ms >= %s) ORDER BY seq"
)

# Up to so many points are compared faster one by one than as vectors.
FEW = 32
# How far a point may be put behind an equal one.
MOST_MOVED_MS = 10_000

# (run id, metric id)
SeriesKey = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Logged:
    """The points of one request: `codes` says which of `names`, (key, column), each is of."""

    run_id: int
    names: list[tuple[str, str]]
    codes: Indices
    points: Points
    # None of the points is there yet: one that equals another was logged twice on purpose.
    is_new: bool = False


@dataclass(slots=True)
class StoredSeries:
    """A series that exists."""

    id: int
    summary: Summary


def append_points(
    cursor: Cursor, requests: Sequence[Logged], experiments: Mapping[int, int]
) -> None:
    """Store the points that are not there yet. `experiments` maps runs to their experiments."""
    keys, codes, points = _merge(cursor, requests, experiments)
    stored = _read_series(cursor, keys)
    is_new = None
    if any(request.is_new for request in requests):
        is_new = np.repeat([r.is_new for r in requests], [len(r.points) for r in requests])
    batch = _without_duplicates(cursor, stored, codes, points, is_new)
    _write_series(cursor, keys, stored, batch)


def _merge(
    cursor: Cursor, requests: Sequence[Logged], experiments: Mapping[int, int]
) -> tuple[list[SeriesKey], Indices, Points]:
    """Return the keys of all series in sorted order, and all points with the index of theirs."""
    if len(requests) == 1 and len(requests[0].names) == 1:
        only = requests[0]
        name = (experiments[only.run_id], *only.names[0])
        return [(only.run_id, names.find_or_add(cursor, [name])[name])], only.codes, only.points
    wanted = [[(experiments[r.run_id], *name) for name in r.names] for r in requests]
    metric_ids = names.find_or_add(cursor, {name for part in wanted for name in part})
    keys_of = [
        [(r.run_id, metric_ids[name]) for name in part]
        for r, part in zip(requests, wanted, strict=True)
    ]
    keys = sorted({key for part in keys_of for key in part})
    index = {key: i for i, key in enumerate(keys)}
    codes = [
        np.array([index[key] for key in part], np.intp)[r.codes]
        for r, part in zip(requests, keys_of, strict=True)
    ]
    # As bytes: numpy would compare the fields of each array with those of all others.
    points = unpack(*(pack(r.points) for r in requests))
    return keys, np.concatenate(codes), points


def _read_series(cursor: Cursor, keys: Sequence[SeriesKey]) -> list[StoredSeries | None]:
    rows = cursor.read(READ_SERIES, cursor.pairs(keys))
    found = {(row[0], row[1]): StoredSeries(row[2], from_row(row[3:])) for row in rows}
    return [found.get(key) for key in keys]


def _without_duplicates(
    cursor: Cursor,
    stored: Sequence[StoredSeries | None],
    codes: Indices,
    points: Points,
    is_new: Mask | None,
) -> NewPoints:
    """Sort out the new points. A point above the last of its series cannot be there already;
    the others are compared with the segments that may hold them."""
    if len(points) <= FEW and _all_are_above_last(stored, codes, points):
        return find_new_points(codes, points, is_new=is_new)
    suspect = ~_are_above_last(stored, codes, points)
    if not suspect.any():
        return find_new_points(codes, points, is_new=is_new)
    candidates = [
        (code, _read_candidates(cursor, stored[code], points[suspect & (codes == code)]))
        for code in np.unique(codes[suspect]).tolist()
    ]
    counts = [len(there) for _, there in candidates]
    is_stored = np.zeros(sum(counts) + len(points), bool)
    is_stored[: sum(counts)] = True
    there_codes = np.repeat([code for code, _ in candidates], counts)
    return find_new_points(
        np.concatenate((there_codes, codes)),
        np.concatenate([*(there for _, there in candidates), points]),
        is_stored,
        None if is_new is None else np.concatenate((np.zeros(sum(counts), bool), is_new)),
    )


def _all_are_above_last(
    stored: Sequence[StoredSeries | None], codes: Indices, points: Points
) -> bool:
    """Tell of a few points whether each comes after the last of its series."""
    for code, point in zip(codes.tolist(), points.tolist(), strict=True):
        series = stored[code]
        if series and rank(*point) <= series.summary.last_rank:
            return False
    return True


def _are_above_last(stored: Sequence[StoredSeries | None], codes: Indices, points: Points) -> Mask:
    """Tell of each point whether it is after the last of its series by (step, time, value)."""
    lasts = [
        (s.summary.last_step, s.summary.last_ms, s.summary.last) if s else (0, 0, 0.0)
        for s in stored
    ]
    last = np.array(lasts, POINT)[codes]
    is_new = np.array([s is None for s in stored])[codes]
    step, ms = points["step"], points["ms"]
    later = (ms > last["ms"]) | ((ms == last["ms"]) & are_greater(points["value"], last["value"]))
    return is_new | (step > last["step"]) | ((step == last["step"]) & later)


def _read_candidates(cursor: Cursor, series: StoredSeries, points: Points) -> Points:
    step, ms = points["step"], points["ms"]
    low_step, high_step = int(step.min()), int(step.max())
    low_ms, high_ms = int(ms.min()), min(int(ms.max()) + MOST_MOVED_MS, INT64_MAX)
    rows = cursor.read(READ_CANDIDATES, (series.id, high_step, low_step, high_ms, low_ms))
    return unpack(*(row[0] for row in rows)) if rows else empty_points()


def _write_series(
    cursor: Cursor,
    keys: Sequence[SeriesKey],
    stored: Sequence[StoredSeries | None],
    batch: NewPoints,
) -> None:
    added, changed = [], []
    for code, fresh in zip(batch.ids, batch.summaries, strict=True):
        series = stored[code]
        if series is None:
            added.append((*keys[code], *to_row(fresh)))
        else:
            changed.append((*to_row(join_summaries(series.summary, fresh)), series.id))
    new_ids = _add_series(cursor, added)
    cursor.run_many(CHANGE_SERIES, changed)
    segments = SegmentWriter(cursor)
    for code, start, stop in zip(batch.ids, batch.starts, batch.stops, strict=True):
        series = stored[code]
        series_id, n = (series.id, series.summary.n) if series else (new_ids[keys[code]], 0)
        segments.append(series_id, n, batch.points[start:stop])
    segments.flush()


def _add_series(cursor: Cursor, rows: Sequence[Sequence[Any]]) -> dict[SeriesKey, int]:
    """Add series; return their ids. One query for 500."""
    ids: dict[SeriesKey, int] = {}
    for start in range(0, len(rows), SERIES_AT_ONCE):
        part = rows[start : start + SERIES_AT_ONCE]
        places = ", ".join([SERIES_ROW] * len(part))
        values = [value for row in part for value in row]
        added = cursor.read(f"{ADD_SERIES}{places} RETURNING run_id, metric_id, id", values)
        ids |= {(run_id, metric_id): series_id for run_id, metric_id, series_id in added}
    return ids
