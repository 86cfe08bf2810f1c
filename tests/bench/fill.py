"""Fill a studio's database with many runs at once, straight into its tables.

    STUDIO_DATA_DIR=/tmp/big python -m tests.bench.fill --runs 100000
    DATABASE_URL=postgres://… python -m tests.bench.fill --runs 100000 --experiments 200

The tables are made first (`migrate`). Runs are added to the workspace `default`, in experiments
`bench-<n>`; rows are the ones the services would have written, their values made by a seeded
generator. 100,000 runs with 10 params and 5 metrics take well under a minute.
"""

import argparse
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

PARAMS = (
    "lr", "optimizer", "batch_size", "seed", "model", "dropout", "layers", "dataset", "augment",
    "note",
)  # fmt: skip
METRICS = ("loss", "accuracy", "val/loss", "val/accuracy", "epoch_s")
WORDS = ("adam", "sgd", "adamw", "lion", "rmsprop")
STATUSES = ("Completed", "Failed", "Canceled", "Running", "Queued")
SHARES = (0.86, 0.08, 0.04, 0.015, 0.005)
DAY_MS = 86_400_000


@dataclass(frozen=True)
class Plan:
    """What to add. `metric_names` more names are spread over the runs, `names_each` to a run;
    `points` is the length of every series, in packed segments where it is above 1;
    `children` is the share of runs that have a parent."""

    runs: int = 1000
    experiments: int = 1
    params: int = len(PARAMS)
    metrics: int = len(METRICS)
    metric_names: int = 0
    names_each: int = 20
    points: int = 0
    children: float = 0.0
    seed: int = 1


def fill(plan: Plan) -> list[int]:
    """Add the runs of `plan`; return the keys of their experiments. One transaction."""
    from django.db import transaction

    with transaction.atomic():
        filler = _Filler(plan)
        filler.write()
    analyze()
    return filler.experiment_ids


def analyze() -> None:
    """Let PostgreSQL look at the new rows at once instead of a minute later."""
    from django.db import connection

    if connection.vendor == "postgresql":
        connection.cursor().execute("VACUUM ANALYZE")


class _Filler:
    def __init__(self, plan: Plan) -> None:
        from runs.workspaces.models import Workspace

        self.plan = plan
        self.rng = np.random.default_rng(plan.seed)
        self.workspace = Workspace.objects.get(slug="default")
        self.now_ms = int(time.time() * 1000)
        self.first_run = next_id("runs_run")
        self.run_ids = list(range(self.first_run, self.first_run + plan.runs))
        self.experiment_ids: list[int] = []
        self.homes: list[int] = []

    def write(self) -> None:
        self._write_experiments()
        self._write_runs()
        self._write_params()
        self._write_tags()
        self._write_metrics()
        self._count_numbers()

    def _write_experiments(self) -> None:
        first, number = next_id("runs_experiment"), self.workspace.next_experiment_number
        self.experiment_ids = list(range(first, first + self.plan.experiments))
        rows = (
            (key, self.workspace.id, number + i, f"bench-{number + i}", "", "", "active",
             self.plan.runs + 1, self.now_ms, self.now_ms)
            for i, key in enumerate(self.experiment_ids)
        )  # fmt: skip
        load(
            "runs_experiment",
            "id workspace_id number name description artifact_location lifecycle next_run_number"
            " created_ms updated_ms",
            rows,
        )
        self.workspace.next_experiment_number = number + self.plan.experiments
        self.workspace.save()
        self.homes = [self.experiment_ids[i % len(self.experiment_ids)] for i in self.run_ids]

    def _write_runs(self) -> None:
        n, rng = self.plan.runs, self.rng
        statuses = rng.choice(STATUSES, n, p=SHARES).tolist()
        started = (self.now_ms - 90 * DAY_MS + np.sort(rng.integers(0, 90 * DAY_MS, n))).tolist()
        lengths = rng.integers(1000, 7_200_000, n).tolist()
        users = rng.integers(0, 20, n).tolist()
        lifecycles = np.where(rng.random(n) < 0.02, "archived", "active").tolist()
        is_child = rng.random(n) < self.plan.children
        step = self.plan.experiments
        parents = {}
        for i in np.flatnonzero(is_child).tolist():
            home = i - step
            if home >= 0:
                parents[i] = parents.get(home, self.run_ids[home])
        rows = (
            (self.run_ids[i], self.workspace.id, self.homes[i], f"{self.run_ids[i]:032x}", i + 1,
             f"run-{i * 7919 % n}", "script" if i % 3 else "external", statuses[i], "",
             lifecycles[i], parents.get(i), parents.get(i), f"user-{users[i]}",
             "gpu" if i % 4 else "", "", "", "{}",
             None if statuses[i] == "Queued" else started[i],
             None if statuses[i] in ("Running", "Queued") else started[i] + lengths[i],
             started[i], started[i] + lengths[i])
            for i in range(n)
        )  # fmt: skip
        load(
            "runs_run",
            "id workspace_id experiment_id run_id number name kind status status_reason lifecycle"
            " parent_id root_id submitted_by target description error source started_ms ended_ms"
            " created_ms updated_ms",
            rows,
        )

    def _write_params(self) -> None:
        rng = np.random.default_rng(self.plan.seed + 1)
        rates = np.round(10 ** rng.uniform(-5, -1, self.plan.runs), 6).tolist()
        picks = rng.integers(0, 1 << 30, self.plan.runs).tolist()

        def rows(key: int) -> Iterator[tuple[Any, ...]]:
            for run, home, rate, pick in zip(self.run_ids, self.homes, rates, picks, strict=True):
                for name, (value, number) in self._params(rate, pick):
                    yield key, run, home, name, value, number
                    key += 1

        load("runs_param", "id run_id experiment_id key value number", rows(next_id("runs_param")))

    def _params(self, rate: float, pick: int) -> list[tuple[str, tuple[str, float | None]]]:
        values = (
            number(rate), text(WORDS[pick % 3]), number(2 ** (4 + pick % 5)), number(pick),
            text(f"model-{pick % 20}"), number(pick % 10 / 10), number(pick % 48),
            text("imagenet"), text("true" if pick % 2 else "false"), text(f"note {pick:x}"),
        )  # fmt: skip
        pairs = list(zip(PARAMS, values, strict=True))[: self.plan.params]
        more = range(len(PARAMS), self.plan.params)
        return pairs + [(f"param-{i}", number(pick % (i + 1))) for i in more]

    def _write_tags(self) -> None:
        picks = self.rng.integers(0, 10_000, self.plan.runs).tolist()

        def rows(key: int) -> Iterator[tuple[Any, ...]]:
            for run, home, pick in zip(self.run_ids, self.homes, picks, strict=True):
                tags = {"team": f"team-{pick % 5}"}
                if pick % 10 == 0:
                    tags["quality"] = "great run" if pick % 20 else "poor"
                if pick < 5:
                    tags["rare"] = "yes"
                for name, value in tags.items():
                    yield key, run, home, name, value
                    key += 1

        load("runs_runtag", "id run_id experiment_id key value", rows(next_id("runs_runtag")))

    def _write_metrics(self) -> None:
        names = self._names()
        first = next_id("runs_metric")
        keys: dict[tuple[int, str], int] = {}
        for home in self.experiment_ids:
            for name in names:
                keys[home, name] = first + len(keys)
        rows = ((key, home, name, "") for (home, name), key in keys.items())
        load("runs_metric", "id experiment_id key column", rows)
        _SeriesWriter(self, keys, names).write()

    def _names(self) -> list[str]:
        common = [METRICS[i] if i < len(METRICS) else f"m{i}" for i in range(self.plan.metrics)]
        sections = ("train", "val", "layer", "grad", "system")
        more = (f"{sections[i % 5]}/metric-{i:05}" for i in range(self.plan.metric_names))
        return [*common, *more]

    def _count_numbers(self) -> None:
        for table in ("experiment", "run", "param", "runtag", "metric", "series"):
            reset_sequence(f"runs_{table}")


class _SeriesWriter:
    """The summed-up rows of all series and, where asked for, their points."""

    def __init__(self, filler: _Filler, keys: dict[tuple[int, str], int], names: list[str]) -> None:
        self.filler, self.keys, self.names = filler, keys, names
        self.plan = filler.plan
        self.rng = np.random.default_rng(self.plan.seed + 2)

    def write(self) -> None:
        load(
            "runs_series",
            "id run_id metric_id n nan_count first first_step first_ms last last_step last_ms"
            " min min_step max max_step sum ordered",
            self._rows(next_id("runs_series"))
            if self.plan.points < 2
            else self._rows_with_points(),
        )

    def _pairs(self) -> Iterator[tuple[int, int]]:
        """Every run with each of its metrics' keys. One run in ten lacks the third metric."""
        plan, common = self.plan, self.names[: self.plan.metrics]
        others = self.names[self.plan.metrics :]
        for i, (run, home) in enumerate(zip(self.filler.run_ids, self.filler.homes, strict=True)):
            for j, name in enumerate(common):
                if j != 2 or i % 10:
                    yield run, self.keys[home, name]
            for j in range(min(plan.names_each, len(others))):
                yield run, self.keys[home, others[(i * plan.names_each + j) % len(others)]]

    def _rows(self, key: int) -> Iterator[tuple[Any, ...]]:
        now = self.filler.now_ms
        values = batches(lambda size: self.rng.random((size, 3)).tolist())
        for (run, metric), (low, high, spread) in zip(self._pairs(), values, strict=False):
            top = high + 1
            last = None if spread < 0.01 else low + (top - low) * spread
            yield (key, run, metric, 100, 1 if last is None else 0, top, 0, now, last, 99, now,
                   low, 50, top, 0, 100 * (low + top) / 2, True)  # fmt: skip
            key += 1

    def _rows_with_points(self) -> list[tuple[Any, ...]]:
        from runs.metrics.database import open_cursor
        from runs.metrics.points import make_points
        from runs.metrics.segments import SegmentWriter

        rows, first = [], next_id("runs_series")
        n, now = self.plan.points, self.filler.now_ms
        steps, times = list(range(n)), [now + 10 * i for i in range(n)]
        segments: list[tuple[int, Any]] = []
        for key, (run, metric) in enumerate(self._pairs(), first):
            value = np.exp(-np.arange(n) / n * 3) + self.rng.normal(0, 0.05, n)
            low, high = int(value.argmin()), int(value.argmax())
            rows.append(
                (key, run, metric, n, 0, float(value[0]), 0, now, float(value[-1]), n - 1,
                 times[-1], float(value[low]), low, float(value[high]), high, float(value.sum()),
                 True)
            )  # fmt: skip
            segments.append((key, make_points(steps, times, value.tolist())))
        load_segments(open_cursor, SegmentWriter, segments)
        return rows


def load_segments(open_cursor: Any, writer: Any, series: Sequence[tuple[int, Any]]) -> None:
    """Pack the points as the metrics room does, some series at a time."""
    for start in range(0, len(series), 50):
        with open_cursor() as cursor:
            segments = writer(cursor)
            for key, points in series[start : start + 50]:
                segments.append(key, 0, points)
            segments.flush()


def number(value: float) -> tuple[str, float]:
    return f"{value:g}" if isinstance(value, float) else str(value), float(f"{value:g}")


def text(value: str) -> tuple[str, None]:
    return value, None


def batches(make: Any, size: int = 10_000) -> Iterator[Any]:
    while True:
        yield from make(size)


def next_id(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}")
        return cursor.fetchone()[0]


def reset_sequence(table: str) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}"
            )


def load(table: str, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows the fastest way the database has: COPY on PostgreSQL, executemany on SQLite."""
    from django.db import connection

    names = columns.split()
    quoted = ", ".join(f'"{name}"' for name in names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(names))
            raw = connection.connection
            raw.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for field in fields(Plan):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}", type=field.type, default=field.default
        )
    plan = Plan(**vars(parser.parse_args()))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    begun = time.monotonic()
    experiments = fill(plan)
    print(f"{plan.runs:,} runs in {len(experiments)} experiments: {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    main()
