"""Full batches: 1000 points of 10 metrics a request."""

import re
from collections.abc import Callable

import numpy as np

from tests.bench.api import Api
from tests.bench.cases.case import Case
from tests.bench.cases.log_metric import warm_up
from tests.bench.load import Client, Together, run_clients
from tests.bench.seeds.population import curves
from tests.bench.target import Options, Sample, Target
from tests.bench.wire import API, Endpoint

METRICS, STEPS = 10, 100
BATCH = METRICS * STEPS
STORED_RUNS, STORED_POINTS = 50, 10_000
MARK = b"1234567"
FIRST = 1_000_000


def batch_request(endpoint: Endpoint, run_id: str) -> Callable[[int], bytes]:
    """A function that makes the i-th batch: all are equally long, so one text is written over.

    Every number that tells batches apart has seven digits at a place that is the same in all.
    """
    mark = MARK.decode()
    points = [
        f'{{"key":"metric_{metric}","value":0.{mark}{step:02d},'
        f'"timestamp":1700{mark}{step:02d},"step":{mark}{step:02d}}}'
        for step in range(STEPS)
        for metric in range(METRICS)
    ]
    body = f'{{"run_id":"{run_id}","metrics":[{",".join(points)}],"params":[],"tags":[]}}'
    request = bytearray(endpoint.post(f"{API}runs/log-batch", body.encode()))
    first = request.index(points[0].encode())
    grid = np.frombuffer(request, "u1")[first : first + BATCH * (len(points[0]) + 1)]
    grid = grid.reshape(BATCH, len(points[0]) + 1)
    places = [found.start() for found in re.finditer(mark, points[0])]

    def make(number: int) -> bytes:
        digits = np.frombuffer(b"%d" % (FIRST + number), "u1")
        for place in places:
            grid[:, place : place + len(MARK)] = digits
        return request

    return make


def check_batches(api: Api, run_id: str, batches: int) -> str:
    """Read one metric back whole and the others' last points; say what differs."""
    steps = [point["step"] for point in api.history(run_id, "metric_3")]
    expected = list(range(FIRST * STEPS, (FIRST + batches) * STEPS))
    if steps[: len(expected)] != expected:
        return f"{len(steps)} of {len(expected)} steps stored, or not in order"
    latest = api.latest(run_id)
    last = len(steps) // STEPS - 1 + FIRST
    wanted = {f"metric_{metric}": float(f"0.{last}{STEPS - 1:02d}") for metric in range(METRICS)}
    found = {key: point["value"] for key, point in latest.items()}
    return "" if found == wanted else f"latest values are {found}"


def fill_half_a_million(target: Target, options: Options) -> None:
    warm_up(target, options)
    experiment = target.new_experiment("stored")
    target.fill(experiment, curves(STORED_RUNS, options.scaled(STORED_POINTS)))


def case(name: str, count: int, label: str, prepare: Callable = warm_up) -> Case:
    """`count` clients at once."""

    def measure(target: Target, _: None, options: Options) -> list[Sample]:
        api, experiment = target.api(), target.new_experiment("log-batch")
        run_ids = [api.create_run(experiment, f"client {number}") for number in range(count)]
        clients = [
            Client(batch_request(target.endpoint, run_id), seconds=options.seconds)
            for run_id in run_ids
        ]
        used = target.cpu_seconds()
        together = Together(run_clients(target.endpoint, clients))
        used = target.cpu_seconds() - used
        wrong = together.wrong or check_batches(api, run_ids[0], together.outcomes[0].accepted)
        row = f"log-batch 1000 x{count}{label}"
        return [
            Sample(row, together.rate * BATCH, "points/s", True, wrong),
            Sample(f"{row} p99", together.percentile_ms(99), "ms", wrong=wrong),
            Sample(f"{row} client cpu", together.cpu_us, "us/req"),
            Sample(f"{row} server cpu", used / max(together.accepted, 1) * 1e6, "us/req"),
        ]

    text = f"{count} client(s), one run each, {METRICS} metrics x {STEPS} steps a request{label}"
    return Case(name, text, measure, prepare, fresh=prepare is warm_up)


CASES = [
    case("log-batch-1", 1, ", empty store"),
    case("log-batch-8", 8, ", empty store"),
    case("log-batch-1-stored", 1, ", 0.5M points stored", fill_half_a_million),
]
