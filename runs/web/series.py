"""The points of charts, as JSON with typed arrays that Plotly takes as they are."""

import base64
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse
from numpy.typing import NDArray

from runs.charts.chart_series import MOST_RUNS, RunCurve, Wanted, find_series, series_stamp
from runs.charts.curves import read_curves
from runs.http.query import read_list, read_whole
from runs.tracking.errors import InvalidValue
from runs.web.gate import page
from runs.web.json_answers import as_json
from runs.workspaces.permissions import Action

INT32 = np.iinfo(np.int32)
MOST_PIXELS = 8000


@page(Action.RUN_READ)
def series(request: HttpRequest) -> HttpResponse:
    """`?runs=a,b&key=loss&key=acc&x=step&range=low,high&px=800`; 204 when `since` still holds.

    A column of a table is `key=roc.tpr`, `x=metrics.roc.fpr`. `most=10`: only the first ten of the
    runs that have data.

    The answer is `{"stamp", "curves": [{"run", "key", "total", "x": {dtype, bdata}, "y": …}]}`.
    """
    wanted = read_wanted(request)
    heads = find_series(request.workspace.id, wanted)
    stamp = series_stamp(heads, wanted)
    if request.GET.get("since") == stamp:
        return HttpResponse(status=204)
    curves = read_curves(request.workspace.id, heads, wanted)
    return as_json({"stamp": stamp, "curves": [describe(curve) for curve in curves]})


def read_wanted(request: HttpRequest) -> Wanted:
    query = request.GET
    low, high = read_range(query.get("range", ""))
    return Wanted(
        run_ids=read_list(query, "runs"),
        keys=list(dict.fromkeys(query.getlist("key"))),
        x=query.get("x", "step"),
        low=low,
        high=high,
        pixels=read_whole(query, "px", default=1000, low=1, high=MOST_PIXELS),
        most=read_whole(query, "most", default=MOST_RUNS, low=1, high=MOST_RUNS),
    )


def read_range(text: str) -> tuple[float | None, float | None]:
    if not text:
        return None, None
    try:
        low, high = (float(edge) for edge in text.split(","))
    except ValueError:
        raise InvalidValue("range is two numbers: low,high.") from None
    if not low <= high or not abs(low) + abs(high) < float("inf"):
        raise InvalidValue("range is two finite numbers, the lower one first.")
    return low, high


def describe(curve: RunCurve) -> dict[str, Any]:
    return {
        "run": curve.run_id,
        "key": curve.key,
        "total": curve.total,
        "x": pack(curve.x),
        "y": pack(curve.y),
    }


def pack(array: NDArray[Any]) -> dict[str, str]:
    """A typed array of the wire: int32 where it fits, else float64 (no 64-bit integers there)."""
    dtype = "f8"
    if array.dtype.kind == "i" and (
        array.size == 0 or (array.min() >= INT32.min and array.max() <= INT32.max)
    ):
        dtype = "i4"
    data = np.ascontiguousarray(array, dtype=f"<{dtype}").tobytes()
    return {"dtype": dtype, "bdata": base64.b64encode(data).decode()}
