"""Single points: every client logs one metric of a run of its own, a request a point."""

from collections.abc import Callable

from tests.bench.api import Api
from tests.bench.cases.case import Case
from tests.bench.load import Client, Outcome, Together, run_clients
from tests.bench.target import Options, Sample, Target
from tests.bench.wire import API, Endpoint

FIRST_STEP = 1_000_000
FIRST_MS = 1_790_000_000_000
WARM_UP = 20
BODY = (
    b'{"run_uuid":"%s","run_id":"%s","key":"loss","value":1.%07d,"timestamp":%d,"step":%d,'
    b'"model_id":null,"dataset_name":null,"dataset_digest":null}'
)


def point_request(endpoint: Endpoint, run_id: str) -> Callable[[int], bytes]:
    """A function that makes the i-th request; all are equally long, so the head is made once."""
    run = run_id.encode()
    request = endpoint.post(f"{API}runs/log-metric", _body(run, 0))
    head = request[: -len(_body(run, 0))]
    return lambda number: head + _body(run, number)


def _body(run: bytes, number: int) -> bytes:
    step = FIRST_STEP + number
    return BODY % (run, run, step, FIRST_MS + number, step)


def check_points(api: Api, run_id: str, outcome: Outcome) -> str:
    """Compare what is stored with what was acknowledged; say what differs."""
    points = api.history(run_id, "loss")
    steps = [point["step"] for point in points]
    if len(points) < outcome.accepted or steps != list(range(FIRST_STEP, FIRST_STEP + len(steps))):
        return f"{len(points)} points stored of {outcome.accepted}"
    last = FIRST_STEP + len(points) - 1
    latest = api.latest(run_id)["loss"]
    expected = (last, float(f"1.{last:07d}"))
    return "" if (latest["step"], latest["value"]) == expected else f"latest is {latest}"


def warm_up(target: Target, options: Options) -> None:
    """Let the server do once, on all its threads, what it does at a first request only."""
    run_id = target.api().create_run(target.new_experiment("warm-up"), "warm-up")
    request = point_request(target.endpoint, run_id)
    run_clients(target.endpoint, [Client(request, count=WARM_UP, seconds=30.0)] * 16)


def case(count: int) -> Case:
    """`count` clients at once."""

    def measure(target: Target, _: None, options: Options) -> list[Sample]:
        api, experiment = target.api(), target.new_experiment("log-metric")
        run_ids = [api.create_run(experiment, f"client {number}") for number in range(count)]
        clients = [
            Client(point_request(target.endpoint, run_id), seconds=options.seconds)
            for run_id in run_ids
        ]
        used = target.cpu_seconds()
        together = Together(run_clients(target.endpoint, clients))
        used = target.cpu_seconds() - used
        checks = zip(run_ids, together.outcomes, strict=True)
        wrong = together.wrong or next(filter(None, (check_points(api, *c) for c in checks)), "")
        name = f"log-metric x{count}"
        return [
            Sample(name, together.rate, "req/s", True, wrong),
            Sample(f"{name} p50", together.percentile_ms(50), "ms", wrong=wrong),
            Sample(f"{name} p99", together.percentile_ms(99), "ms", wrong=wrong),
            Sample(f"{name} client cpu", together.cpu_us, "us/req"),
            Sample(f"{name} server cpu", used / max(together.accepted, 1) * 1e6, "us/req"),
        ]

    text = f"{count} client(s), one run each, one point a request; all points read back"
    return Case(f"log-metric-{count}", text, measure, warm_up)


CASES = [case(1), case(16)]
