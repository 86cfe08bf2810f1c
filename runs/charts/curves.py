"""Curves of many runs and metrics for one chart."""

from collections.abc import Sequence

from runs.charts.chart_series import ChartSeries, RunCurve, Wanted
from runs.charts.metric_axes import read_against_metric
from runs.metrics.queries import downsample


def read_curves(workspace_id: int, heads: Sequence[ChartSeries], wanted: Wanted) -> list[RunCurve]:
    """Return the curves of `heads`. The number of queries does not depend on how many they are."""
    if wanted.x == "time":
        return read_relative(heads, wanted)
    if wanted.x.startswith("metrics."):
        return read_against_metric(workspace_id, heads, wanted)
    axis = "ms" if wanted.x == "wall" else wanted.x
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
            {"step": curve.step, "ms": curve.ms, "index": curve.index}[axis],
            curve.value,
            curve.total,
        )
        for curve in curves
    ]


def whole(edge: float | None) -> int | None:
    return None if edge is None else round(edge)


def read_relative(heads: Sequence[ChartSeries], wanted: Wanted) -> list[RunCurve]:
    """Draw metrics over the seconds since the start of their run."""
    curves = downsample(
        series_ids=[head.id for head in heads],
        low=None if wanted.low is None else round(wanted.low * 1000),
        high=None if wanted.high is None else round(wanted.high * 1000),
        pixels=wanted.pixels,
        axis="ms",
        origins={head.id: head.begin_ms for head in heads},
    )
    by_id = {head.id: head for head in heads}
    drawn = []
    for curve in curves:
        head = by_id[curve.series_id]
        seconds = (curve.ms - head.begin_ms) / 1000
        drawn.append(RunCurve(head.run_id, head.key, seconds, curve.value, curve.total))
    return drawn
