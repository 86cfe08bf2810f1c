"""The endpoints of whole metric histories."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from django.http.response import HttpResponseBase

from runs.http.cursors import write_cursor
from runs.http.streaming import Streamed
from runs.metrics.points import Points
from runs.metrics.queries import (
    PLACE,
    History,
    find_series_ids,
    read_history,
    read_points,
    resolve_run,
)
from runs.mlflow_api import messages
from runs.mlflow_api.encoding import answer, encode, encode_double
from runs.mlflow_api.endpoint import GET, Call, endpoint
from runs.mlflow_api.errors import INVALID, ProtocolError
from runs.mlflow_api.limits import check_max_results
from runs.mlflow_api.sampling import choose_steps, thin_out
from runs.mlflow_api.tokens import read_token
from runs.tracking.errors import NotFound
from runs.workspaces.permissions import Action

MAX_RUNS = 100
MAX_BULK, MAX_INTERVAL = 25_000, 2500
MAX_PAGE = 1_000_000
# A history asked for in one piece is read and sent in parts of this many points.
PART = 250_000


class Point(msgspec.Struct):
    """A point as the protocol writes it."""

    key: str
    value: float | str
    timestamp: int
    step: int


class RunPoint(Point):
    """A point that says whose it is."""

    run_id: str


def as_points(key: str, points: Points) -> list[Point]:
    """Return points in the order given."""
    columns = zip(*as_columns(points), strict=True)
    return [Point(key, value, ms, step) for value, ms, step in columns]


def as_run_points(run_id: str, key: str, points: Points) -> list[RunPoint]:
    """Return points of one of several runs in the order given."""
    columns = zip(*as_columns(points), strict=True)
    return [RunPoint(key, value, ms, step, run_id) for value, ms, step in columns]


def as_columns(points: Points) -> tuple[list[float | str], list[int], list[int]]:
    """Return values, times and steps; what JSON has no number for becomes text."""
    values = points["value"].tolist()
    if not np.isfinite(points["value"]).all():
        values = [encode_double(value) for value in values]
    return values, points["ms"].tolist(), points["step"].tolist()


def find_inner(call: Call, run_id: str) -> int | None:
    """Return the key of a run, None for an unknown one: its history is empty, no error."""
    try:
        return resolve_run(call.workspace.id, run_id).id
    except NotFound:
        return None


@endpoint(Action.RUN_READ, GET, messages.GetHistory)
def get_history(call: Call, message: messages.GetHistory) -> dict[str, Any] | HttpResponseBase:
    """Return the points of a metric in (time, step, value) order: a page, or all of them.

    A page of no points is empty and has no token, which would lead nowhere.
    """
    run, key = find_inner(call, message.run_id or ""), message.metric_key or ""
    limit = message.max_results
    if limit:
        check_max_results(limit, MAX_PAGE)
    after = read_token(message.page_token, *PLACE)
    if run is None or limit == 0:
        return {}
    page = read_history(run_id=run, key=key, after=after, limit=limit or PART)
    if limit is None and page.next:
        return Streamed(stream(run, key, page), content_type="application/json")
    return as_page(key, page)


def as_page(key: str, page: History) -> dict[str, Any]:
    """Return a page; without points it has no list, and the last one no token."""
    body: dict[str, Any] = {}
    if len(page.points):
        body["metrics"] = as_points(key, page.points)
    if page.next:
        body["next_page_token"] = write_cursor(page.next)
    return body


def stream(run: int, key: str, page: History) -> Iterator[bytes]:
    """Yield the JSON of a long history part by part, reading each when it is sent."""
    yield b'{"metrics":['
    yield encode(as_points(key, page.points))[1:-1]
    while page.next:
        page = read_history(run_id=run, key=key, after=page.next, limit=PART)
        if len(page.points):
            yield b"," + encode(as_points(key, page.points))[1:-1]
    yield b"]}"


@endpoint(Action.RUN_READ, GET, messages.GetHistoryBulk)
def get_history_bulk(call: Call, message: messages.GetHistoryBulk) -> dict[str, Any]:
    """Return the points of one metric in several runs, cut at a number in all."""
    run_ids = message.run_id or []
    check_run_ids(run_ids, "GetMetricHistoryBulk", "run_id", "cannot specify more than")
    if not message.metric_key:
        text = "GetMetricHistoryBulk request must specify a metric_key."
        raise ProtocolError(INVALID, text)
    wanted = MAX_BULK if message.max_results is None else message.max_results
    left = min(check_max_results(wanted, 2**31) if wanted else 0, MAX_BULK)
    found: list[RunPoint] = []
    for run_id in sorted(set(run_ids)):
        run = find_inner(call, run_id)
        if run is not None and left > len(found):
            page = read_history(run_id=run, key=message.metric_key, limit=left - len(found))
            found += as_run_points(run_id, message.metric_key, page.points)
    return {"metrics": found}


@endpoint(Action.RUN_READ, GET, messages.GetHistoryInterval)
def get_history_interval(call: Call, message: messages.GetHistoryInterval) -> HttpResponseBase:
    """Return one metric of several runs over a range of steps, thinned out by step."""
    run_ids, key = message.run_ids or [], message.metric_key or ""
    check_run_ids(run_ids, "GetMetricHistoryBulkInterval", "run_ids", "must specify at most")
    low, high = read_range(message)
    most = MAX_INTERVAL if message.max_results is None else message.max_results
    if not 1 <= most <= MAX_INTERVAL:
        text = f"max_results must be between 1 and {MAX_INTERVAL}."
        raise ProtocolError(INVALID, text)
    inner = {run_id: run for run_id in run_ids if (run := find_inner(call, run_id)) is not None}
    histories = {
        run: read_points(series, low, high)
        for (run, _, column), series in find_series_ids(list(inner.values()), [key]).items()
        if not column
    }
    given = [points["step"] for points in histories.values()]
    steps = choose_steps(given, most, 0 if low is None else low)
    found: list[RunPoint] = []
    for run_id, run in inner.items():
        if run in histories:
            chosen = histories[run][np.isin(histories[run]["step"], steps)]
            found += as_run_points(run_id, key, thin_out(chosen, MAX_INTERVAL))
    return answer({"metrics": found} if found else {})


def check_run_ids(run_ids: list[str], name: str, field: str, most: str) -> None:
    """Refuse none and too many, in the words of MLflow, which has two for the same."""
    if not run_ids:
        raise ProtocolError(INVALID, f"{name} request must specify at least one {field}.")
    if len(run_ids) > MAX_RUNS:
        raise ProtocolError(
            INVALID,
            f"{name} request {most} {MAX_RUNS} run_ids. Received {len(run_ids)} run_ids.",
        )


def read_range(message: messages.GetHistoryInterval) -> tuple[int | None, int | None]:
    """Return the first and the last step asked for; both None where no range is."""
    start, end = message.start_step, message.end_step
    if (start is None) != (end is None):
        raise ProtocolError(
            INVALID, "If either start step or end step are specified, both must be specified."
        )
    if start is None or end is None:
        return None, None
    if start > end:
        raise ProtocolError(
            INVALID,
            "end_step must be greater than start_step. "
            f"Found start_step={start} and end_step={end}.",
        )
    return start, end
