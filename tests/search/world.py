"""A few hundred random runs in the tables, and the same runs as plain Python objects.

Values come from small pools, so that equal, missing, NaN, infinite and text values are frequent.
"""

import math
import random
from dataclasses import dataclass, field

from django.db import connection

from runs.metrics.models import Metric, Series, TextValue
from runs.tracking.models import (
    Experiment,
    Lifecycle,
    Param,
    Property,
    Run,
    RunKind,
    RunTag,
)
from runs.tracking.notes import read_finite
from runs.tracking.run_names import natural_order
from runs.tracking.statuses import Status
from runs.workspaces.models import Workspace
from tests.factories import make_experiment, make_workspace

NOW_MS = 1_700_000_000_000
LONG = "x" * 200
NUMBERS = [-math.inf, -1.5, -0.0, 0.0, 0.1, 0.25, 1.0, 3.0, 1e-200, 1e300, math.inf, None]
TEXTS = ["0.1", "0.10", "1e-1", "-3", "1.0", "auto", "Auto", "", "é", "É", "a_b", "a%b", "a*b",
         "true", "False", "[x]", "line\nbreak", LONG, LONG + "a", LONG + "b"]  # fmt: skip
KEYS = ["lr", "opt", "a b", "x.y", "loss.min"]
METRICS = [("loss", ""), ("acc", ""), ("loss.min", ""), ("sine", "angle"), ("word", "")]
USERS = ["ann", "bob", ""]
TARGETS = ["gpu", "cpu", ""]


@dataclass
class Summed:
    """What a series row says; None is NaN."""

    last: float | None
    first: float | None
    min: float | None
    max: float | None
    n: int
    nan_count: int
    sum: float | None

    @property
    def mean(self) -> float | None:
        if self.sum is None:
            return None
        return self.sum / (self.n - self.nan_count)


@dataclass
class PlainRun:
    """A run and all that is written beside it."""

    row: Run
    experiment: str
    parent: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str | None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    metrics: dict[tuple[str, str], Summed] = field(default_factory=dict)
    texts: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)


@dataclass
class World:
    """All runs of a workspace, deleted and archived ones too."""

    workspace: Workspace
    experiments: list[Experiment]
    runs: list[PlainRun]

    def by_id(self) -> dict[int, PlainRun]:
        return {run.row.id: run for run in self.runs}


def make_world(seed: int = 1, runs: int = 240) -> World:
    """Write random runs into three experiments of the default workspace, and one elsewhere."""
    rng = random.Random(seed)
    elsewhere = make_experiment("elsewhere", make_workspace("other"))
    experiments = [make_experiment(name) for name in ("alpha", "beta/one", "beta/two")]
    world = World(experiments[0].workspace, experiments, [])
    plain = [make_plain(rng, rng.choice(experiments), i) for i in range(runs)]
    stranger = make_plain(rng, elsewhere, runs)
    Run.objects.bulk_create([one.row for one in [*plain, stranger]])
    give_parents(rng, plain)
    write_notes([*plain, stranger])
    write_metrics([*plain, stranger], [*experiments, elsewhere])
    note_sizes()
    world.runs = plain
    return world


def note_sizes() -> None:
    """Let PostgreSQL look at the rows, as it does by itself after a while: it would take the tables
    for as large as they once were, with all that other tests have rolled back."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def make_plain(rng: random.Random, experiment: Experiment, index: int) -> PlainRun:
    status = rng.choice(list(Status))
    started = rng.choice([None, *(NOW_MS - rng.randrange(5) * 3_600_000 for _ in range(4))])
    ended = None if started is None or rng.random() < 0.4 else started + rng.randrange(4) * 60_000
    name = rng.choice(["one", "two", "Two", "ünï", "v1.10", "v1.9", "v01.9", f"run-{index}"])
    row = Run(
        workspace=experiment.workspace,
        experiment=experiment,
        run_id=f"{rng.getrandbits(32):08x}{index}",
        number=index + 1,
        name=name,
        name_order=natural_order(name),
        kind=rng.choice(RunKind.values),
        status=status.value,
        status_reason=rng.choice(["", "preempted"]),
        lifecycle=rng.choices(list(Lifecycle), [8, 1, 1])[0].value,
        submitted_by=rng.choice(USERS),
        target=rng.choice(TARGETS),
        description=rng.choice(["", "a baseline", "Baseline"]),
        error=rng.choice(["", "CUDA out of memory"]),
        started_ms=started,
        ended_ms=ended,
        created_ms=NOW_MS - rng.randrange(6) * 86_400_000,
        updated_ms=NOW_MS,
    )
    plain = PlainRun(row, experiment.name)
    for key in KEYS:
        if rng.random() < 0.7:
            plain.params[key] = rng.choice(TEXTS)
        if rng.random() < 0.4:
            plain.tags[key] = rng.choice([*TEXTS, None])
        if rng.random() < 0.3:
            plain.properties[key] = rng.choice(TEXTS)
    for name in METRICS:
        if rng.random() < 0.7:
            plain.metrics[name] = make_summed(rng)
    if rng.random() < 0.4:
        plain.texts["word", ""] = [(step, rng.choice(TEXTS)) for step in range(rng.randrange(1, 4))]
        plain.metrics.pop(("word", ""), None)
    return plain


def make_summed(rng: random.Random) -> Summed:
    numbers = sorted(n for n in rng.choices(NUMBERS, k=rng.randrange(1, 4)) if n is not None)
    nan_count = rng.randrange(2) if numbers else 1
    total = math.fsum(numbers) if numbers and not {-math.inf, math.inf} <= set(numbers) else None
    return Summed(
        last=rng.choice([*numbers, None]) if nan_count else rng.choice(numbers),
        first=rng.choice([*numbers, None]) if nan_count else rng.choice(numbers),
        min=numbers[0] if numbers else None,
        max=numbers[-1] if numbers else None,
        n=len(numbers) + nan_count,
        nan_count=nan_count,
        sum=total,
    )


def give_parents(rng: random.Random, runs: list[PlainRun]) -> None:
    for index, run in enumerate(runs):
        parent = rng.choice(runs[:index]) if index and rng.random() < 0.3 else None
        if parent and parent.row.experiment_id == run.row.experiment_id:
            run.parent = parent.row.run_id
            run.row.parent_id = parent.row.id
            run.row.root_id = parent.row.root_id or parent.row.id
    Run.objects.bulk_update([run.row for run in runs], ["parent", "root"])


def write_notes(runs: list[PlainRun]) -> None:
    for model, name in ((Param, "params"), (RunTag, "tags"), (Property, "properties")):
        model.objects.bulk_create(
            model(
                run=run.row,
                experiment_id=run.row.experiment_id,
                key=key,
                value=value,
                **({"number": read_finite(value)} if model is Param else {}),
            )
            for run in runs
            for key, value in getattr(run, name).items()
        )


def write_metrics(runs: list[PlainRun], experiments: list[Experiment]) -> None:
    metrics = {
        (home.id, *name): Metric.objects.create(experiment=home, key=name[0], column=name[1])
        for home in experiments
        for name in METRICS
    }
    Series.objects.bulk_create(
        Series(
            run=run.row,
            metric=metrics[run.row.experiment_id, *name],
            first_step=0,
            first_ms=0,
            last_step=1,
            last_ms=1,
            **vars(summed),
        )
        for run in runs
        for name, summed in run.metrics.items()
    )
    TextValue.objects.bulk_create(
        TextValue(run=run.row, metric=metrics[run.row.experiment_id, *name], step=step, ms=0,
                  value=value)
        for run in runs
        for name, values in run.texts.items()
        for step, value in values
    )  # fmt: skip
