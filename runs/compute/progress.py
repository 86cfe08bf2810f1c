"""How far a run is and when it ends, where its total is known.

A script gives its total by a parameter such as `epochs` or `max_steps`, or by the tag
`total_steps`; the last step of its metrics says how far it is. For a script without a total, the
durations of its earlier runs count.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max

from runs.compute.models import Job
from runs.compute.past_durations import PastDurations
from runs.compute.sampling import median
from runs.metrics.meanings import SYSTEM
from runs.metrics.models import Series
from runs.tracking.clock import now_ms
from runs.tracking.models import Param, RunTag
from runs.tracking.statuses import Status

TOTAL_TAG = "total_steps"
EPOCHS = ("epochs", "num_epochs", "n_epochs", "max_epochs", "num_train_epochs", "total_epochs")
STEPS = ("max_steps", "total_steps", "num_steps", "n_steps", "steps", "max_iter", "iterations")
LEAST_RUNS = 3
# The expected end is rounded to these, so that it does not change with every request.
FINE_MS, COARSE_MS, NEAR_MS = 2_000, 30_000, 120_000


@dataclass(frozen=True)
class Progress:
    """`done` is a part of 1. `unit` and the two counts are empty where only durations are known."""

    done: float
    ends_ms: int | None
    unit: str = ""
    at: int = 0
    total: int = 0

    @property
    def percent(self) -> int:
        """How much is done, for a bar."""
        return round(self.done * 100)


def read_progress(jobs: Sequence[Job], past: PastDurations) -> dict[int, Progress]:
    """Return by run how far the running jobs are; those of which nothing is known are left out.
    Three queries."""
    running = {job.pk: job for job in jobs if job.run.status == Status.RUNNING}
    if not running:
        return {}
    totals, now = _read_totals(list(running)), now_ms()
    steps = _read_steps(list(totals))
    found = {}
    for pk, job in running.items():
        unit, total = totals.get(pk, ("", 0))
        progress = None
        if 0 < steps.get(pk, 0) <= total:
            progress = _by_steps(job, unit, steps[pk], total, now)
        if progress := progress or _by_durations(job, past.like(job), now):
            found[pk] = progress
    return found


def _read_totals(runs: list[int]) -> dict[int, tuple[str, int]]:
    """Return by run the unit and the number of its steps; what names epochs counts before steps."""
    rows = Param.objects.filter(run__in=runs, key__in=EPOCHS + STEPS)
    told = list(rows.values_list("run", "key", "value"))
    told.sort(key=lambda row: row[1] in EPOCHS)
    tags = RunTag.objects.filter(run__in=runs, key=TOTAL_TAG)
    told += list(tags.values_list("run", "key", "value"))
    return {
        run: ("epoch" if key in EPOCHS else "step", int(value))
        for run, key, value in told
        if value and value.isascii() and value.isdigit() and 0 < int(value[:18]) < 10**15
    }


def _read_steps(runs: list[int]) -> dict[int, int]:
    """Return by run how many steps its metrics have, those of the machine left out."""
    series = Series.objects.filter(run__in=runs).exclude(metric__key__startswith=SYSTEM)
    rows = series.values("run").annotate(last=Max("last_step"))
    return {row["run"]: row["last"] for row in rows}


def _by_steps(job: Job, unit: str, at: int, total: int, now: int) -> Progress:
    begun = job.run.started_ms
    ends = None
    if begun is not None and at < total:
        ends = _rounded(now + (now - begun) * (total - at) / at, now)
    return Progress(at / total, ends, unit, at, total)


def _by_durations(job: Job, durations: list[float], now: int) -> Progress | None:
    usual, begun = median(durations), job.run.started_ms
    if usual is None or begun is None or len(durations) < LEAST_RUNS:
        return None
    passed = (now - begun) / 1000
    if passed >= usual:
        return None
    # In twentieths, so that the page changes only now and then.
    done = int(passed / usual * 20) / 20
    return Progress(done, _rounded(begun + usual * 1000, now))


def _rounded(ms: float, now: int) -> int:
    step = FINE_MS if ms - now < NEAR_MS else COARSE_MS
    return round(ms / step) * step
