"""Curves over a logged metric instead of a step or a time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from runs.charts.chart_series import ChartSeries, Floats, RunCurve, Wanted, find_series
from runs.metrics.downsampling import choose, split_numbers
from runs.metrics.queries import downsample, pair_rows, values_at_steps

# The series that is drawn, and the one that is its x axis.
Pair = tuple[ChartSeries, ChartSeries]


def read_against_metric(
    workspace_id: int, heads: Sequence[ChartSeries], wanted: Wanted
) -> list[RunCurve]:
    """Draw metrics over another one: columns of one table row by row, others where both were
    logged at the same step."""
    x_key = wanted.x.removeprefix("metrics.")
    found = find_series(workspace_id, Wanted(wanted.run_ids, [x_key], pixels=1))
    x_heads = {head.run_id: head for head in found}
    pairs = [(head, x_heads[head.run_id]) for head in heads if head.run_id in x_heads]
    in_rows = [(y, x) for y, x in pairs if y.table and y.table == x.table]
    at_steps = [(y, x) for y, x in pairs if not y.table or y.table != x.table]
    curves = read_by_row(in_rows, wanted) | read_at_steps(at_steps, wanted)
    return [curves[y.id] for y, _ in pairs if y.id in curves]


def read_by_row(pairs: Sequence[Pair], wanted: Wanted) -> dict[int, RunCurve]:
    """Draw columns of tables over others of the same tables; by the series of y."""
    heads = {y.id: y for y, _ in pairs}
    found = pair_rows({y.id: x.id for y, x in pairs}) if pairs else ()
    return {
        rows.series_id: draw_rows(heads[rows.series_id], rows.x, rows.y, wanted) for rows in found
    }


def draw_rows(head: ChartSeries, x: Floats, y: Floats, wanted: Wanted) -> RunCurve:
    """Draw the rows in the range by x; rows with the same x keep their order. A table whose x falls
    from row to row, such as precision over recall, is reversed first."""
    keep = np.isfinite(x)
    if wanted.low is not None and wanted.high is not None:
        keep &= (x >= wanted.low) & (x <= wanted.high)
    x, y = x[keep], y[keep]
    if len(x) and (x[1:] <= x[:-1]).all():
        x, y = x[::-1], y[::-1]
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    if len(x) > wanted.pixels:
        chosen = choose(x, y, split_numbers(x[0], x[-1], max(2, wanted.pixels) // 2))
        x, y = x[chosen], y[chosen]
    return RunCurve(head.run_id, head.key, x, y, int(keep.sum()))


def read_at_steps(pairs: Sequence[Pair], wanted: Wanted) -> dict[int, RunCurve]:
    """Draw metrics over others at the same steps; by the series of y."""
    if not pairs:
        return {}
    curves = downsample(series_ids=[y.id for y, _ in pairs], pixels=wanted.pixels, axis="step")
    asked = {x.id: np.array([], np.int64) for _, x in pairs}
    for (_, x), curve in zip(pairs, curves, strict=True):
        asked[x.id] = np.union1d(asked[x.id], curve.step)
    found = values_at_steps(asked)
    return {
        y.id: pair_up(y, curve.step, curve.value, asked[x.id], found[x.id], wanted)
        for (y, x), curve in zip(pairs, curves, strict=True)
    }


def pair_up(
    head: ChartSeries,
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
