"""How a server hands out the curves of many runs for one chart: each has its own best way."""

import base64
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from tests.bench.seeds.population import CURVE
from tests.bench.wire import API, Connection, Endpoint

PIXELS = 1000
Curves = dict[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Way:
    """`requests` asks for the curves of the runs; `read` turns the answers into run -> curve."""

    name: str
    requests: Callable[[Endpoint, list[str]], list[bytes]]
    read: Callable[[list[bytes], list[str]], Curves]


def _interval_requests(endpoint: Endpoint, run_ids: list[str]) -> list[bytes]:
    query = {"run_ids": run_ids, "metric_key": CURVE, "max_results": PIXELS}
    return [endpoint.get("/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval", query)]


def _read_interval(answers: list[bytes], run_ids: list[str]) -> Curves:
    points: dict[str, list[dict]] = {}
    for point in msgspec.json.decode(answers[0])["metrics"]:
        points.setdefault(point["run_id"], []).append(point)
    return {run_id: _arrays(found) for run_id, found in points.items()}


def _arrays(points: list[dict]) -> tuple[np.ndarray, np.ndarray]:
    steps = np.array([point["step"] for point in points])
    return steps, np.array([point["value"] for point in points])


def _history_requests(endpoint: Endpoint, run_ids: list[str]) -> list[bytes]:
    return [
        endpoint.get(
            f"{API}metrics/get-history",
            {"run_id": run_id, "metric_key": CURVE, "max_results": 25_000},
        )
        for run_id in run_ids
    ]


def _read_histories(answers: list[bytes], run_ids: list[str]) -> Curves:
    return {
        run_id: _arrays(msgspec.json.decode(answer)["metrics"])
        for run_id, answer in zip(run_ids, answers, strict=True)
    }


def _aim_requests(endpoint: Endpoint, run_ids: list[str]) -> list[bytes]:
    """The request of FastTrackML's metric explorer; it gives 50 points a run."""
    metrics = [{"key": CURVE, "context": {}}]
    body = {"query": "", "metrics": metrics, "steps": PIXELS, "report_progress": False}
    return [endpoint.post("/aim/api/runs/search/metric", body)]


def _read_aim(answers: list[bytes], run_ids: list[str]) -> Curves:
    """Read Aim's stream: pairs of key and value, each with its length in front."""
    found: dict[str, dict[str, np.ndarray]] = {}
    for key, value in _aim_pairs(answers[0]):
        parts = key.split(b"\xfe")
        if parts[-2:-1] == [b"blob"]:
            name = parts[-3].decode()
            found.setdefault(parts[0].decode(), {})[name] = np.frombuffer(value[1:], "<f8")
    return {
        run_id: (arrays["epochs"].astype("i8"), arrays["values"])
        for run_id, arrays in found.items()
        if run_id in set(run_ids)
    }


def _aim_pairs(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, pair = 0, []
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        pair.append(data[at + 4 : at + 4 + length])
        at += 4 + length
        if len(pair) == 2:
            yield pair[0], pair[1]
            pair = []


def _series_requests(endpoint: Endpoint, run_ids: list[str]) -> list[bytes]:
    """The request of a chart on Studio's pages."""
    path = "/series" if endpoint.prefix.startswith("/w/") else "/w/default/series"
    return [endpoint.get(path, {"runs": ",".join(run_ids), "key": CURVE, "px": PIXELS})]


def _read_series(answers: list[bytes], run_ids: list[str]) -> Curves:
    return {
        curve["run"]: (_typed(curve["x"]).astype("i8"), _typed(curve["y"]))
        for curve in msgspec.json.decode(answers[0])["curves"]
    }


def _typed(array: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(array["bdata"]), f"<{array['dtype']}")


WAYS = [
    Way("page series", _series_requests, _read_series),
    Way("metric explorer", _aim_requests, _read_aim),
    Way("bulk-interval", _interval_requests, _read_interval),
    Way("get-history", _history_requests, _read_histories),
]


def fetch(connection: Connection, requests: list[bytes]) -> list[bytes] | None:
    """Send all requests; None where the server does not know the address."""
    answers: list[bytes] = []
    for request in requests:
        status, body = connection.exchange(request)
        if status in (404, 405):
            return None
        if status != 200:
            raise RuntimeError(f"{request[:80]!r}: {status} {body[:300]!r}")
        answers.append(body)
    return answers
