"""Whole runs: create, one log-batch, update to FINISHED."""

import time

import msgspec

from tests.bench.api import Api
from tests.bench.cases.case import Case
from tests.bench.cases.log_metric import warm_up
from tests.bench.seeds.population import START_MS
from tests.bench.target import Options, Sample, Target
from tests.bench.wire import API, Connection, Endpoint

RUNS, PARAMS, METRICS, TAGS = 1000, 10, 10, 3
LONGEST_S = 30.0
MARK = "0" * 31 + "x"  # as long as the ids of all servers, so that lengths stay right


def prepare_run(endpoint: Endpoint, experiment_id: str, number: int) -> list[bytes]:
    """The three requests of a run, with `MARK` where its id comes."""
    at = START_MS + number
    tags = [
        {"key": "mlflow.user", "value": "bench"},
        {"key": "mlflow.source.type", "value": "LOCAL"},
    ]
    create = {"experiment_id": experiment_id, "run_name": f"run {number}", "start_time": at}
    update = {"run_id": MARK, "status": "FINISHED", "end_time": at + 1000}
    return [
        endpoint.post(f"{API}runs/create", {**create, "tags": tags}),
        endpoint.post(f"{API}runs/log-batch", batch(MARK, number)),
        endpoint.post(f"{API}runs/update", update),
    ]


def write_run(connection: Connection, requests: list[bytes]) -> str:
    """Log one run with three requests; return its id."""
    run = msgspec.json.decode(_accepted(connection, requests[0]))["run"]
    run_id: str = run["info"]["run_id"]
    for request in requests[1:]:
        _accepted(connection, request.replace(MARK.encode(), run_id.encode()))
    return run_id


def _accepted(connection: Connection, request: bytes) -> bytes:
    status, body = connection.exchange(request)
    if status != 200:
        raise RuntimeError(f"{request[:60]!r}: {status} {body[:200]!r}")
    return body


def batch(run_id: str, number: int) -> dict:
    """The one log-batch of a run."""
    at = START_MS + number
    return {
        "run_id": run_id,
        "params": [{"key": f"param_{i}", "value": f"{number}-{i}"} for i in range(PARAMS)],
        "metrics": [
            {"key": f"metric_{i}", "value": number + i / 16, "timestamp": at, "step": 0}
            for i in range(METRICS)
        ],
        "tags": [{"key": f"tag_{i}", "value": f"value {i}"} for i in range(TAGS)],
    }


def check_run(api: Api, run_id: str, number: int) -> str:
    """Read a run back and compare all that was logged."""
    run = api.get("runs/get", run_id=run_id)["run"]
    sent = batch(run_id, number)
    pairs = {item["key"]: item["value"] for item in run["data"]["params"] + run["data"]["metrics"]}
    wanted = {item["key"]: item["value"] for item in sent["params"] + sent["metrics"]}
    right = pairs == wanted and run["info"]["status"] == "FINISHED"
    return "" if right else f"run {number} reads back as {run}"[:300]


def measure(target: Target, _: None, options: Options) -> list[Sample]:
    experiment, connection = target.new_experiment("full-runs"), Connection(target.endpoint)
    numbers = range(options.scaled(RUNS))
    prepared = [prepare_run(target.endpoint, experiment, number) for number in numbers]
    written: list[str] = []
    used, begun = target.cpu_seconds(), time.perf_counter()
    for requests in prepared:
        written.append(write_run(connection, requests))
        if time.perf_counter() - begun > LONGEST_S:
            break
    elapsed = time.perf_counter() - begun
    used = target.cpu_seconds() - used
    api, last = target.api(), len(written) - 1
    wrong = check_run(api, written[0], 0) or check_run(api, written[last], last)
    return [
        Sample("full runs", len(written) / elapsed, "runs/s", True, wrong),
        Sample("full runs server cpu", used / len(written) * 1e6, "us/run"),
    ]


CASE = Case(
    "full-runs",
    f"one client, {RUNS} runs one after another (at most {LONGEST_S:.0f} s): create with 2 tags, "
    f"log-batch of {PARAMS} params, {METRICS} metrics, {TAGS} tags, update to FINISHED",
    measure,
    warm_up,
)
