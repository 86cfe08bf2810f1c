"""Fill a store through the protocol itself: runs in parallel, points in full batches."""

import multiprocessing
from collections.abc import Iterator
from itertools import islice

from tests.bench.api import Api
from tests.bench.seeds.population import RunSeed
from tests.bench.wire import Endpoint

BATCH = 1000
WRITERS = 8
AHEAD = 2000


def fill(endpoint: Endpoint, experiment_id: str, seeds: Iterator[RunSeed]) -> list[str]:
    """Create the runs with all they have, by several writers; return their ids in order."""
    run_ids: list[str] = []
    context = multiprocessing.get_context("fork")
    with context.Pool(WRITERS, _open, (endpoint, experiment_id)) as pool:
        while block := list(islice(seeds, AHEAD)):
            run_ids += pool.map(_write, block, chunksize=max(len(block) // (4 * WRITERS), 1))
    return run_ids


def _open(endpoint: Endpoint, experiment_id: str) -> None:
    global _api, _experiment_id
    _api, _experiment_id = Api(endpoint), experiment_id


def _write(seed: RunSeed) -> str:
    run_id = _api.create_run(_experiment_id, seed.name, seed.started_ms)
    points = _points(seed)
    fields = {
        "params": [{"key": key, "value": value} for key, value in seed.params.items()],
        "tags": [{"key": key, "value": value} for key, value in seed.tags.items()],
    }
    room = BATCH - len(seed.params) - len(seed.tags)
    _api.post("runs/log-batch", run_id=run_id, metrics=list(islice(points, room)), **fields)
    while batch := list(islice(points, BATCH)):
        _api.post("runs/log-batch", run_id=run_id, metrics=batch)
    _api.post("runs/update", run_id=run_id, status="FINISHED", end_time=seed.ended_ms)
    return run_id


def _points(seed: RunSeed) -> Iterator[dict]:
    for key, values in seed.curves.items():
        for step, value in enumerate(values.tolist()):
            at = seed.started_ms + step * 1000
            yield {"key": key, "value": value, "timestamp": at, "step": step}
