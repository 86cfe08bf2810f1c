"""One chart of many runs."""

import time

import numpy as np

from tests.bench.cases.case import Case
from tests.bench.cases.chart_ways import WAYS, Curves, Way, fetch
from tests.bench.cases.log_metric import warm_up
from tests.bench.seeds.population import curve, curves, spike_step
from tests.bench.target import Options, Sample, Target
from tests.bench.wire import Connection

RUNS, POINTS = 100, 10_000
FEWEST_POINTS = 40


def prepare(target: Target, options: Options) -> tuple[list[str], list[Way]]:
    """Store the runs and find out which ways the server knows, its best first."""
    warm_up(target, options)
    experiment = target.new_experiment("chart")
    run_ids = target.fill(experiment, curves(RUNS, options.scaled(POINTS)))
    connection = Connection(target.endpoint)
    known = [way for way in WAYS[:-1] if _knows(connection, way, run_ids[:2])]
    return run_ids, known or WAYS[-1:]


def _knows(connection: Connection, way: Way, run_ids: list[str]) -> bool:
    return fetch(connection, way.requests(connection.endpoint, run_ids)) is not None


def measure(target: Target, state: tuple[list[str], list[Way]], options: Options) -> list[Sample]:
    run_ids, ways = state
    points = options.scaled(POINTS)
    connection = Connection(target.endpoint)
    samples: list[Sample] = []
    for number, way in enumerate(ways):
        requests = way.requests(target.endpoint, run_ids)
        begun = time.perf_counter()
        answers = fetch(connection, requests)
        seconds = time.perf_counter() - begun
        found = way.read(answers or [], run_ids)
        wrong = check(found, run_ids, points)
        if number == 0:
            options.note(f"chart of {target.name}: by {way.name}, {_size(answers, found)}")
            samples.append(Sample("chart 100 x 10k", seconds, "s", wrong=wrong))
            kept = spikes_kept(found, run_ids, points)
            samples.append(Sample("chart 100 x 10k: spikes kept of 100", kept, "", True))
        if way.name == "bulk-interval":
            samples.append(Sample("chart 100 x 10k by bulk-interval", seconds, "s", wrong=wrong))
    return samples


def _size(answers: list[bytes] | None, found: Curves) -> str:
    total = sum(map(len, answers or []))
    most = max((len(steps) for steps, _ in found.values()), default=0)
    return f"{total / 1e6:.2f} MB, at most {most} points a run"


def check(found: Curves, run_ids: list[str], points: int) -> str:
    """Every run is there, over the whole range, and every point is one that was stored."""
    for index, run_id in enumerate(run_ids):
        if run_id not in found:
            return f"run {index} is missing ({len(found)} of {len(run_ids)} there)"
        steps, values = found[run_id]
        if len(steps) < min(FEWEST_POINTS, points) or np.ptp(steps) < 0.9 * (points - 1):
            return f"run {index} has {len(steps)} points over {np.ptp(steps)} steps"
        if not np.allclose(values, curve(index, points)[steps], rtol=1e-6, atol=0):
            return f"run {index} has values that were not logged"
    return ""


def spikes_kept(found: Curves, run_ids: list[str], points: int) -> int:
    """In how many curves the one spike can be seen."""
    return sum(
        spike_step(index, points) in found[run_id][0]
        for index, run_id in enumerate(run_ids)
        if run_id in found
    )


CASE = Case(
    "chart",
    f"the curves of {RUNS} runs x {POINTS} points as each server's own chart asks for them "
    "(Studio: its pages' series; FastTrackML: Aim's metric explorer; MLflow: bulk-interval)",
    measure,
    prepare,
)
