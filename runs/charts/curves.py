"""Curves of many runs and metrics for one chart."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from django.db.models import F
from numpy.typing import NDArray

from runs.metrics.models import Series
from runs.metrics.queries import downsample, values_at_steps
from runs.tracking.errors import InvalidValue
from runs.tracking.queries import runs_named

Floats = NDArray[np.float64]
XAxis = Literal["step", "time", "wall", "index"]
AXES = ("step", "time", "wall", "index")
MOST_RUNS = 1000
MOST_KEYS = 200


@dataclass(frozen=True)
class Wanted:
    """What a chart asks for.

    `x` is "step", "wall" (ms since the epoch), "time" (seconds since the run's start), "index", or
    the name of a metric as `metrics.<key>`. `low` and `high` are in the unit of x.
    """

    run_ids: Sequence[str]
    keys: Sequence[str]
    x: str = "step"
    low: float | None = None
    high: float | None = None
    pixels: int = 1000


@dataclass(frozen=True)
class SeriesHead:
    """A series a chart draws: whose, of which metric, how long, and when its run began."""

    id: int
    run_id: str
    key: str
    n: int
    begin_ms: int


@dataclass(frozen=True, eq=False)
class RunCurve:
    """The points of one run and metric to draw, x ascending; `total` are in the range."""

    run_id: str
    key: str
    x: NDArray[np.int64] | Floats
    y: Floats
    total: int


def find_series(workspace_id: int, wanted: Wanted) -> list[SeriesHead]:
    """Return the series there are, in the order of the runs and keys asked for. Two queries.

    Raises InvalidValue for an unknown x axis or too many runs or metrics.
    """
    check_wanted(wanted)
    runs = runs_named(workspace_id, wanted.run_ids)
    found = {
        pk: (run_id, begin) for pk, run_id, begin in runs.values_list("id", "run_id", "started_ms")
    }
    rows = Series.objects.filter(
        run__in=found,
        metric__experiment=F("run__experiment"),
        metric__key__in=wanted.keys,
        metric__column="",
    )
    heads = [
        SeriesHead(pk, found[run][0], key, n, first_ms if found[run][1] is None else found[run][1])
        for pk, run, key, n, first_ms in rows.values_list(
            "id", "run", "metric__key", "n", "first_ms"
        )
    ]
    place = {run_id: i for i, run_id in enumerate(wanted.run_ids)}
    order = {key: i for i, key in enumerate(wanted.keys)}
    return sorted(heads, key=lambda head: (order[head.key], place[head.run_id]))


def check_wanted(wanted: Wanted) -> None:
    if wanted.x not in AXES and not wanted.x.startswith("metrics."):
        raise InvalidValue(f"x is {', '.join(AXES)} or metrics.<name>, not {wanted.x!r}.")
    if len(wanted.run_ids) > MOST_RUNS:
        raise InvalidValue(f"A chart draws at most {MOST_RUNS} runs.")
    if len(wanted.keys) > MOST_KEYS:
        raise InvalidValue(f"A chart draws at most {MOST_KEYS} metrics.")


def stamp_of(heads: Sequence[SeriesHead], wanted: Wanted) -> str:
    """A text that changes when the chart would: points are only ever added."""
    told = repr([(head.id, head.n) for head in heads]) + repr(wanted)
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def read_curves(workspace_id: int, heads: Sequence[SeriesHead], wanted: Wanted) -> list[RunCurve]:
    """Return the curves of `heads`. The number of queries does not depend on how many they are."""
    if wanted.x == "time":
        return read_relative(heads, wanted)
    if wanted.x.startswith("metrics."):
        return read_against_metric(workspace_id, heads, wanted)
    axis = "time" if wanted.x == "wall" else wanted.x
    curves = downsample(
        series_ids=[head.id for head in heads],
        low=whole(wanted.low),
        high=whole(wanted.high),
        pixels=wanted.pixels,
        axis=axis,
    )
    by_id = {head.id: head for head in heads}
    return [
        RunCurve(
            by_id[curve.series_id].run_id,
            by_id[curve.series_id].key,
            {"step": curve.step, "time": curve.ms, "index": curve.index}[axis],
            curve.value,
            curve.total,
        )
        for curve in curves
    ]


def whole(edge: float | None) -> int | None:
    return None if edge is None else round(edge)


def read_relative(heads: Sequence[SeriesHead], wanted: Wanted) -> list[RunCurve]:
    """Draw metrics over the seconds since the start of their run."""
    curves = downsample(
        series_ids=[head.id for head in heads],
        low=None if wanted.low is None else round(wanted.low * 1000),
        high=None if wanted.high is None else round(wanted.high * 1000),
        pixels=wanted.pixels,
        axis="time",
        origins={head.id: head.begin_ms for head in heads},
    )
    by_id = {head.id: head for head in heads}
    drawn = []
    for curve in curves:
        head = by_id[curve.series_id]
        seconds = (curve.ms - head.begin_ms) / 1000
        drawn.append(RunCurve(head.run_id, head.key, seconds, curve.value, curve.total))
    return drawn


def read_against_metric(
    workspace_id: int, heads: Sequence[SeriesHead], wanted: Wanted
) -> list[RunCurve]:
    """Draw metrics over another one: both at the same step, where both were logged there."""
    x_key = wanted.x.removeprefix("metrics.")
    x_heads = {
        head.run_id: head.id
        for head in find_series(workspace_id, Wanted(wanted.run_ids, [x_key], pixels=1))
    }
    paired = [head for head in heads if head.run_id in x_heads]
    curves = downsample(series_ids=[head.id for head in paired], pixels=wanted.pixels, axis="step")
    asked = {x_heads[head.run_id]: np.array([], np.int64) for head in paired}
    for head, curve in zip(paired, curves, strict=True):
        series = x_heads[head.run_id]
        asked[series] = np.union1d(asked[series], curve.step)
    found = values_at_steps(asked)
    return [
        pair_up(
            head,
            curve.step,
            curve.value,
            asked[x_heads[head.run_id]],
            found[x_heads[head.run_id]],
            wanted,
        )
        for head, curve in zip(paired, curves, strict=True)
    ]


def pair_up(
    head: SeriesHead,
    steps: NDArray[np.int64],
    y: Floats,
    x_steps: NDArray[np.int64],
    x_values: Floats,
    wanted: Wanted,
) -> RunCurve:
    x = x_values[np.searchsorted(x_steps, steps)]
    keep = ~np.isnan(x)
    if wanted.low is not None and wanted.high is not None:
        keep &= (x >= wanted.low) & (x <= wanted.high)
    order = np.argsort(x[keep], kind="stable")
    return RunCurve(head.run_id, head.key, x[keep][order], y[keep][order], int(keep.sum()))
