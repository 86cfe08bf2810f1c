"""A long metric read whole, as clients do: pages of 25,000 points."""

import time

import msgspec

from tests.bench.api import HISTORY_PAGE
from tests.bench.cases.case import Case
from tests.bench.cases.log_metric import warm_up
from tests.bench.seeds.population import CURVE, START_MS, curve, curves
from tests.bench.target import Options, Sample, Target
from tests.bench.wire import API, Connection


def read_pages(connection: Connection, run_id: str) -> tuple[list[bytes], float]:
    """Follow the tokens to the end; return the answers and the seconds spent waiting for them."""
    query = {"run_id": run_id, "metric_key": CURVE, "max_results": HISTORY_PAGE}
    pages: list[bytes] = []
    waited, token = 0.0, ""
    while token or not pages:
        fields = {**query, "page_token": token} if token else query
        request = connection.endpoint.get(f"{API}metrics/get-history", fields)
        begun = time.perf_counter()
        status, body = connection.exchange(request)
        waited += time.perf_counter() - begun
        if status != 200:
            raise RuntimeError(f"get-history: {status} {body[:300]!r}")
        pages.append(body)
        token = msgspec.json.decode(body).get("next_page_token", "")
    return pages, waited


def check(pages: list[bytes], points: int) -> str:
    """Compare every point with what was stored."""
    found = [point for page in pages for point in msgspec.json.decode(page).get("metrics", [])]
    if len(found) != points:
        return f"{len(found)} of {points} points"
    values = curve(0, points).tolist()
    for step, (point, value) in enumerate(zip(found, values, strict=True)):
        at = START_MS + step * 1000
        if (point["step"], point["timestamp"], point["value"]) != (step, at, value):
            return f"point {step} is {point}"
    return ""


def case(points: int, label: str) -> Case:
    """Read a metric of `points` points."""

    def prepare(target: Target, options: Options) -> str:
        warm_up(target, options)
        experiment = target.new_experiment("history")
        return target.fill(experiment, curves(1, options.scaled(points)))[0]

    def measure(target: Target, run_id: str, options: Options) -> list[Sample]:
        pages, waited = read_pages(Connection(target.endpoint), run_id)
        wrong = check(pages, options.scaled(points))
        return [Sample(f"history of {label} points", waited, "s", wrong=wrong)]

    return Case(
        f"history-{label}",
        f"get-history of one metric of {points} points, {HISTORY_PAGE} a page, all compared",
        measure,
        prepare,
    )


CASES = [case(100_000, "100k"), case(1_000_000, "1M")]
