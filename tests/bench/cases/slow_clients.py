"""How long others wait for a page and for a write while slow clients are held open."""

import time
from dataclasses import dataclass
from urllib.request import Request, urlopen

from tests.bench.cases.case import Case
from tests.bench.cases.log_metric import warm_up
from tests.bench.cases.mixed import step_request
from tests.bench.load import Client, Together, run_clients
from tests.bench.target import Options, Sample, Target
from tests.slow_clients import (
    SlowClient,
    download,
    half_body,
    half_head,
    held,
    no_reader,
    upload,
)

COUNTS = (0, 32, 100, 500)
MOVING, RATE = 60, 1_000_000.0
FILE_BYTES = 64 << 20
LONG_BYTES = 1 << 30
SECONDS, SETTLE_S = 4.0, 8.0
FILES = "/api/2.0/mlflow-artifacts/artifacts/"


@dataclass(frozen=True)
class Subject:
    """A run to log to, and the folder of its files with the file `held.bin`."""

    run_id: str
    folder: str


def prepare(target: Target, options: Options) -> Subject:
    warm_up(target, options)
    api, experiment = target.api(), target.new_experiment("slow-clients")
    run_id = api.create_run(experiment, "written while others are slow")
    folder = f"{FILES}{experiment}/{run_id}/artifacts/"
    file = Request(f"{target.url}{folder}held.bin", bytes(FILE_BYTES), method="PUT")
    with urlopen(file, timeout=60):
        pass
    return Subject(run_id, folder)


def slow_clients(subject: Subject, count: int) -> list[SlowClient]:
    """`count` each of the kinds that stand still; of those that move, at most 60 each."""
    standing = [half_head() for _ in range(count // 2)] + [half_body() for _ in range(count)]
    standing += [no_reader(f"{subject.folder}held.bin") for _ in range(count)]
    moving = min(count, MOVING)
    uploads = [upload(f"{subject.folder}u{at}", LONG_BYTES, RATE) for at in range(moving)]
    return standing + uploads + [download(f"{subject.folder}held.bin", RATE) for _ in uploads]


def measure(target: Target, subject: Subject, options: Options) -> list[Sample]:
    samples: list[Sample] = []
    for count in COUNTS:
        clients = slow_clients(subject, int(count * options.scale))
        with held(target.url, clients):
            time.sleep(SETTLE_S if count else 0)
            samples += others(target, subject, f"with {count} slow of each kind", options)
    return samples


def others(target: Target, subject: Subject, label: str, options: Options) -> list[Sample]:
    """One client asks for a page again and again, one logs, each on a new connection."""
    endpoint = target.endpoint
    seconds = max(SECONDS * options.scale, 1.0)
    page = endpoint.get("/w/default/runs")
    reads = Client(lambda _: page, accept=lambda status, _: status == 200, seconds=seconds)
    writes = Client(step_request(endpoint, subject.run_id), seconds=seconds)
    read, written = (Together([outcome]) for outcome in run_clients(endpoint, [reads, writes]))
    return [
        Sample(f"{label}: page p50", read.percentile_ms(50), "ms", wrong=read.wrong),
        Sample(f"{label}: page p99", read.percentile_ms(99), "ms", wrong=read.wrong),
        Sample(f"{label}: log-batch p50", written.percentile_ms(50), "ms", wrong=written.wrong),
        Sample(f"{label}: log-batch p99", written.percentile_ms(99), "ms", wrong=written.wrong),
    ]


CASE = Case(
    "slow-clients",
    "a page of runs and log-batch while slow clients are held: half-sent heads, half-sent bodies "
    f"and readers that read nothing, {', '.join(map(str, COUNTS))} of each, and up to {MOVING} "
    "uploads and downloads at 1 MB/s",
    measure,
    prepare,
    servers=("studio", "new", "old", "url"),
)
