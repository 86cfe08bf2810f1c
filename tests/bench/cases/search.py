"""runs/search over 10,000 and 100,000 runs of one experiment, 100 runs a page."""

import base64
import json
import time
from dataclasses import dataclass

import msgspec

from tests.bench.cases.case import Case
from tests.bench.cases.log_metric import warm_up
from tests.bench.seeds.population import PLACE, optimizer, searchable, spread
from tests.bench.target import Options, Sample, Target
from tests.bench.wire import API, Connection

PAGE, DEEP = 100, 50
REPEATS = 5
PASS_S = 10.0


@dataclass(frozen=True)
class Query:
    """A search and the runs it must find, as indices in order."""

    name: str
    body: dict
    expected: list[int]
    page: int = 1


def queries(count: int) -> list[Query]:
    """The searches over `count` runs."""
    by_loss = sorted(range(count), key=lambda index: -spread(index, count))
    adam = [index for index in by_loss if optimizer(index) == "adam" and spread(index, count) > 0.5]
    sorted_body = {"order_by": ["metrics.loss DESC"]}
    filtered = {"filter": "metrics.loss > 0.5 and params.optimizer = 'adam'", **sorted_body}
    deep = max(min(DEEP, count // PAGE), 1)
    return [
        Query("filter+sort", filtered, adam[:PAGE]),
        Query("sort", sorted_body, by_loss[:PAGE]),
        Query("page 50", sorted_body, by_loss[(deep - 1) * PAGE : deep * PAGE], deep),
        Query("newest", {"order_by": ["attributes.start_time DESC"]}, _newest(count)),
    ]


def _newest(count: int) -> list[int]:
    return list(range(count - 1, max(count - 1 - PAGE, -1), -1))


def token_of(connection: Connection, body: dict, page: int) -> str:
    """The page token of a page: computed where tokens are offsets, else by turning the pages."""
    token = ""
    for turned in range(1, page):
        answer = _ask(connection, {**body, "page_token": token} if token else body)
        token = answer["next_page_token"]
        if turned == 1 and (read := _offset_token(token)):
            return read((page - 1) * PAGE)
    return token


def _offset_token(token: str):
    """MLflow's tokens are base64 of {"offset": n}; return the maker of others, or None."""
    try:
        fields = json.loads(base64.b64decode(token))
    except ValueError:
        return None
    if not isinstance(fields, dict) or set(fields) != {"offset"}:
        return None
    return lambda offset: base64.b64encode(json.dumps({"offset": offset}).encode()).decode()


def _ask(connection: Connection, body: dict) -> dict:
    return msgspec.json.decode(_answer(connection, body))


def _answer(connection: Connection, body: dict) -> bytes:
    status, answer = connection.exchange(connection.endpoint.post(f"{API}runs/search", body))
    if status != 200:
        raise RuntimeError(f"search: {status} {answer[:300]!r}")
    return answer


def check(answer: bytes, expected: list[int], count: int) -> str:
    """Compare the runs of a page, their order and their metric with what was stored."""
    runs = msgspec.json.decode(answer).get("runs", [])
    params = [{p["key"]: p["value"] for p in run["data"]["params"]} for run in runs]
    found = [int(fields[PLACE]) for fields in params]
    if found != expected:
        right = sum(a == b for a, b in zip(found, expected, strict=False))
        return f"{len(found)} runs, {right} of them in their place"
    losses = [
        next(m["value"] for m in run["data"]["metrics"] if m["key"] == "loss") for run in runs
    ]
    wanted = [spread(index, count) for index in expected]
    return "" if losses == wanted else "the values of the metric differ"


def case(runs: int, label: str) -> Case:
    """Search over `runs` runs."""

    def prepare(target: Target, options: Options) -> str:
        warm_up(target, options)
        experiment = target.new_experiment("search")
        target.fill(experiment, searchable(options.scaled(runs)))
        return experiment

    def measure(target: Target, experiment: str, options: Options) -> list[Sample]:
        connection, count = Connection(target.endpoint), options.scaled(runs)
        return [_sample(connection, experiment, query, count, label) for query in queries(count)]

    text = (
        f"{runs} runs of 10 params, 5 metrics, 2 tags: filter on a metric and a param, sorted by "
        f"a metric; sorted only; page {DEEP} of that; newest; {PAGE} runs a page"
    )
    return Case(f"search-{label}", text, measure, prepare)


def _sample(
    connection: Connection, experiment: str, query: Query, count: int, label: str
) -> Sample:
    body = {"experiment_ids": [experiment], "max_results": PAGE, **query.body}
    if query.page > 1:
        body["page_token"] = token_of(connection, body, query.page)
    times: list[float] = []
    wrong = ""
    while len(times) < REPEATS and sum(times) < PASS_S:
        begun = time.perf_counter()
        answer = _answer(connection, body)
        times.append(time.perf_counter() - begun)
        wrong = wrong or check(answer, query.expected, count)
    middle = sorted(times)[len(times) // 2]
    return Sample(f"{label} runs: {query.name}", middle * 1000, "ms", wrong=wrong)


CASES = [case(10_000, "10k"), case(100_000, "100k")]
