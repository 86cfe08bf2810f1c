"""Many writers and some readers at once, as in a busy team."""

from collections.abc import Callable

from tests.bench.api import Api
from tests.bench.cases.case import Case
from tests.bench.cases.log_metric import warm_up
from tests.bench.load import Client, Outcome, Together, run_clients
from tests.bench.peak import PeakMemory
from tests.bench.seeds.population import searchable
from tests.bench.target import Options, Sample, Target
from tests.bench.wire import API, Endpoint

WRITERS, READERS, SECONDS = 32, 4, 20.0
STORED_RUNS = 1000
METRICS = 5
FIRST_STEP, FIRST_MS = 1_000_000, 1_790_000_000_000


def step_request(endpoint: Endpoint, run_id: str) -> Callable[[int], bytes]:
    """The i-th log-batch of a training loop: one step of a few metrics."""

    def make(number: int) -> bytes:
        step = FIRST_STEP + number
        at = FIRST_MS + number
        points = ",".join(
            f'{{"key":"metric_{metric}","value":{metric}.{step},"timestamp":{at},"step":{step}}}'
            for metric in range(METRICS)
        )
        body = f'{{"run_id":"{run_id}","metrics":[{points}],"params":[],"tags":[]}}'
        return endpoint.post(f"{API}runs/log-batch", body.encode())

    return make


def read_requests(endpoint: Endpoint, experiment: str, run_ids: list[str]) -> list[bytes]:
    """What an open page asks again and again: newest runs, a sorted table, a run, a curve."""
    search = {"experiment_ids": [experiment], "max_results": 50}
    by_loss = {"filter": "metrics.loss < 0.5", "order_by": ["metrics.loss ASC"]}
    history = {"run_id": run_ids[0], "metric_key": "metric_0", "max_results": 1000}
    return [
        endpoint.post(f"{API}runs/search", search),
        endpoint.post(f"{API}runs/search", {**search, **by_loss}),
        endpoint.get(f"{API}runs/get", {"run_id": run_ids[1]}),
        endpoint.get(f"{API}metrics/get-history", history),
    ]


def prepare(target: Target, options: Options) -> str:
    warm_up(target, options)
    experiment = target.new_experiment("mixed")
    target.fill(experiment, searchable(STORED_RUNS))
    return experiment


def measure(target: Target, experiment: str, options: Options) -> list[Sample]:
    api, endpoint = target.api(), target.endpoint
    run_ids = [api.create_run(experiment, f"writer {number}") for number in range(WRITERS)]
    seconds = max(SECONDS * options.scale, 1.0)
    writers = [Client(step_request(endpoint, run_id), seconds=seconds) for run_id in run_ids]
    reads = read_requests(endpoint, experiment, run_ids)
    readers = [Client(_turning(reads, at), _is_read, seconds) for at in range(READERS)]
    with PeakMemory(target) as peak:
        outcomes = run_clients(endpoint, writers + readers)
    written, read = Together(outcomes[:WRITERS]), Together(outcomes[WRITERS:])
    stored = zip(run_ids, written.outcomes, strict=True)
    wrong = written.wrong or next(filter(None, (check_steps(api, *one) for one in stored)), "")
    label = f"{WRITERS} writers + {READERS} readers"
    errors = sum(sum(outcome.errors.values()) for outcome in outcomes)
    return [
        Sample(f"{label}: writes", written.rate, "req/s", True, wrong),
        Sample(f"{label}: write p99", written.percentile_ms(99), "ms", wrong=wrong),
        Sample(f"{label}: reads", read.rate, "req/s", True, read.wrong),
        Sample(f"{label}: read p99", read.percentile_ms(99), "ms", wrong=read.wrong),
        Sample(f"{label}: errors", errors, ""),
        *peak.samples(label),
    ]


def _turning(requests: list[bytes], start: int) -> Callable[[int], bytes]:
    return lambda number: requests[(number + start) % len(requests)]


def _is_read(status: int, body: bytes) -> bool:
    return status == 200 and body.startswith(b"{")


def check_steps(api: Api, run_id: str, outcome: Outcome) -> str:
    """All acknowledged steps of a writer are stored, in order and once."""
    steps = [point["step"] for point in api.history(run_id, "metric_1")]
    expected = list(range(FIRST_STEP, FIRST_STEP + max(outcome.accepted, len(steps))))
    if steps == expected:
        return ""
    return f"{len(steps)} of {outcome.accepted} steps stored, or not in order"


CASE = Case(
    "mixed",
    f"for {SECONDS:.0f} s {WRITERS} writers log a step of {METRICS} metrics a request, each to its "
    f"own run, in an experiment of {STORED_RUNS} runs, while {READERS} readers take turns at: "
    "newest 50 runs, 50 filtered and sorted by a metric, one run, the growing history of one",
    measure,
    prepare,
)
