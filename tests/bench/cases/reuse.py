"""A kept-alive connection must not be answered 40 ms late (Nagle's algorithm)."""

from tests.bench.cases.case import Case
from tests.bench.cases.log_metric import point_request, warm_up
from tests.bench.load import Client, Together, run_clients
from tests.bench.target import Options, Sample, Target

REQUESTS = 40
LATE_MS = 35.0


def measure(target: Target, _: None, options: Options) -> list[Sample]:
    run_id = target.api().create_run(target.new_experiment("reuse"), "reuse")
    request = point_request(target.endpoint, run_id)
    client = Client(request, seconds=30.0, count=REQUESTS, quick_ack=False)
    together = Together(run_clients(target.endpoint, [client]))
    return [
        Sample("reused connection p50", together.percentile_ms(50), "ms", wrong=together.wrong),
        Sample("reused connection p95", together.percentile_ms(95), "ms", wrong=together.wrong),
    ]


CASE = Case(
    "reuse",
    f"{REQUESTS} single points on one connection that acknowledges packets as kernels usually do",
    measure,
    warm_up,
)
