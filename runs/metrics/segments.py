"""Segments: adding points to the end of a series, and sealing them 1024 at a time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runs.database.cursors import Cursor
from runs.metrics.points import POINT, Points, pack, unpack
from runs.metrics.tables import SEGMENT

SEALED = 1024
# Single points are gathered at multiples of this, so that an open end is few rows to read.
GATHERED = 64

SUMMARY_COLUMNS = (
    "low_step, high_step, low_ms, high_ms, min, min_step, min_ms, max, max_step, max_ms"
)
ADD_OPEN = f"INSERT INTO {SEGMENT} (series_id, seq, n, data) VALUES (%s, %s, %s, %s)"
ADD_SEALED = (
    f"INSERT INTO {SEGMENT} (series_id, seq, n, data, {SUMMARY_COLUMNS})"
    f" VALUES ({', '.join(['%s'] * 14)})"
)
TAKE_END = f"DELETE FROM {SEGMENT} WHERE series_id = %s AND seq >= %s RETURNING seq, data"


class SegmentWriter:
    """Collects the segments that a transaction adds; `flush` writes them."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.open_rows: list[tuple[Any, ...]] = []
        self.sealed_rows: list[tuple[Any, ...]] = []

    def append(self, series_id: int, n: int, points: Points) -> None:
        """Add points to a series that has `n`, whose row the transaction has locked."""
        after = n + len(points)
        if n // SEALED != after // SEALED:
            self._seal(series_id, n, points)
        elif len(points) < GATHERED and n // GATHERED != after // GATHERED:
            seq, blobs = self._take_end(series_id, n - n % GATHERED, n)
            self._add_open(series_id, seq, b"".join([*blobs, pack(points)]))
        else:
            self._add_open(series_id, n, pack(points))

    def flush(self) -> None:
        """Write what was collected."""
        self.cursor.run_many(ADD_OPEN, self.open_rows)
        self.cursor.run_many(ADD_SEALED, self.sealed_rows)

    def _add_open(self, series_id: int, seq: int, data: bytes) -> None:
        self.open_rows.append((series_id, seq, len(data) // POINT.itemsize, data))

    def _take_end(self, series_id: int, start: int, n: int) -> tuple[int, list[bytes]]:
        """Remove the segments that begin at `start` or later; return where they began."""
        rows = sorted(self.cursor.read(TAKE_END, (series_id, start))) if start < n else []
        return (rows[0][0] if rows else n), [data for _, data in rows]

    def _seal(self, series_id: int, n: int, points: Points) -> None:
        seq, blobs = self._take_end(series_id, n - n % SEALED, n)
        points = unpack(*blobs, pack(points))
        full = len(points) // SEALED * SEALED
        chunks = points[:full].reshape(-1, SEALED)
        for index, summary in enumerate(summarise(chunks)):
            data = pack(chunks[index])
            self.sealed_rows.append((series_id, seq + index * SEALED, SEALED, data, *summary))
        if full < len(points):
            self._add_open(series_id, seq + full, pack(points[full:]))


def summarise(chunks: NDArray[np.void]) -> list[tuple[Any, ...]]:
    """Return the `SUMMARY_COLUMNS` of each row of points. Of equal extremes the first is taken;
    where all is NaN, both are None."""
    step, ms = chunks["step"], chunks["ms"]
    ranges = [step.min(axis=1), step.max(axis=1), ms.min(axis=1), ms.max(axis=1)]
    lows, highs = _extremes_of_chunks(chunks, np.fmin), _extremes_of_chunks(chunks, np.fmax)
    return [
        (*limits, *low, *high)
        for *limits, low, high in zip(*(r.tolist() for r in ranges), lows, highs, strict=True)
    ]


def _extremes_of_chunks(chunks: NDArray[np.void], better: np.ufunc) -> list[tuple[Any, ...]]:
    best = better.reduce(chunks["value"], axis=1)
    at = (chunks["value"] == best[:, None]).argmax(axis=1)
    points = chunks[np.arange(len(chunks)), at].tolist()
    return [
        (None, None, None) if np.isnan(value) else (value, step, ms) for step, ms, value in points
    ]
