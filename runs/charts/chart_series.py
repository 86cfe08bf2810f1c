"""What a chart asks for, the series that it draws, and what a curve of it is."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import F
from numpy.typing import NDArray

from runs.metrics.dotted_names import NAME_OF_SERIES, name_metric, possible_keys
from runs.metrics.models import Series
from runs.tracking.errors import InvalidValue
from runs.tracking.queries import runs_named
from runs.tracking.texts import is_storable

Floats = NDArray[np.float64]
AXES = ("step", "time", "wall", "index")
MOST_RUNS = 1000
MOST_KEYS = 200


@dataclass(frozen=True)
class Wanted:
    """What a chart asks for.

    `keys` name metrics, or columns of those logged in rows or as tables, as `<key>.<column>`. `x`
    is "step", "wall" (ms since the epoch), "time" (seconds since the run's start), "index", or one
    of such names as `metrics.<name>`. `low` and `high` are in the unit of x. `most`: of the runs
    that have a series, only so many, the first ones.
    """

    run_ids: Sequence[str]
    keys: Sequence[str]
    x: str = "step"
    low: float | None = None
    high: float | None = None
    pixels: int = 1000
    most: int = MOST_RUNS


@dataclass(frozen=True)
class ChartSeries:
    """A series a chart draws: whose, under which name, how long, and when its run began.

    `table` is the key of the metric that it is a column of, "" for a metric without columns.
    """

    id: int
    run_id: str
    key: str
    table: str
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


def find_series(workspace_id: int, wanted: Wanted) -> list[ChartSeries]:
    """Return the series there are, in the order of the runs and keys asked for. Two queries.

    Of several that a run has under one name, that with the longest key counts. Raises InvalidValue
    for an unknown x axis or too many runs or metrics.
    """
    check_wanted(wanted)
    runs = runs_named(workspace_id, wanted.run_ids)
    found = {
        pk: (run_id, begin) for pk, run_id, begin in runs.values_list("id", "run_id", "started_ms")
    }
    names = [name for name in wanted.keys if is_storable(name)]
    rows = Series.objects.alias(name=NAME_OF_SERIES).filter(
        run__in=found,
        metric__experiment=F("run__experiment"),
        metric__key__in=possible_keys(names),
        name__in=names,
    )
    heads: dict[tuple[str, str], ChartSeries] = {}
    fields = ("id", "run", "metric__key", "metric__column", "n", "first_ms")
    for pk, run, key, column, n, first_ms in sorted(
        rows.values_list(*fields), key=lambda row: len(row[2])
    ):
        run_id, begin = found[run]
        begin = first_ms if begin is None else begin
        name, table = name_metric(key, column), key if column else ""
        heads[run_id, name] = ChartSeries(pk, run_id, name, table, n, begin)
    having = {head.run_id for head in heads.values()}
    drawn = [run_id for run_id in wanted.run_ids if run_id in having][: wanted.most]
    place = {run_id: i for i, run_id in enumerate(drawn)}
    order = {key: i for i, key in enumerate(wanted.keys)}
    kept = [head for head in heads.values() if head.run_id in place]
    return sorted(kept, key=lambda head: (order[head.key], place[head.run_id]))


def check_wanted(wanted: Wanted) -> None:
    if wanted.x not in AXES and not wanted.x.startswith("metrics."):
        told = f"x is {', '.join(AXES)}, metrics.<name> or metrics.<name>.<column>"
        raise InvalidValue(f"{told}, not {wanted.x!r}.")
    if len(wanted.run_ids) > MOST_RUNS:
        raise InvalidValue(f"A chart draws at most {MOST_RUNS} runs.")
    if len(wanted.keys) > MOST_KEYS:
        raise InvalidValue(f"A chart draws at most {MOST_KEYS} metrics.")


def series_stamp(heads: Sequence[ChartSeries], wanted: Wanted) -> str:
    """Return a text that changes when points are added; points never change."""
    told = repr([(head.id, head.n) for head in heads]) + repr(wanted)
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
