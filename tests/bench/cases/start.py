"""How long a server takes to answer, and what it holds when it has nothing to do."""

import time

from tests.bench.cases.case import Case
from tests.bench.target import Options, Sample, Target

REST_S = 3.0


def measure(target: Target, _: None, options: Options) -> list[Sample]:
    assert target.server
    target.server.stop()
    seconds = target.server.start()
    target.new_experiment("start")
    time.sleep(REST_S)
    memory = target.server.memory()
    return [
        Sample("start", seconds, "s"),
        Sample("idle memory, PSS", memory.pss, "MiB"),
        Sample("idle memory, USS", memory.uss, "MiB"),
        Sample("idle memory, RSS", memory.rss, "MiB"),
        Sample("idle processes", memory.processes, ""),
    ]


def measure_first(target: Target, _: None, options: Options) -> list[Sample]:
    assert target.server
    return [Sample("first start", target.server.start_afresh(), "s")]


FIRST = Case(
    "first-start",
    "start on an empty data folder until /health answers",
    measure_first,
    started_only=True,
)

CASE = Case(
    "start",
    "second start on an existing data folder until /health answers; then, after one request and "
    f"{REST_S:.0f} s of rest, the memory of the whole process tree",
    measure,
    started_only=True,
)
