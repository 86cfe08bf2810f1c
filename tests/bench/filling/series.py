"""Metrics: names, summed-up series and, where asked for, their points."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from runs.database.cursors import open_cursor
from runs.metrics.points import Points, make_points
from runs.metrics.segments import SegmentWriter
from tests.bench.filling.runs import Population
from tests.bench.filling.tables import Row, load, next_id

METRICS = ("loss", "accuracy", "val/loss", "val/accuracy", "epoch_s")
SECTIONS = ("train", "val", "layer", "grad", "system")
SUMMED = (
    "id run_id metric_id n nan_count first first_step first_ms last last_step last_ms"
    " min min_step max max_step sum ordered"
)
BATCH = 10_000
PACKED_AT_ONCE = 50


class SeriesWriter:
    """Writes the series of all runs of a population."""

    def __init__(self, population: Population) -> None:
        self.population, self.plan = population, population.plan
        self.rng = np.random.default_rng(self.plan.seed + 2)
        self.common = [*METRICS, *(f"m{i}" for i in range(self.plan.metrics))][: self.plan.metrics]
        self.others = [f"{SECTIONS[i % 5]}/metric-{i:05}" for i in range(self.plan.metric_names)]
        self.keys: dict[tuple[int, str], int] = {}

    def write(self) -> None:
        self.write_names()
        first = next_id("runs_series")
        if self.plan.points < 2:
            load("runs_series", SUMMED, self.rows(first))
        else:
            self.write_with_points(first)

    def write_names(self) -> None:
        first = next_id("runs_metric")
        for home in self.population.experiment_ids:
            for name in (*self.common, *self.others):
                self.keys[home, name] = first + len(self.keys)
        rows = ((key, home, name, "") for (home, name), key in self.keys.items())
        load("runs_metric", "id experiment_id key column", rows)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Give every run with each of its metrics' keys. One run in ten lacks the third metric."""
        each = min(self.plan.names_each, len(self.others))
        homes = zip(self.population.run_ids, self.population.homes, strict=True)
        for i, (run, home) in enumerate(homes):
            for j, name in enumerate(self.common):
                if j != 2 or i % 10:
                    yield run, self.keys[home, name]
            for j in range(each):
                yield run, self.keys[home, self.others[(i * each + j) % len(self.others)]]

    def rows(self, key: int) -> Iterator[Row]:
        """Give summed-up series without points; the last value of one in a hundred is NaN."""
        now = self.population.now_ms
        for (run, metric), (low, high, spread) in zip(self.pairs(), self.triples(), strict=False):
            top = high + 1
            last = None if spread < 0.01 else low + (top - low) * spread
            yield (key, run, metric, 100, int(last is None), top, 0, now, last, 99, now, low, 50,
                   top, 0, 50 * (low + top), True)  # fmt: skip
            key += 1

    def triples(self) -> Iterator[list[float]]:
        while True:
            yield from self.rng.random((BATCH, 3)).tolist()

    def write_with_points(self, first: int) -> None:
        rows: list[Row] = []
        points: list[tuple[int, Points]] = []
        for key, (run, metric) in enumerate(self.pairs(), first):
            made, row = self.make_curve()
            rows.append((key, run, metric, *row))
            points.append((key, made))
        load("runs_series", SUMMED, rows)
        pack(points)

    def make_curve(self) -> tuple[Points, Row]:
        """Return a falling, noisy curve and what its series row says of it."""
        n, now = self.plan.points, self.population.now_ms
        times = [now + 10 * i for i in range(n)]
        value = np.exp(-np.arange(n) / n * 3) + self.rng.normal(0, 0.05, n)
        low, high = int(value.argmin()), int(value.argmax())
        row: Sequence[Any] = (
            n, 0, float(value[0]), 0, times[0], float(value[-1]), n - 1, times[-1],
            float(value[low]), low, float(value[high]), high, float(value.sum()), True,
        )  # fmt: skip
        return make_points(range(n), times, value.tolist()), tuple(row)


def pack(points: Sequence[tuple[int, Points]]) -> None:
    """Write the points of series as the metrics room does, some series at a time."""
    for start in range(0, len(points), PACKED_AT_ONCE):
        with open_cursor() as cursor:
            segments = SegmentWriter(cursor)
            for key, made in points[start : start + PACKED_AT_ONCE]:
                segments.append(key, 0, made)
            segments.flush()
